#include "actors/node/system.hpp"

#include <caf/atom.hpp>
#include <caf/logger.hpp>

namespace lithair::actors {

system_config::system_config() {
  // Work-stealing workers poll while idle; sharing ones sleep, and with hosted actors one is
  // enough.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{1});
}

void let_go_of_system() { caf::logger::set_current_actor_system(nullptr); }

}  // namespace lithair::actors
