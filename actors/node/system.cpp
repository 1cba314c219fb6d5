#include "actors/node/system.hpp"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/logger.hpp>

#include "actors/links/actor_channel.hpp"
#include "actors/programs/program_messages.hpp"

namespace lithair::actors {

system_config::system_config() {
  // Work-stealing workers poll while idle; sharing ones sleep, and with hosted actors one is
  // enough.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{1});
}

system_config::system_config(bool programs) : system_config() {
  if (!programs) return;
  actor_channel::prepare(*this);
  add_message_types<caf::id_block::lithair_programs>();
  has_middleman_ = true;
}

std::unique_ptr<caf::actor_system> make_system(system_config& of) {
  auto made = std::make_unique<caf::actor_system>(of);
  if (of.has_middleman()) actor_channel::prepare(*made);
  return made;
}

void let_go_of_system() { caf::logger::set_current_actor_system(nullptr); }

}  // namespace lithair::actors
