#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "models/schema/schema.hpp"

namespace lithair::actors {
class loop;
}

namespace lithair::http {

/// What the HTTP side needs of a node: who answers, and where its sessions may live. Everything
/// pointed to outlives the HTTP side.
struct backend {
  caf::actor_system* system = nullptr;     ///< sessions are spawned in it
  const models::schema* schema = nullptr;  ///< what is served
  caf::actor raft;  ///< takes submit, ask, inspect_node, probe_ready, change_members, raft_call
  caf::actor aggregate;                        ///< takes ask, for local reads
  std::map<std::uint64_t, caf::actor> groups;  ///< the raft actors of all groups, by their numbers
  caf::actor archivist;                        ///< takes take_backup
  caf::actor data;  ///< if there, takes submit and ask instead of these two
  /// By the id of a collection: takes follow, nudge, unfollow. None: it has no streams.
  std::map<std::uint32_t, caf::actor> feeds;
  std::vector<actors::loop*> loops;  ///< at least one; the first has the listener
  std::uint64_t node_id = 0;         ///< told in X-Served-By
  std::string host;                  ///< a numeric address to listen on
  std::uint16_t port = 0;            ///< 0: any
};

}  // namespace lithair::http
