#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/tick_source.hpp"

namespace lithair::actors {

class loop;

/// What a node needs of the machine that it runs on. `node` gives it threads, sockets and real
/// clocks; a simulator gives it virtual time, chance from a seed and a network of its own, and runs
/// the same node. So nothing above this asks the machine itself.
///
/// What it refers to outlives the node.
struct surroundings {
  caf::actor_system* system = nullptr;  ///< where actors are spawned
  /// Where the groups' actors live; none: CAF schedules them, and time is what CAF's clock says
  loop* home = nullptr;
  /// Actors that block on the disk get threads of their own; false: CAF schedules them too
  bool detached = true;
  /// Lets other nodes in and tells whether that worked; none: they are, or there are none
  std::function<void(std::function<void(bool)> done)> open_peer_port;
  connector_handle connector;                      ///< none: this node dials nobody
  std::shared_ptr<const link_meters> link_counts;  ///< of its connections; none: nobody counts
  std::function<std::uint64_t()> now_ms;           ///< of a steady clock; any thread
  std::function<std::int64_t()> wall_us;           ///< Unix time, as wrong as it may be; any thread
  std::function<std::uint64_t()> random;           ///< 64 bits that nobody can predict; any thread
  std::function<std::unique_ptr<tick_source>()> make_ticks;  ///< a clock for one group
  /// Has what is free handed back to the system, some time; any thread; may be none
  std::function<void()> give_back_memory;
};

/// Spawns an actor that blocks on the disk, away from the loops.
template <class Actor, class... Args>
typename Actor::handle_type spawn_at_disk(const surroundings& where, Args&&... args) {
  auto& system = *where.system;
  return caf::actor_cast<typename Actor::handle_type>(
      where.detached ? system.spawn<Actor, caf::detached>(std::forward<Args>(args)...)
                     : system.spawn<Actor>(std::forward<Args>(args)...));
}

/// Spawns an actor that never waits, on the loop of the groups.
template <class Actor, class... Args>
typename Actor::handle_type spawn_at_home(const surroundings& where, Args&&... args) {
  return caf::actor_cast<typename Actor::handle_type>(
      where.system->spawn<Actor>(where.home, std::forward<Args>(args)...));
}

}  // namespace lithair::actors
