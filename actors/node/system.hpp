#pragma once

#include <caf/actor_system_config.hpp>

namespace lithair::actors {

/// CAF as this project runs it: one scheduler thread, for all work is on loops, on detached actors
/// or in the middleman's own thread; no polling workers; peers that fall silent are noticed (a word
/// every 500 ms, silence of 5 s ends a connection). Reads no file.
class system_config : public caf::actor_system_config {
 public:
  /// Registers the messages that cross the network (peer_messages.hpp).
  system_config();
};

/// To be called on a thread that made a system or spawned an actor, unless it will destroy the
/// system: CAF remembers the system's logger for that thread, and a system does not end before its
/// logger.
void let_go_of_system();

}  // namespace lithair::actors
