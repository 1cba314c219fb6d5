#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages/local_message.hpp"
#include "actors/meters.hpp"
#include "protocol/core.hpp"

/// How a group, its members and its node stand, for whoever asks.
namespace lithair::actors {

/// Asks how the node stands; the answer is `node_status`.
struct inspect_node {
  std::uint64_t token = 0;
};

struct member_status {
  std::uint64_t id = 0;
  std::string addr;       ///< HTTP address
  std::string peer_addr;  ///< middleman address
  std::string role;       ///< "leader", "follower", "learner", "unknown"
  bool voter = true;
  bool connected = false;
  std::uint64_t match = 0;
  std::uint64_t lag_entries = 0;
  std::int64_t lag_ms = -1;           ///< -1: unknown (only the leader knows)
  std::int64_t last_contact_ms = -1;  ///< -1: unknown
};

/// A directory or file that could not be used and was not removed, for it may be the last copy of
/// something.
struct set_aside_part {
  std::string path;
  std::string reason;
  std::uint64_t bytes = 0;
};

struct node_status {
  std::uint64_t token = 0;
  protocol::status raft;
  std::uint64_t cluster = 0;
  std::string addr;
  std::string leader_addr;  ///< HTTP address; empty when unknown
  std::uint64_t applied = 0;
  std::uint64_t pending = 0;   ///< proposals in flight
  bool ready = false;          ///< serves linearizable reads now
  std::uint64_t compared = 0;  ///< the last index at which the state was found equal to a peer's
  std::uint64_t diverged = 0;  ///< the first index at which it was not; 0: none
  std::uint64_t diverged_from = 0;  ///< that peer
  std::vector<set_aside_part>
      set_aside;          ///< what was damaged and is kept beside the data, of the whole node
  std::string trouble;    ///< what is damaged, lost, full or failed here, and what is done about it
  std::string not_ready;  ///< why not
  std::int64_t uptime_ms = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t log_map_bytes = 0;   ///< that the log's LMDB map may hold now
  std::uint64_t log_used_bytes = 0;  ///< of them in use
  std::vector<member_status> members;
  std::shared_ptr<const group_meters> meters;  ///< of the group; may be none
  std::shared_ptr<const log_meters> log;       ///< of the node's log; may be none
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(inspect_node)
LITHAIR_LOCAL_MESSAGE(node_status)
