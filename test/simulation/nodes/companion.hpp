#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <utility>

namespace lithair::simulation::nodes {

/// An actor that is a function: what is sent to it is handled at once, whoever runs.
class companion final : public caf::actor_companion {
 public:
  using caf::actor_companion::actor_companion;
  using handler = std::function<void(caf::mailbox_element_ptr)>;

  static caf::actor make(caf::actor_system& system, handler take) {
    auto made = system.spawn<companion>();
    static_cast<companion*>(caf::actor_cast<caf::abstract_actor*>(made))
        ->on_enqueue(std::move(take));
    return made;
  }
  /// Whoever monitors it is told.
  static void end(const caf::actor& x, caf::exit_reason why) {
    auto* self = static_cast<companion*>(caf::actor_cast<caf::abstract_actor*>(x));
    self->on_enqueue([](caf::mailbox_element_ptr) {});
    self->cleanup(caf::make_error(why), nullptr);
  }
};

}  // namespace lithair::simulation::nodes
