#pragma once

#include <optional>
#include <vector>

#include "protocol/entry.hpp"
#include "protocol/message.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// What must survive a crash besides the entries (Raft figure 2, "persistent state").
struct hard_state {
  term_t term;
  node_id voted_for;
  /// This node lost what it once promised (its directory was wiped or rolled back), or can't tell.
  /// It neither votes nor acknowledges until a leader with a majority says that it is no voter.
  bool recovering = false;

  bool operator==(const hard_state&) const = default;
};

/// One write to the log, to be made durable as a whole, in the order of tokens. When it is, the
/// driver calls `raft_core::written(token)`. Replies that promise it leave the core only then.
struct log_write {
  write_token token;
  std::optional<hard_state> state;
  std::optional<index_t> truncate_from;  ///< first remove all entries from this index on
  std::vector<entry> entries;            ///< then append these; consecutive

  bool operator==(const log_write&) const = default;
};

/// The core needs entries for a lagging peer that it no longer holds: read [first, last] from the
/// log, up to about `max_bytes` but at least one entry, and call `raft_core::fetched`.
struct entry_fetch {
  node_id peer;
  term_t term;  ///< the leader's term that asks; given back so that a late answer is recognised
  index_t first;
  index_t last;
  std::uint64_t max_bytes = 0;

  bool operator==(const entry_fetch&) const = default;
};

/// `peer` needs a snapshot, sent under this term of its leader: stamp every chunk with it, and give
/// it back with what becomes of the snapshot.
struct snapshot_want {
  node_id peer;
  term_t term;

  bool operator==(const snapshot_want&) const = default;
};

struct read_ready {
  read_token token;
  index_t
      index;  ///< the read may be answered from a state that has applied this index; none: refused
  refusal why = refusal::none;  ///< when refused; the driver may ask again

  bool operator==(const read_ready&) const = default;
};

/// This node's proposals that the leader refused: certainly not in the log.
struct proposal_refused {
  std::vector<std::uint64_t> serials;
  refusal why = refusal::none;
  term_t under;  ///< the term they were forwarded under

  bool operator==(const proposal_refused&) const = default;
};

enum class role : std::uint8_t { follower, pre_candidate, candidate, leader, learner };

/// A change of what this node is, for logs and for clients' hints.
struct role_change {
  role now = role::follower;
  term_t term;
  node_id leader;  ///< none when unknown

  bool operator==(const role_change&) const = default;
};

/// What a driver must do after it called the core. Perform it in this order, see
/// protocol/README.md: hand over the write, send the messages, apply what is committed, answer
/// reads.
struct output {
  std::optional<log_write> write;
  std::vector<envelope> messages;
  /// Rose to this: entries up to here may be applied. A majority has them on disk; this node's own
  /// disk may not, and then they are in memory (`cached`).
  std::optional<index_t> commit;
  std::vector<entry_fetch> fetches;
  std::vector<read_ready> reads;
  std::vector<proposal_refused> refused;
  /// Peers whose next entry is purged: send a snapshot, every chunk stamped with the term given
  /// here (a chunk with a later term would make the sender look like that term's leader).
  std::vector<snapshot_want> snapshots_wanted;
  /// A chunk from the leader, to be stored; one at a time, so take the output after each chunk.
  std::optional<snapshot_request> snapshot_chunk;
  std::optional<role_change> role;
  std::optional<configuration>
      members;  ///< the configuration in use changed (it counts once appended)
};

}  // namespace lithair::protocol
