#include "actors/runtime/memory_return.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>

#include "actors/node/system.hpp"
#include "actors/runtime/loop.hpp"

namespace memory_return_test {

using namespace lithair::actors;

BOOST_AUTO_TEST_SUITE(memory_returns)

BOOST_AUTO_TEST_CASE(a_process_is_at_rest_when_it_used_little_since_the_last_look) {
  rest_watch watch;
  // Nothing is known yet.
  BOOST_TEST(!watch.is_at_rest(1000, 500));
  // Half a processor, then five percent, then a little more.
  BOOST_TEST(!watch.is_at_rest(3000, 1500));
  BOOST_TEST(watch.is_at_rest(5000, 1600));
  BOOST_TEST(!watch.is_at_rest(7000, 1701));
  BOOST_TEST(watch.is_at_rest(9000, 1701));
  // No time has passed: nothing can be said.
  BOOST_TEST(!watch.is_at_rest(9000, 1701));
}

BOOST_AUTO_TEST_CASE(it_may_end_while_it_is_wanted) {
  system_config config;
  caf::actor_system system{config};
  loop home{system, "home"};
  home.start();
  {
    memory_return memory{home};
    memory.wanted();
    memory.wanted();
  }
  home.stop();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace memory_return_test
