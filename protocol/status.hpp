#pragma once

#include <cstdint>
#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/output.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// How a peer's replication stands, for status pages.
struct peer_status {
  /// The follower or learner, or a node that was removed and still gets the change that says so.
  node_id id;
  /// Durable in its log and the same as ours, as it acknowledged; it counts for commits (Raft
  /// §5.3).
  index_t match;
  /// The first entry that was not sent to it yet.
  index_t next;
  /// Of the entries that were sent and are not acknowledged.
  std::uint64_t inflight_bytes = 0;
  /// Since its last answer in this term, or since the leader met it when there was none.
  std::uint32_t ticks_since_contact = 0;
  /// In either set of the configuration in use.
  bool voter = true;
  /// See `progress`: how the leader sends to it.
  enum class mode : std::uint8_t { probe, replicate, snapshot } state = mode::probe;
};

/// All of what a node knows about itself, copied, for status pages and tests.
struct status {
  /// Whose status this is.
  node_id id;
  /// The group that this core is of; a driver has one core for each.
  group_id group;
  /// As `current_role`.
  role now = role::follower;
  /// The latest term that this node knows of (Raft §5.1).
  term_t term;
  /// Who has this node's vote in that term; none: nobody has it.
  node_id voted_for;
  /// As `raft_core::leader`.
  node_id leader;
  /// As `commit_index`.
  index_t commit;
  /// What the driver told last, or what was there at start.
  index_t applied;
  /// As `raft_core::last_index`.
  index_t last_index;
  /// As `raft_core::durable_index`.
  index_t durable_index;
  index_t first_index;  ///< first entry still in the log
  /// To whom leadership is being handed over; none: to nobody.
  node_id transfer_target;
  bool recovering = false;  ///< see hard_state
  /// The newest one in the log, committed or not (Raft §6).
  configuration members;
  std::vector<peer_status> peers;  ///< at the leader only
  std::uint64_t elections = 0;     ///< started by this node since its start
};

}  // namespace lithair::protocol
