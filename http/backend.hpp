#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "models/schema/schema.hpp"
#include "models/service.hpp"

namespace lithair::actors {
class loop;
}

namespace lithair::http {

/// What the HTTP side needs of a node: who answers, and where its sessions may live. Everything
/// pointed to outlives the HTTP side.
struct backend {
  caf::actor_system* system = nullptr;                  ///< sessions are spawned in it
  const models::schema* schema = nullptr;               ///< what is served
  actors::raft_handle raft;                             ///< of the main group
  actors::taking<actors::ask> aggregate;                ///< for local reads
  std::map<std::uint64_t, actors::raft_handle> groups;  ///< all, by their numbers
  actors::taking<actors::take_backup> archivist;
  actors::data_handle data;  ///< if there, is given writes and questions instead of these two
  /// By the id of a collection. None: it has no streams.
  std::map<std::uint32_t, actors::feed_handle> feeds;
  std::size_t max_streams = 4096;    ///< of changes; more: 503
  std::vector<actors::loop*> loops;  ///< at least one; the first has the listener
  std::uint64_t node_id = 0;         ///< told in X-Served-By
  std::string host;                  ///< a numeric address to listen on
  std::vector<std::string> names;    ///< hosts at which clients are told to find it
  std::uint16_t port = 0;            ///< 0: any
  models::command_limits most;       ///< see models::stamp
  /// Programs that are connected; none: none are let in
  std::shared_ptr<const actors::level> programs;
};

}  // namespace lithair::http
