#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include <caf/fwd.hpp>

#include "actors/config.hpp"
#include "models/schema/schema.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

class loop;

/// One node: its data directory, its actor system with loops, and the group's actors. Thread-safe
/// where not said otherwise. Construction throws storage_error or std::runtime_error with one clear
/// sentence.
class node {
 public:
  node(node_config config, models::schema schema);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  const node_config& config() const;
  const models::schema& schema() const;
  caf::actor_system& system();
  /// Loop 0 hosts the group's actors; sessions may live on each.
  std::size_t loop_count() const;
  loop& loop_at(std::size_t i);

  /// Of the group that all nodes share: takes submit, ask (linearizable and leader), inspect_node,
  /// probe_ready.
  caf::actor raft() const;
  /// The same of one of `node_config::groups`; none for a number that is not among them.
  caf::actor raft(protocol::group_id group) const;
  /// The raft actors of all groups.
  std::map<protocol::group_id, caf::actor> rafts() const;
  /// Of the group that all nodes share: takes ask (local).
  caf::actor aggregate() const;
  /// Takes take_backup.
  caf::actor archivist() const;
  /// Takes submit and ask for every model, wherever its fields live. None when all of them are
  /// replicated: then the two above do.
  caf::actor data() const;
  /// Of the group that keeps the collection, or its replicated fields: takes follow, nudge,
  /// unfollow.
  caf::actor feed(const models::collection& of) const;

  /// Hands over leadership and finishes what is in flight, for at most `limit_ms`; then everything
  /// has ended. Whatever else lives on the loops must have been stopped before.
  void stop(std::uint32_t limit_ms = 5000);

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::actors
