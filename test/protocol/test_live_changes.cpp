#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

using change = raft_core::change_refusal;

namespace {

/// Nodes 1, 2 and 3 vote; 4, 5 and 6 are learners that have caught up.
cluster three_and_three_learners() {
  cluster c{3};
  c.found();
  for (std::uint64_t id : {4, 5, 6}) {
    node& x = c.add(id);
    x.state.recovering = true;
    c.start(x);
  }
  BOOST_TEST_REQUIRE((c.core(1).reconfigure(voters({1, 2, 3}, {4, 5, 6})) == change::none));
  BOOST_TEST_REQUIRE(
      c.run_until([&] { return c.core(6).commit_index() == c.core(1).last_index(); }));
  c.tick_all(5);
  return c;
}

bool holds_joint(cluster& c, std::uint64_t id) { return c.core(id).members().joint(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(live_changes)

BOOST_AUTO_TEST_CASE(a_change_that_a_dead_member_would_have_to_confirm_is_refused) {
  cluster c{3};
  c.found();
  c.isolate(3);
  c.tick_all(c[1].opts.election_max_ticks + 1);
  BOOST_TEST_REQUIRE(c.core(1).ready());
  BOOST_TEST((c.core(1).reconfigure(voters({1, 3})) == change::no_live_majority));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none),
             "removing the dead one goes on");
  BOOST_TEST(c.run_until([&] { return c.core(1).members() == cluster::members({1, 2}); }));
}

BOOST_AUTO_TEST_CASE(a_new_leader_does_not_take_for_alive_whom_it_never_heard) {
  cluster c{3};
  c.found();
  c.isolate(3);
  BOOST_TEST(c.core(1).transfer(node_id{2}));
  c.deliver();
  BOOST_TEST_REQUIRE(c.core(2).ready());
  BOOST_TEST((c.core(2).reconfigure(voters({2, 3})) == change::no_live_majority));
}

BOOST_AUTO_TEST_CASE(
    a_forced_change_whose_new_majority_stays_silent_is_given_up_and_the_cluster_goes_on) {
  cluster c{3};
  c.found();
  c.isolate(3);
  c.tick_all(c[1].opts.election_max_ticks + 1);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 3}), true) == change::none));
  c.propose(1, "meanwhile");
  c.tick_all(2);
  BOOST_TEST(holds_joint(c, 1));
  c.tick_all(2 * c[1].opts.election_max_ticks);
  BOOST_TEST((c.core(1).members() == cluster::members({1, 2, 3})));
  BOOST_TEST(c.core(1).ready());
  BOOST_TEST(c[2].applied_commands().back() == "meanwhile");
}

BOOST_AUTO_TEST_CASE(a_forced_change_is_completed_when_the_silent_come_back_in_time) {
  cluster c{3};
  c.found();
  c.isolate(3);
  c.tick_all(c[1].opts.election_max_ticks + 1);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 3}), true) == change::none));
  c.tick_all(5);
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(3).members() == cluster::members({1, 3}); }));
}

BOOST_AUTO_TEST_CASE(a_change_that_is_not_committed_is_given_up_when_asked) {
  cluster c = three_and_three_learners();
  for (std::uint64_t id : {4, 5, 6}) c.isolate(id);
  BOOST_TEST((c.core(1).reconfigure(voters({4, 5, 6})) == change::none));
  c.deliver();
  BOOST_TEST(holds_joint(c, 2));
  BOOST_TEST((c.core(2).abort_change() == change::not_leader));
  BOOST_TEST((c.core(1).abort_change() == change::none));
  c.deliver();
  BOOST_TEST((c.core(2).members() == cluster::members({1, 2, 3}, {4, 5, 6})));
  BOOST_TEST(c.core(1).commit_index() == c.core(1).last_index());
  BOOST_TEST((c.core(1).abort_change() == change::nothing_to_abort));
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(6).members() == c.core(1).members(); }));
}

BOOST_AUTO_TEST_CASE(a_change_of_an_earlier_leader_is_not_given_up_for_others_may_have_gone_on) {
  cluster c = three_and_three_learners();
  // All have the joint entry, and nobody knows that it is committed.
  c.keep = [](const packet& p) { return !std::holds_alternative<append_response>(p.content); };
  BOOST_TEST((c.core(1).reconfigure(voters({4, 5, 6})) == change::none));
  c.deliver();
  BOOST_TEST_REQUIRE(holds_joint(c, 4));
  c.isolate(1);
  c.keep = [](const packet& p) {
    // The next leader appends its own entry and hears of no answer to it.
    return !std::holds_alternative<append_response>(p.content) &&
           !std::holds_alternative<heartbeat_response>(p.content);
  };
  auto leader = [&]() -> std::uint64_t {
    for (std::uint64_t id : {2, 3, 4, 5, 6})
      if (c.core(id).current_role() == role::leader) return id;
    return 0;
  };
  BOOST_TEST_REQUIRE(c.run_until([&] { return leader() != 0; }));
  BOOST_TEST_REQUIRE(holds_joint(c, leader()));
  BOOST_TEST((c.core(leader()).abort_change() == change::nothing_to_abort));
}

BOOST_AUTO_TEST_CASE(
    a_node_that_was_removed_while_it_was_away_is_told_so_and_changes_nothing_for_it) {
  cluster c{3};
  c.found();
  c.isolate(3);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  c.tick_all(200);
  BOOST_TEST(!c.core(3).told_removed());
  c.heal();
  const term_t before = c.core(3).current_term();
  BOOST_TEST(c.run_until([&] { return c.core(3).told_removed(); }));
  BOOST_TEST(c.core(3).current_term() == before);
  BOOST_TEST((c.core(3).members() == cluster::members({1, 2, 3})));
  BOOST_TEST(c.core(1).ready());
  // Taken back, it hears a leader.
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2}, {3})) == change::none));
  BOOST_TEST(c.run_until([&] { return c.core(3).leader() == node_id{1}; }));
  BOOST_TEST(!c.core(3).told_removed());
}

BOOST_AUTO_TEST_CASE(a_learner_that_was_removed_while_it_was_away_is_told_so) {
  cluster c = three_and_three_learners();
  c.isolate(6);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3}, {4, 5})) == change::none));
  c.tick_all(200);
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(6).told_removed(); }));
  BOOST_TEST((c.core(6).current_role() == role::learner));
  BOOST_TEST(!c.core(5).told_removed());
}

BOOST_AUTO_TEST_CASE(nobody_is_told_by_one_whose_configuration_is_older_than_its_own) {
  cluster c{3};
  c.found();
  const index_t own = c.core(3).commit_index();
  c.isolate(3);
  c.tick(3, 50);
  c.settle(c[3]);
  c.inject(2, 3, vote_response{term_t{}, false, true, index_t{1}});
  BOOST_TEST(!c.core(3).told_removed());
  c.inject(2, 3, vote_response{term_t{}, false, true, own + 5});
  BOOST_TEST(c.core(3).told_removed());
  BOOST_TEST(c.core(3).commit_index() == own);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_the_change_and_does_not_know_that_it_is_committed_is_told) {
  cluster c{3};
  c.found();
  c.keep = [](const packet& p) {
    return p.to.value != 3 || !std::holds_alternative<heartbeat>(p.content);
  };
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  c.settle(c[1]);
  c.deliver();
  c.isolate(3);
  c.tick(3, 100);
  c.settle(c[3]);
  const index_t removal{c.core(3).last_index()};
  BOOST_TEST_REQUIRE(c.core(3).commit_index() < removal);
  BOOST_TEST_REQUIRE(!c.core(3).members().contains(node_id{3}));
  c.inject(2, 3, vote_response{term_t{}, false, true, removal});
  BOOST_TEST(c.core(3).told_removed());
}

BOOST_AUTO_TEST_CASE(a_node_knows_from_its_own_log_that_it_was_removed_once_nobody_leads_it) {
  cluster c{3};
  c.found();
  BOOST_TEST(!c.core(3).removed());
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  BOOST_TEST(c.run_until([&] { return c.core(3).removed(); }));
  BOOST_TEST(!c.core(1).removed());
  BOOST_TEST(!c.core(2).removed());
  c.restart(3);
  c[3].checkpoint = c[3].base + c[3].log.size();
  c.restart(3);
  BOOST_TEST(c.core(3).removed(), "also after a restart");
}

BOOST_AUTO_TEST_SUITE_END()
