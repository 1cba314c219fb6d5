#include "actors/state/feed.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/node/system.hpp"
#include "test/actors/stand_in.hpp"

namespace feed_test {

using namespace lithair::actors;
using lithair::models::feed_position;
using lithair::models::timeline;

namespace {

/// A feed, and one who is everybody around it: the aggregate, which has applied entry 100, the raft
/// actor, who knows of entries up to `log_end`, and a follower.
struct around_a_feed {
  around_a_feed() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    other = system.spawn([this](caf::event_based_actor* self) { return behaviour(self); });
    subject = system.spawn<feed>(nullptr, feed::setup{lithair::test::stand_in{other}});
    caf::anon_send(subject, feed_consults{lithair::test::stand_in{other}});
    run();
  }
  ~around_a_feed() {
    for (auto* each : {&subject, &other}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  caf::behavior behaviour(caf::event_based_actor* self) {
    return {
        [this, self](const attend_feed& x) {
          if (x.on) self->send(subject, feed_begins{100, timeline({{40, 60}})});
        },
        [this, self](const read_feed& x) {
          self->send(subject, feed_read{x.token, {}, 100, 0, {}});
        },
        [this, self](const probe_ready& x) {
          ++probes;
          if (answers_late) {
            late.push_back({x.token, true, {}, log_end});
            return;
          }
          self->send(subject, readiness{x.token, refusal.empty(), refusal, log_end});
        },
        [this](followed& x) { came = std::move(x); },
    };
  }

  /// What a follower behind this position is answered; none: it waits.
  std::optional<followed> answer_behind(feed_position at, bool at_once = true) {
    came.reset();
    follow x;
    x.token = ++token;
    x.after = at;
    x.at_once = at_once;
    subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                     caf::make_message(std::move(x)), nullptr);
    run();
    return came;
  }
  /// Follows from now on as the stream of a client does, or goes on so; it waits.
  void follow_as_stream() {
    came.reset();
    follow x;
    x.token = token = 1;
    x.after = feed_position{100, 0};
    x.stream = std::make_shared<const lithair::models::stream_query>();
    tell(caf::make_message(std::move(x)));
  }
  void nudge_it() { tell(caf::make_message(nudge{token})); }
  void tell(caf::message what) {
    subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                     std::move(what), nullptr);
    run();
  }
  void pass(std::chrono::milliseconds time) {
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).advance_time(time);
    run();
  }
  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }

  system_config config;
  caf::actor_system system;
  caf::actor other;
  caf::actor subject;
  std::uint64_t token = 0;
  std::uint64_t log_end = 100;
  std::string refusal;
  int probes = 0;
  bool answers_late = false;
  std::vector<readiness> late;
  std::optional<followed> came;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(feeds, around_a_feed)

BOOST_AUTO_TEST_CASE(a_position_of_this_log_is_served) {
  for (const feed_position at : {feed_position{40, 0}, {60, 0}, {99, 2}, {100, 0}}) {
    const auto answer = answer_behind(at);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->what == followed::result::fine));
  }
  BOOST_TEST(probes == 0);
}

BOOST_AUTO_TEST_CASE(a_position_between_two_lives_of_the_data_is_gone) {
  for (const feed_position at : {feed_position{41, 0}, {50, 3}, {59, 0}}) {
    const auto answer = answer_behind(at);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->what == followed::result::gone));
    BOOST_TEST(answer->reason.find("restored") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_position_that_the_log_does_not_reach_is_gone) {
  const auto answer = answer_behind({101, 0});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->what == followed::result::gone));
  BOOST_TEST(probes == 1);
}

BOOST_AUTO_TEST_CASE(a_position_that_this_node_alone_has_not_reached_waits) {
  log_end = 130;
  BOOST_TEST(!answer_behind({120, 0}, false).has_value());
  caf::anon_send(subject, feed_grew{125, {}});
  run();
  BOOST_TEST(!came.has_value());
  caf::anon_send(subject, feed_grew{126, {{126, {std::make_shared<const std::string>("x")}}}});
  run();
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::fine));
  BOOST_TEST(came->changes.size() == 1u);
  BOOST_TEST(probes == 1);
}

BOOST_AUTO_TEST_CASE(a_position_ahead_is_not_judged_until_there_is_a_leader) {
  refusal = "no leader is known";
  BOOST_TEST(!answer_behind({101, 0}).has_value());
  pass(std::chrono::seconds{1});
  BOOST_TEST(!came.has_value());
  refusal.clear();
  pass(std::chrono::seconds{1});
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::gone));
}

BOOST_AUTO_TEST_CASE(a_position_is_judged_by_no_read_that_began_before_it_came) {
  answers_late = true;
  BOOST_TEST(!answer_behind({101, 0}).has_value());
  log_end = 110;
  BOOST_TEST(!answer_behind({105, 0}, false).has_value());
  BOOST_REQUIRE(late.size() == 1u);
  caf::anon_send(subject, late.front());
  run();
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST(came->token == 1u);
  BOOST_TEST((came->what == followed::result::gone));
  BOOST_REQUIRE(late.size() == 2u);
  came.reset();
  caf::anon_send(subject, late.back());
  run();
  BOOST_TEST(!came.has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_any_more_once_nobody_waits_for_it) {
  refusal = "no leader is known";
  BOOST_TEST(!answer_behind({101, 0}).has_value());
  pass(std::chrono::seconds{1});
  subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                   caf::make_message(unfollow{token}), nullptr);
  pass(std::chrono::seconds{1});
  const auto asked = probes;
  pass(std::chrono::seconds{10});
  BOOST_TEST(probes == asked);
  refusal.clear();
  const auto answer = answer_behind({101, 0});
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->what == followed::result::gone));
}

BOOST_AUTO_TEST_CASE(a_position_that_is_applied_here_meanwhile_needs_no_judgement) {
  refusal = "no leader is known";
  BOOST_TEST(!answer_behind({101, 0}).has_value());
  caf::anon_send(subject, feed_grew{101, {}});
  run();
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::fine));
}

BOOST_AUTO_TEST_CASE(a_stream_that_nobody_can_vouch_for_is_told_so_after_a_while) {
  refusal = "no leader is known";
  follow_as_stream();
  nudge_it();
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::fine));
  pass(std::chrono::seconds{9});
  follow_as_stream();
  BOOST_TEST(!came.has_value());
  pass(std::chrono::seconds{2});
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::unavailable));
  BOOST_TEST(came->reason.find(refusal) != std::string::npos);
  const auto asked = probes;
  pass(std::chrono::seconds{10});
  BOOST_TEST(probes == asked);
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_when_its_node_is_in_touch_again) {
  refusal = "no leader is known";
  follow_as_stream();
  nudge_it();
  pass(std::chrono::seconds{9});
  follow_as_stream();
  refusal.clear();
  pass(std::chrono::seconds{1});
  refusal = "no leader is known";
  nudge_it();
  pass(std::chrono::seconds{9});
  follow_as_stream();
  BOOST_TEST(!came.has_value());
}

BOOST_AUTO_TEST_CASE(programs_of_the_node_itself_are_not_sent_away) {
  refusal = "no leader is known";
  BOOST_TEST(!answer_behind({100, 0}, false).has_value());
  nudge_it();
  pass(std::chrono::seconds{60});
  BOOST_TEST(probes == 0);
  BOOST_REQUIRE(came.has_value());
  BOOST_TEST((came->what == followed::result::fine));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace feed_test
