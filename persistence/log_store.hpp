#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/core.hpp"

/// Bytes on disk. Nothing here knows what they mean.
namespace lithair::persistence {

/// A write of one group, one of those that share a transaction.
struct group_write {
  /// At most one core has it, and so hands out its writes in order.
  protocol::group_id group;
  /// As the core gave it; durable whole or not at all.
  protocol::log_write write;
};

/// The log environment: hard state and entries of all groups of one node.
///
/// `write`, `purge` and `reset` belong to one thread, the log writer's; `read` and `restore` may be
/// called from any thread at any time and see whole transactions only. Failures throw
/// `storage_error`; after a failed write the store refuses every further one, for the disk's state
/// is unknown. The exception is `full`: then nothing was touched, and the same write may be tried
/// again. Writes that do not continue the log they are for throw `std::logic_error` and change
/// nothing.
class log_store {
 public:
  virtual ~log_store() = default;

  /// What `raft_core` starts from, but for `applied`, which the state knows. Checks every entry's
  /// checksum on the way, and throws `damaged` where one does not match, is missing or out of
  /// order.
  virtual protocol::restored_state restore(protocol::group_id group) = 0;

  /// Performs all writes, in order, as ONE transaction, durable when this returns.
  virtual void write(std::span<const group_write> writes) = 0;

  /// Entries from `first` to at most `last`, up to about `max_bytes` but at least one; empty when
  /// `first` is not in the log. Checks checksums.
  virtual std::vector<protocol::entry> read(protocol::group_id group, protocol::index_t first,
                                            protocol::index_t last,
                                            std::uint64_t max_bytes) const = 0;

  /// What stands for the log up to `index`: the term there and the members as of it, as `purge`
  /// wants it. None when `index` is neither in the log nor its snapshot point. Any thread.
  virtual std::optional<protocol::snapshot_meta> point_at(protocol::group_id group,
                                                          protocol::index_t index) const = 0;

  /// Forgets entries up to and including `meta.index`, which `meta` stands for from now on.
  /// Durable. Does nothing when they are forgotten already. Their space is reused bit by bit, as
  /// later writes come.
  virtual void purge(protocol::group_id group, const protocol::snapshot_meta& meta) = 0;

  /// Replaces the whole log by the snapshot point `meta`, keeping the hard state. Durable.
  virtual void reset(protocol::group_id group, const protocol::snapshot_meta& meta) = 0;

  /// Whether `settle` would be worth its time. Any thread.
  virtual bool wants_settling() const { return false; }
  /// Brings what was written fast to where it stays. For one thread, which need not be the
  /// writer's; whoever writes or reads meanwhile does not wait for it. Throws as `write` does.
  virtual void settle() {}
};

/// Who a data directory belongs to. Made at first start and written again at each opening, since
/// that raises `boots`.
struct identity {
  /// Of the directory as a whole; another one is refused as `bad_format`.
  std::uint32_t format = 1;
  /// Never changes: an id is not used for a second directory.
  protocol::node_id node;
  std::uint64_t cluster = 0;  ///< 0 until the node is part of a cluster
  std::uint64_t boots = 0;    ///< raised by one, durably, at each opening
};

}  // namespace lithair::persistence
