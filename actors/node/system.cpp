#include "actors/node/system.hpp"

#include <chrono>

#include <caf/atom.hpp>
#include <caf/io/middleman.hpp>
#include <caf/logger.hpp>
#include <caf/timespan.hpp>

#include "actors/messages/messages.hpp"

namespace lithair::actors {

system_config::system_config() {
  // Work-stealing workers poll while idle; sharing ones sleep, and with hosted actors one is
  // enough.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{1});
  // Messages from peers are deserialized in the middleman's thread: handing them on would cost
  // more.
  set("middleman.workers", std::size_t{0});
  set("middleman.heartbeat-interval", caf::timespan{std::chrono::milliseconds{500}});
  set("middleman.connection-timeout", caf::timespan{std::chrono::seconds{5}});
  load<caf::io::middleman>();
  add_message_types<caf::id_block::lithair>();
}

void let_go_of_system() { caf::logger::set_current_actor_system(nullptr); }

}  // namespace lithair::actors
