#include "persistence/pace.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "test/persistence/support.hpp"

namespace pace_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
using std::chrono::hours;
using time_point = std::chrono::steady_clock::time_point;

namespace {

/// Work whose pieces are of ten bytes, with a clock that is set by hand. It rests for an hour
/// where nobody ends that.
struct work {
  time_point now{};
  std::atomic<int> looks = 0;  // at the clock, the first of them before any piece
  std::size_t settled = 0;
  pace at{{10, 40, 1, hours{1}, [this] {
             ++looks;
             looks.notify_all();
             return now;
           }}};

  void do_bytes(std::size_t count) {
    at.worked(count, [this] { ++settled; });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(paces)

BOOST_AUTO_TEST_CASE(a_piece_is_settled_when_its_bytes_are_there_and_not_before) {
  work x;
  for (int i = 0; i < 9; ++i) x.do_bytes(1);
  BOOST_TEST(x.settled == 0u);
  x.do_bytes(1);
  BOOST_TEST(x.settled == 1u);
  x.do_bytes(100);
  BOOST_TEST(x.settled == 2u);
  x.at.worked(10);
  BOOST_TEST(x.settled == 2u);
}

BOOST_AUTO_TEST_CASE(a_rest_is_some_times_as_long_as_its_piece_took_and_never_longer_than_it_may) {
  using std::chrono::milliseconds;
  const pace::rhythm of{10, 40, 3, milliseconds{500}};
  BOOST_TEST((of.rest_after(milliseconds{7}) == milliseconds{21}));
  BOOST_TEST((of.rest_after(milliseconds{0}) == milliseconds{0}));
  BOOST_TEST((of.rest_after(milliseconds{400}) == milliseconds{500}));
}

// Without the call that ends it, the rest goes on for an hour.
BOOST_AUTO_TEST_CASE(who_comes_to_wait_ends_the_rest_and_all_that_would_follow) {
  work x;
  std::thread other([&] {
    x.looks.wait(1);
    x.at.hurry();
  });
  x.now += hours{1};
  x.do_bytes(10);
  other.join();
  BOOST_TEST(x.at.hurries());
  x.now += hours{1};
  x.do_bytes(40);
  BOOST_TEST(x.settled == 2u);
}

BOOST_AUTO_TEST_CASE(who_hurries_settles_larger_pieces) {
  work x;
  x.at.hurry();
  x.do_bytes(39);
  BOOST_TEST(x.settled == 0u);
  x.do_bytes(1);
  BOOST_TEST(x.settled == 1u);
}

BOOST_AUTO_TEST_CASE(what_nobody_wants_any_more_ends_its_rest_and_then_itself) {
  work x;
  std::thread other([&] {
    x.looks.wait(1);
    x.at.stop();
  });
  x.now += hours{1};
  x.do_bytes(10);
  other.join();
  BOOST_TEST(code_of([&] { x.do_bytes(10); }) == storage_errc::stopped);
  BOOST_TEST(x.settled == 1u);
}

BOOST_AUTO_TEST_CASE(for_several_it_is_made_in_a_hurry_if_one_of_them_waits) {
  struct asker {
    std::shared_ptr<lithair::persistence::pace> pace;
  };
  const auto one = std::make_shared<pace>();
  BOOST_TEST((pace_for(std::vector<asker>{{one}}) == one));
  BOOST_TEST((pace_for(std::vector<asker>{{one}, {nullptr}}) == nullptr));
  BOOST_TEST((pace_for(std::vector<asker>{}) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pace_test
