#pragma once

#include <memory>

#include <caf/actor_system_config.hpp>
#include <caf/fwd.hpp>

namespace lithair::actors {

/// CAF as this project runs it: one scheduler thread, for all work is on loops or on detached
/// actors; no polling workers; and no middleman, for nodes have links of their own. Reads no file.
class system_config : public caf::actor_system_config {
 public:
  system_config();
  /// `programs`: with a middleman for what programs and nodes say to each other, without a port of
  /// its own (links/actor_channel.hpp). The system is made by `make_system` then.
  explicit system_config(bool programs);
  bool has_middleman() const { return has_middleman_; }

 private:
  bool has_middleman_ = false;
};

/// A system of such a configuration, which outlives it.
std::unique_ptr<caf::actor_system> make_system(system_config& of);

/// To be called on a thread that made a system or spawned an actor, unless it will destroy the
/// system: CAF remembers the system's logger for that thread, and a system does not end before its
/// logger.
void let_go_of_system();

}  // namespace lithair::actors
