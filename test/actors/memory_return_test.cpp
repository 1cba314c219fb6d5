#include "actors/runtime/memory_return.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <thread>

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

struct with_a_loop {
  with_a_loop() { home.start(); }
  ~with_a_loop() { home.stop(); }

  system_config config;
  caf::actor_system system{config};
  loop home{system, "home"};
};

BOOST_FIXTURE_TEST_CASE(a_process_that_rests_gives_back_once_for_all_who_wanted_it, with_a_loop) {
  std::promise<std::thread::id> done;
  std::atomic<int> times{0};
  memory_return memory{home,
                       [&] {
                         if (++times == 1) done.set_value(std::this_thread::get_id());
                       },
                       std::chrono::milliseconds{20}};
  memory.wanted();
  memory.wanted();
  const auto where = done.get_future().get();
  // Not on the loop, which others wait for.
  home.call([&] { BOOST_TEST((where != std::this_thread::get_id())); });
  BOOST_TEST(times == 1);
}

BOOST_FIXTURE_TEST_CASE(it_may_end_while_it_is_wanted, with_a_loop) {
  {
    memory_return memory{home};
    memory.wanted();
    memory.wanted();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace memory_return_test
