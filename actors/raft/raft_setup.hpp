#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "actors/messages/status_messages.hpp"
#include "actors/meters.hpp"
#include "actors/raft/other_groups.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {
class log_store;
}

namespace lithair::actors {

/// What its node gives a group, and the group hands to its raft actor; see `group`. Handles and
/// pointers outlive both. Functions are called on the loop that all groups of a node share, and
/// none of them waits for the disk.
struct group_basis {
  protocol::group_id group;  ///< in the log, on the wire and in file names
  /// Begins this group's lines in the log; empty: the only group, or the main one
  std::string label;
  node_config config;  ///< of the node; `peers` are those of this group
  /// A random number of this process, that tells its requests from those of earlier lives
  std::uint64_t run = 0;
  /// The node's, opened for this group too. What is written goes through the writer.
  persistence::log_store* log = nullptr;
  log_writer_handle writer;
  file_reader_handle reader;  ///< without one the log is read at once
  /// Why the log was begun anew, and this node may have forgotten what it promised; empty: it was
  /// not
  std::string log_lost;
  /// What was forgotten counts no more; durable in the log; may be none
  std::function<void()> recovered;
  /// The newest members, committed or not; may be none
  std::function<void(const protocol::configuration&)> members_known;
  /// A change of members is complete and committed. Returns who has to greet again, so that its
  /// directory is known; may be none
  std::function<std::vector<protocol::node_id>(protocol::index_t, const protocol::configuration&)>
      members_committed;
  /// What the groups of this node know of their members: the main group's are followed by the
  /// others. None: a group that nobody follows and that follows nobody.
  std::shared_ptr<node_groups> groups;
  bool is_main = true;  ///< whether it is the main group
  /// The group may begin here at once, if `config.init` says so and its log is empty: the node is
  /// alone, or founded the cluster in an earlier run. Else `found_group` says when.
  bool may_found = true;
  /// Why the node is part of no cluster yet; empty: it is. May be none
  std::function<std::string()> why_waiting;
  /// Of the data directory, for status pages
  std::function<std::uint64_t()> data_bytes;
  std::shared_ptr<const log_meters> log_counts;    ///< of the node's log, for status pages
  std::shared_ptr<const link_meters> link_counts;  ///< of its links, likewise; may be none
  /// Size of the log's LMDB map, and how much of it is in use; for status pages, may be none
  std::function<std::pair<std::uint64_t, std::uint64_t>()> log_map;
  /// Bytes that the journal holds and LMDB does not have yet; likewise
  std::function<std::uint64_t()> journal_bytes;
  /// How the backups of the group stand, for status pages; may be none
  std::function<backup_status()> backups;
  /// Those of what the node has for itself, likewise
  std::function<backup_status()> local_backups;
};

/// What a raft actor works with. A test of one fills in what it needs.
struct raft_setup : group_basis {
  protocol::restored_state restored;       ///< what the start found on the disk
  protocol::jitter chance;                 ///< for election timeouts
  std::function<std::uint64_t()> cluster;  ///< the cluster's id, 0 until known
  aggregate_handle aggregate;
  checkpointer_handle checkpointer;  ///< none: nothing is purged, and no snapshot is sent or taken
  std::string state_lost;    ///< why the state below the aggregate is empty; empty: it is there
  std::uint64_t models = 0;  ///< fingerprint of what the state is made by
  /// Bytes of the log that are kept behind a checkpoint, for followers that get a snapshot or catch
  /// up after one
  std::uint64_t max_lag_bytes = 1 << 30;
  /// Likewise for those that lag a little, beside node_config::log_margin
  std::uint64_t max_margin_bytes = 64 << 20;
  /// Makes the shipper for a peer, and ends one. A peer without a host is one that called.
  std::function<shipper_handle(const peer_address&)> make_shipper;
  std::function<void(protocol::node_id, const shipper_handle&)> end_shipper;
  std::function<std::uint64_t()> now_ms;  ///< a steady clock
  /// Unix time by this node's clock; none: entries get no time
  std::function<std::int64_t()> wall_us;
  /// What it counts, for /metrics
  std::shared_ptr<group_meters> meters = std::make_shared<group_meters>();
  /// Whether a command makes the state smaller, and so is taken while there is no room to grow;
  /// none: no command does
  std::function<bool(std::string_view)> frees_room;
  /// What could not be used and stands beside the data; for status pages, may be none
  std::function<std::vector<set_aside_part>()> set_aside;
  /// Ticks that passed since it was asked last, and a wake-up (any message) within so many ticks.
  /// Where there is none, `ticked` messages tell the time.
  std::function<std::uint32_t()> ticks_passed;
  std::function<void(std::uint32_t ticks, const taking<ticked>& sleeper)> wake_after;
};

}  // namespace lithair::actors
