#pragma once

#include <caf/actor_system_config.hpp>

namespace lithair::actors {

/// CAF as this project runs it: one scheduler thread, for all work is on loops or on detached
/// actors; no polling workers; and no middleman, for nodes have links of their own. Reads no file.
class system_config : public caf::actor_system_config {
 public:
  system_config();
};

/// To be called on a thread that made a system or spawned an actor, unless it will destroy the
/// system: CAF remembers the system's logger for that thread, and a system does not end before its
/// logger.
void let_go_of_system();

}  // namespace lithair::actors
