#include "http/stream_hub.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

namespace stream_hub_test {

using namespace lithair;
using namespace lithair::http;
using models::feed_position;

namespace {

struct subscriber final : stream_waiter {
  void on_followed(const actors::followed& answer) override {
    ++answers;
    at = answer.through;
    if (answer.text) text = answer.text;
  }
  int answers = 0;
  feed_position at;
  std::shared_ptr<const std::string> text;
};

/// What a feed is told.
struct notes {
  std::vector<actors::follow> asked;
  int unfollowed = 0;
  int nudged = 0;
};

class noting_feed final : public caf::event_based_actor {
 public:
  noting_feed(caf::actor_config& cfg, notes* into) : caf::event_based_actor(cfg), into_(*into) {}

 private:
  caf::behavior make_behavior() override {
    return {[this](const actors::follow& question) { into_.asked.push_back(question); },
            [this](const actors::unfollow&) { ++into_.unfollowed; },
            [this](const actors::nudge&) { ++into_.nudged; }};
  }
  notes& into_;
};

/// A hub that hands out one answer a turn, and a feed before it that answers when it is told to.
struct around_a_hub : notes {
  around_a_hub() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    feed = system.spawn<noting_feed>(static_cast<notes*>(this));
    actor = system.spawn<stream_hub>(nullptr, 0u);
    hub = static_cast<stream_hub*>(caf::actor_cast<caf::abstract_actor*>(actor));
    what->text = "all";
    other->text = "some";
    hub->open_stream();
    run();
  }
  ~around_a_hub() {
    for (auto* each : {&actor, &feed}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  void ask(subscriber& who, bool at_once = false) {
    hub->ask(who, {caf::actor_cast<actors::feed_handle>(feed), what, who.at, at_once});
  }
  void answer(const actors::follow& question, std::uint64_t through, const char* text = nullptr) {
    actors::followed made;
    made.token = question.token;
    made.through = {through, 0};
    if (text != nullptr) made.text = std::make_shared<const std::string>(text);
    caf::anon_send(actor, std::move(made));
  }
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() { scheduler().run(); }

  caf::actor_system_config config;
  caf::actor_system system;
  std::shared_ptr<models::stream_query> what = std::make_shared<models::stream_query>();
  std::shared_ptr<models::stream_query> other = std::make_shared<models::stream_query>();
  caf::actor feed;
  caf::actor actor;
  stream_hub* hub = nullptr;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_hubs, around_a_hub)

BOOST_AUTO_TEST_CASE(thousands_at_one_place_are_one_question_and_share_one_text) {
  std::vector<subscriber> all(3000);
  for (auto& each : all) ask(each);
  run();
  BOOST_REQUIRE(asked.size() == 1u);
  answer(asked.front(), 7, "told");
  run();
  for (auto& each : all) {
    BOOST_REQUIRE(each.answers == 1);
    BOOST_REQUIRE(each.text == all.front().text);
    ask(each);
  }
  run();
  BOOST_TEST(asked.size() == 2u);
  BOOST_TEST((asked.back().after == feed_position{7, 0}));
  // The same subscription, at another place.
  BOOST_TEST(asked.back().token == asked.front().token);
  BOOST_TEST(hub->questions() == 2u);
  for (auto& each : all) hub->leave(each);
}

BOOST_AUTO_TEST_CASE(those_at_other_places_or_of_other_streams_are_questions_of_their_own) {
  std::vector<subscriber> all(4);
  all[1].at = {3, 0};
  all[2].at = {3, 2};
  for (auto& each : all) ask(each);
  subscriber at_once;
  ask(at_once, true);
  subscriber another;
  std::swap(what, other);
  ask(another);
  run();
  BOOST_TEST(asked.size() == 5u);
  for (auto& each : all) hub->leave(each);
  hub->leave(at_once);
  hub->leave(another);
  run();
  BOOST_TEST(unfollowed == 5);
}

BOOST_AUTO_TEST_CASE(
    an_answer_is_handed_out_some_at_a_time_and_nothing_is_asked_before_all_have_it) {
  std::vector<subscriber> all(100);
  for (auto& each : all) ask(each);
  run();
  answer(asked.front(), 7, "told");
  const auto have_it = [&] {
    return std::ranges::count_if(all, [](const auto& each) { return each.answers > 0; });
  };
  for (std::size_t turns = 0; have_it() < 50; ++turns) {
    BOOST_REQUIRE(turns < 200u);
    BOOST_REQUIRE(scheduler().try_run_once());
  }
  BOOST_TEST(have_it() == 50);
  for (auto& each : all)
    if (each.answers > 0) ask(each);
  for (int i = 0; i < 10; ++i) scheduler().try_run_once();
  BOOST_TEST(asked.size() == 1u);
  run();
  BOOST_TEST(have_it() == 100);
  BOOST_TEST(asked.size() == 2u);
  for (auto& each : all) hub->leave(each);
}

BOOST_AUTO_TEST_CASE(one_that_leaves_is_told_nothing_and_the_last_ends_the_question) {
  std::vector<subscriber> all(3);
  for (auto& each : all) ask(each);
  run();
  hub->leave(all[1]);
  hub->leave(all[1]);
  answer(asked.front(), 7, "told");
  BOOST_REQUIRE(scheduler().try_run_once());
  hub->leave(all[2]);
  run();
  BOOST_TEST(all[0].answers == 1);
  BOOST_TEST(all[1].answers == 0);
  BOOST_TEST(all[2].answers == 0);
  ask(all[0]);
  run();
  hub->leave(all[0]);
  run();
  BOOST_TEST(unfollowed == 1);
  // What is on its way then is for nobody.
  answer(asked.back(), 9, "late");
  run();
  BOOST_TEST(all[0].answers == 1);
}

BOOST_AUTO_TEST_CASE(one_that_leaves_before_it_was_asked_for_asks_nothing) {
  subscriber brief;
  ask(brief);
  hub->leave(brief);
  run();
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(a_subscription_is_kept_while_a_stream_is_open) {
  subscriber one;
  ask(one);
  run();
  answer(asked.front(), 7, "told");
  run();
  BOOST_TEST(unfollowed == 0);
  hub->close_stream();
  run();
  BOOST_TEST(unfollowed == 1);
}

BOOST_AUTO_TEST_CASE(of_those_at_one_place_one_sign_of_life_is_asked_for) {
  std::vector<subscriber> all(10);
  for (auto& each : all) ask(each);
  run();
  for (auto& each : all) hub->nudge(each);
  run();
  BOOST_TEST(nudged == 1);
  answer(asked.front(), 30);
  run();
  for (const auto& each : all) BOOST_TEST(each.answers == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stream_hub_test
