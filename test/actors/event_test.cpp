#include "actors/embedded/event.hpp"

#include <chrono>
#include <future>
#include <map>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/transaction.hpp"
#include "actors/runtime/loop.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/listener.hpp"

struct light {
  std::int64_t number;
  std::string colour;
  std::optional<std::string> secret;

  bool operator==(const light&) const = default;
};

template <>
struct lithair::model<light> : lithair::attributes {
  static constexpr auto declaration =
      declare("lights", field<&light::number>("number", primary_key, immutable, replicate),
              field<&light::colour>("colour", replicate),
              field<&light::secret>("secret", hidden, replicate));
};

struct lamp {
  std::int64_t number;
};

template <>
struct lithair::model<lamp> : lithair::attributes {
  static constexpr auto declaration =
      declare("lamps", field<&lamp::number>("number", primary_key, replicate));
};

using namespace lithair;

namespace {

struct three_nodes : test::embedded_nodes {
  three_nodes() : embedded_nodes(*schema_of<light, lamp>(), 3) {}
};

using listener = test::listener<light>;

}  // namespace

BOOST_AUTO_TEST_SUITE(events_in_process)

BOOST_FIXTURE_TEST_CASE(every_node_tells_each_change_with_index_time_before_and_after,
                        three_nodes) {
  std::map<std::uint64_t, listener> told;
  std::vector<subscription> all;
  for (std::uint64_t id = 1; id <= 3; ++id)
    all.push_back(subscribe(collection<light>{at(id)}, told[id].handlers()));
  collection<light> lights{at(2)};
  const auto made = lights.create({1, "red", "s"}).get().value();
  (void)collection<lamp>{at(1)}.create({1}).get().value();  // told to nobody
  const auto changed =
      lights.update(1, patch<light>().set<&light::colour>("green").clear<&light::secret>())
          .get()
          .value();
  const auto gone = lights.remove(1).get().value();

  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto events = told[id].await_events(3);
    BOOST_REQUIRE(events.size() == 3u);
    BOOST_CHECK(events[0].type == event_type::created);
    BOOST_CHECK(events[1].type == event_type::updated);
    BOOST_CHECK(events[2].type == event_type::deleted);
    BOOST_TEST(events[0].version() == made.version);
    BOOST_TEST(events[1].version() == changed.version);
    BOOST_TEST(events[2].index == gone);
    BOOST_CHECK(!events[0].before && events[0].after == (light{1, "red", "s"}));
    BOOST_CHECK(events[1].before == (light{1, "red", "s"}) &&
                events[1].after == (light{1, "green", {}}));
    BOOST_CHECK(events[2].before == (light{1, "green", {}}) && !events[2].after);
    BOOST_CHECK(events[0].time.us > 0 && events[0].time <= events[1].time);
  }
}

BOOST_FIXTURE_TEST_CASE(a_subscription_goes_on_behind_a_position_in_the_midst_of_a_transaction_too,
                        three_nodes) {
  caller here{at(1)};
  collection<light> lights{here};
  const auto first = lights.create({1, "red", {}}).get().value().version;
  const auto both = transaction(here)
                        .create(lights, {2, "red", {}})
                        .create(lights, {3, "red", {}})
                        .commit()
                        .get()
                        .value();
  listener behind_first, behind_second;
  auto a = subscribe(collection<light>{at(2)}, feed_position{first, 0}, behind_first.handlers());
  auto b =
      subscribe(collection<light>{at(3)}, feed_position{both.index, 1}, behind_second.handlers());
  const auto two = behind_first.await_events(2);
  BOOST_TEST(two[0].after->number == 2);
  BOOST_TEST(two[0].part == 1u);
  BOOST_TEST(two[1].after->number == 3);
  BOOST_TEST(two[1].index == both.index);
  const auto one = behind_second.await_events(1);
  BOOST_TEST(one[0].after->number == 3);
}

BOOST_FIXTURE_TEST_CASE(who_is_far_behind_lets_others_of_the_loop_have_their_turn, three_nodes) {
  constexpr int count = 60;
  collection<light> lights{at(1)};
  const auto first = lights.create({0, "red", {}}).get().value().version;
  for (int i = 1; i <= count; ++i) (void)lights.create({i, "red", {}}).get().value();
  auto& home = at(1).loop_at(at(1).loop_count() - 1);
  int told = 0;
  std::promise<int> told_before_others;
  std::promise<void> all;
  subscriber<light> slow;
  slow.changed = [&](const event<light>&) {
    if (told == 0) home.post([&] { told_before_others.set_value(told); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1};
    while (std::chrono::steady_clock::now() < until) continue;
    if (++told == count) all.set_value();
  };
  const auto follows = subscribe(lights, feed_position{first, 0}, std::move(slow));
  BOOST_TEST(told_before_others.get_future().get() < count / 2);
  all.get_future().get();
}

BOOST_FIXTURE_TEST_CASE(behind_its_end_no_handler_runs_and_a_handler_may_end_it, three_nodes) {
  collection<light> lights{at(1)};
  subscription once;
  std::promise<void> ended;
  int calls = 0;
  subscriber<light> handlers;
  handlers.changed = [&](const event<light>&) {
    ++calls;
    once.end();
    ended.set_value();
  };
  once = subscribe(lights, std::move(handlers));
  listener other;
  auto all = subscribe(lights, other.handlers());
  for (std::int64_t n = 1; n <= 3; ++n) (void)lights.create({n, "red", {}}).get().value();
  ended.get_future().get();
  BOOST_TEST(other.await_events(3).size() == 3u);
  BOOST_TEST(calls == 1);
  BOOST_CHECK(!once);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_is_told_when_the_node_stops, three_nodes) {
  listener told;
  auto one = subscribe(collection<light>{at(2)}, told.handlers());
  at(2).stop();
  BOOST_TEST(told.await_end().status == 503);
}

BOOST_AUTO_TEST_SUITE_END()
