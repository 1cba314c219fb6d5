#pragma once

#include <caf/actor_system_config.hpp>

namespace lithair::actors {

/// CAF as this project runs it: one scheduler thread, for all work is on loops, on detached actors or in the
/// middleman's own thread; no polling workers; peers that fall silent are noticed. Reads no file.
class system_config : public caf::actor_system_config {
 public:
  system_config();
};

}  // namespace lithair::actors
