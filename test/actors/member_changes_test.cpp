// Changes of members at a leader whose peers come and go, without an actor.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/raft/member_changes.hpp"
#include "test/actors/stand_in.hpp"
#include "test/protocol/cluster.hpp"

namespace member_changes_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::node_id;
using action = change_members::action;

namespace {

// What is told to peers, and to whom; what comes of changes asked for by node 9, which stands for
// any other member. The node has a second group, which has this node's three members at first.
struct asked {
  explicit asked(std::size_t nodes) : cores(nodes) {
    second().raft = lithair::test::stand_in{
        system.spawn([](caf::event_based_actor*) { return caf::behavior{[](int) {}}; })};
    second_has({{node_id{1}, true, {}}});
    cores.found();
    cores.run_until([this] { return cores.core(1).ready(); });
  }

  member_changes::effects effects() {
    return {[](const caf::strong_actor_ptr&, members_changed) {},
            [this](node_id, control_message x) {
              sent.push_back(std::get<change_answer>(std::move(x)));
              return true;
            }};
  }
  ~asked() {
    caf::anon_send_exit(std::exchange(second().raft, nullptr), caf::exit_reason::kill);
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run();
  }

  node_groups::other& second() { return all->others[protocol::group_id{2}]; }
  // Its members are these by now; whether this node has it all is said by `up_to_date`.
  void second_has(std::vector<protocol::member> members) {
    second().members = {protocol::index_t{10}, {std::move(members), {}}};
  }
  void up_to_date() {
    for (auto token : std::exchange(probes, {})) groups.arrived({token, true, {}, 10, false});
  }
  void ask(action what, std::uint64_t node, const std::string& address = {}, bool force = false) {
    changes.arrived(node_id{9}, change_request{++asked_so_far, what, force, node, address}, now_ms);
  }
  // Time passes, also for the cores.
  void go_on(std::uint64_t ms = 1000) {
    for (const auto until = now_ms + ms; now_ms < until; now_ms += 10) {
      cores.tick_all();
      cores.deliver();
      changes.advance(now_ms);
    }
  }
  // Which are heard no more; long enough for the leader to see it, not for it to step down.
  void fall_silent(std::uint64_t node) {
    cores.isolate(node);
    for (auto left = test::cluster::quick_options().election_max_ticks + 1; left > 0; --left) {
      cores.tick_all();
      cores.deliver();
    }
  }
  const std::vector<protocol::member>& members() { return cores.core(1).members().members; }
  std::uint16_t status() const { return sent.empty() ? 0 : sent.back().status; }
  const std::string& detail() const { return sent.back().detail; }

  test::cluster cores;
  std::vector<change_answer> sent;
  caf::actor_system_config config;
  caf::actor_system system{config.set("scheduler.policy", caf::atom("testing"))};
  std::shared_ptr<node_groups> all = std::make_shared<node_groups>();
  std::vector<std::uint64_t> probes;  // of the second group
  other_groups groups{all, node_id{1}, [this](const raft_handle&, const probe_ready& x) {
                        probes.push_back(x.token);
                      }};
  member_changes changes{cores.core(1), effects(), groups, 100, 2000};
  std::uint64_t now_ms = 1;
  std::uint64_t asked_so_far = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(changing_members)

BOOST_AUTO_TEST_CASE(with_one_of_three_gone_the_other_healthy_member_is_not_removed) {
  asked x{3};
  x.fall_silent(3);
  x.ask(action::remove, 2);
  BOOST_TEST(x.status() == 409);
  BOOST_TEST(x.detail().find("force=true") != std::string::npos);
  BOOST_TEST(x.members().size() == 3u);
  BOOST_TEST(!x.cores.core(1).members().joint());
  // The dead one may go: both who were members and who stay have a majority.
  x.ask(action::remove, 3);
  x.go_on();
  x.up_to_date();
  x.go_on();
  BOOST_TEST(x.status() == 200);
  BOOST_TEST(x.detail().empty());
  BOOST_TEST(x.members().size() == 2u);
}

BOOST_AUTO_TEST_CASE(
    a_forced_change_is_done_and_says_what_it_risked_or_is_given_up_when_nobody_answers) {
  asked x{3};
  x.fall_silent(3);
  x.ask(action::remove, 2, {}, true);
  BOOST_TEST(x.sent.empty());
  BOOST_TEST(x.cores.core(1).members().joint());
  x.go_on();
  BOOST_TEST(x.status() == 409);
  BOOST_TEST(x.members().size() == 3u);
  BOOST_TEST(!x.cores.core(1).members().joint());

  x.ask(action::remove, 2, {}, true);
  x.cores.heal();
  x.go_on();
  x.up_to_date();
  x.go_on();
  BOOST_TEST(x.status() == 200);
  BOOST_TEST(x.detail().find("forced") != std::string::npos);
  BOOST_TEST(x.members().size() == 2u);
}

// Whoever is told that it is done may destroy the node.
BOOST_AUTO_TEST_CASE(a_removal_is_done_once_no_other_group_counts_on_the_member) {
  asked x{3};
  const auto three = x.members();
  const std::vector<protocol::member> two{three[0], three[1]};
  x.second_has(two);
  x.ask(action::remove, 3);
  x.go_on();
  BOOST_TEST(x.members().size() == 2u);
  BOOST_TEST(x.sent.empty(), "what is known here may be old");
  x.second_has(three);
  x.up_to_date();
  x.go_on();
  BOOST_TEST(x.sent.empty());
  x.second_has(two);
  x.go_on();
  BOOST_TEST(x.status() == 200);
}

BOOST_AUTO_TEST_CASE(
    a_removal_that_another_group_does_not_follow_is_told_so_and_can_be_asked_again) {
  asked x{3};
  const auto three = x.members();
  x.second_has(three);
  x.ask(action::remove, 3);
  for (int i = 0; i < 11; ++i) {
    x.go_on();
    x.up_to_date();
  }
  BOOST_TEST(x.status() == 504);
  BOOST_TEST(x.detail().find("group 2") != std::string::npos);
  BOOST_TEST(x.detail().find("leave that running") != std::string::npos);
  BOOST_TEST(x.members().size() == 2u);

  x.ask(action::remove, 3);
  x.go_on();
  BOOST_TEST(x.sent.size() == 1u);
  x.second_has({three[0], three[1]});
  x.up_to_date();
  x.go_on();
  BOOST_REQUIRE(x.sent.size() == 2u);
  BOOST_TEST(x.status() == 200);
  x.ask(action::remove, 3);
  x.go_on();
  BOOST_TEST(x.sent.size() == 2u, "another group may have it, as far as is known");
  x.up_to_date();
  x.go_on();
  BOOST_TEST(x.status() == 404);
}

// What this node has of the other group may be from before the member came.
BOOST_AUTO_TEST_CASE(
    a_removal_that_is_asked_again_is_not_done_as_long_as_another_group_may_count_on_it) {
  asked x{3};
  const auto three = x.members();
  x.ask(action::remove, 3);
  for (int i = 0; i < 11; ++i) x.go_on();
  BOOST_TEST(x.status() == 504);
  x.second_has({});
  x.ask(action::remove, 3);
  for (int i = 0; i < 11; ++i) {
    x.go_on();
    x.up_to_date();
  }
  BOOST_REQUIRE(x.sent.size() == 2u);
  BOOST_TEST(x.status() == 504, "no members of that group are known here");
  x.second_has(three);
  x.ask(action::remove, 3);
  x.go_on();
  x.second_has({three[0], three[1]});
  x.up_to_date();
  x.go_on();
  BOOST_REQUIRE(x.sent.size() == 3u);
  BOOST_TEST(x.status() == 200);
}

BOOST_AUTO_TEST_CASE(who_can_not_hand_over_yet_says_so_and_who_never_can_says_why) {
  asked x{3};
  for (const std::uint64_t node : {2, 3}) x.cores.isolate(node);
  for (auto left = test::cluster::quick_options().election_min_ticks; left > 0; --left)
    x.cores.tick_all();
  // Of two that are not heard now the next leader may choose, or this one once it hears them.
  x.ask(action::transfer, 0);
  BOOST_TEST(x.status() == 503);
  BOOST_TEST(x.detail() == "no other voter has been heard yet");
  x.ask(action::transfer, 7);
  BOOST_TEST(x.status() == 404);

  asked of_one{1};
  of_one.ask(action::transfer, 0);
  BOOST_TEST(of_one.status() == 409);
  BOOST_TEST(of_one.detail() == "there is no other voter to lead");
  of_one.ask(action::add, 2, "10.0.0.2:8080/9080");
  of_one.go_on();
  of_one.ask(action::transfer, 2);
  BOOST_TEST(of_one.status() == 409);
  BOOST_TEST(of_one.detail().find("promote") != std::string::npos, of_one.detail());
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_and_there_already_is_done_once_it_is_committed) {
  asked x{3};
  x.cores.isolate(2);
  x.cores.isolate(3);
  auto moved = x.members();
  moved[2].address = "10.0.0.3:8080/9080";
  BOOST_REQUIRE(
      (x.cores.core(1).reconfigure(moved, true) == protocol::raft_core::change_refusal::none));
  x.ask(action::move, 3, "10.0.0.3:8080/9080");
  x.go_on(50);
  BOOST_TEST(x.sent.empty());
  x.cores.heal();
  x.go_on();
  BOOST_TEST(x.status() == 200);
}

BOOST_AUTO_TEST_CASE(a_change_that_is_not_committed_is_given_up_on_request) {
  asked x{3};
  x.ask(action::abort, 0);
  BOOST_TEST(x.status() == 409);
  x.fall_silent(3);
  x.ask(action::remove, 2, {}, true);
  const auto answers = x.sent.size();
  x.ask(action::abort, 0);
  BOOST_REQUIRE(x.sent.size() == answers + 1);
  BOOST_TEST(x.status() == 504);
  x.go_on(100);
  BOOST_REQUIRE(x.sent.size() == answers + 2);
  BOOST_TEST(x.status() == 200);
  BOOST_TEST(x.sent.back().id == x.asked_so_far);
  BOOST_TEST(x.members().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_member_is_moved_to_another_address_when_that_is_asked_and_only_then) {
  asked x{3};
  x.ask(action::move, 3, "10.0.0.3:8080/9080");
  x.go_on();
  BOOST_TEST(x.status() == 200);
  BOOST_TEST(x.members().at(2).address == "10.0.0.3:8080/9080");
  BOOST_TEST(x.members().at(2).voter);

  x.ask(action::add, 3, "10.0.0.4:8080/9080");
  BOOST_TEST(x.status() == 409);
  x.ask(action::add, 3, "10.0.0.3:8080/9080");
  x.go_on();
  BOOST_TEST(x.status() == 200);
  x.ask(action::move, 4, "10.0.0.4:8080/9080");
  BOOST_TEST(x.status() == 404);
  BOOST_TEST(x.members().at(2).address == "10.0.0.3:8080/9080");
}

namespace {

// At node 2, which does not lead: what it asks of others, and what its client is told.
struct asking_elsewhere {
  asking_elsewhere() {
    what.what = action::remove;
    what.node = 3;
    what.token = 7;
  }
  void have_a_leader() {
    cores.found();
    cores.run_until([&] { return cores.core(2).leader() == node_id{1}; });
  }
  void ask(std::uint64_t now_ms) {
    changes.ask(caf::actor_cast<caf::strong_actor_ptr>(client), what, now_ms);
  }

  test::cluster cores{3};
  std::vector<change_request> asked;
  caf::actor_system_config config;
  caf::actor_system system{config.set("scheduler.policy", caf::atom("testing"))};
  caf::scoped_actor client{system};
  std::vector<members_changed> answers;
  other_groups none{nullptr, node_id{2}, nullptr};
  member_changes changes{
      cores.core(2),
      {[&](const caf::strong_actor_ptr&, members_changed x) { answers.push_back(std::move(x)); },
       [&](node_id, control_message x) {
         asked.push_back(std::get<change_request>(std::move(x)));
         return true;
       }},
      none,
      5000,
      2000};
  change_members what;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(only_the_leader_that_was_asked_answers_a_change, asking_elsewhere) {
  have_a_leader();
  ask(1);
  BOOST_REQUIRE(asked.size() == 1u);
  BOOST_TEST(asked[0].id == 5000u);
  change_answer answer{asked[0].id, 200, {}};
  changes.arrived(node_id{3}, answer);
  BOOST_TEST(answers.empty());
  // An answer to an earlier life's request, whatever its number was.
  answer.id = 1;
  changes.arrived(node_id{1}, answer);
  BOOST_TEST(answers.empty());
  answer.id = asked[0].id;
  changes.arrived(node_id{1}, answer);
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0].token == 7u);
  BOOST_TEST(answers[0].status == 200);
}

BOOST_FIXTURE_TEST_CASE(a_change_waits_for_a_leader_that_takes_it, asking_elsewhere) {
  ask(1);
  changes.advance(1000);
  BOOST_TEST(answers.empty());
  BOOST_TEST(asked.empty());
  have_a_leader();
  changes.advance(1100);
  BOOST_REQUIRE(asked.size() == 1u);
  // It has just been elected, or leads no more.
  changes.arrived(node_id{1}, change_answer{asked[0].id, 503, "the leader is new"});
  BOOST_TEST(answers.empty());
  BOOST_TEST(!changes.is_idle());
  changes.advance(1200);
  BOOST_REQUIRE(asked.size() == 2u);
  BOOST_TEST(asked[1].id != asked[0].id);
  changes.arrived(node_id{1}, change_answer{asked[1].id, 200, {}});
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0].status == 200);
  BOOST_TEST(changes.is_idle());
}

BOOST_FIXTURE_TEST_CASE(without_a_leader_in_time_a_change_is_refused, asking_elsewhere) {
  ask(1);
  changes.advance(2000);
  BOOST_TEST(answers.empty());
  changes.advance(2001);
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0].token == 7u);
  BOOST_TEST(answers[0].status == 503);
  BOOST_TEST(answers[0].detail.find("no leader") != std::string::npos);
  BOOST_TEST(changes.is_idle());
}

BOOST_FIXTURE_TEST_CASE(whoever_waits_for_a_leader_is_told_that_the_node_stops, asking_elsewhere) {
  ask(1);
  changes.stop();
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0].status == 503);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace member_changes_test
