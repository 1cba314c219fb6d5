#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;
using change = raft_core::change_refusal;

namespace {

/// Changes to these members and waits until every one of them uses them.
bool change_to(cluster& c, std::uint64_t leader, const std::vector<member>& next) {
  if (c.core(leader).reconfigure(next) != change::none) return false;
  return c.run_until([&] {
    return std::all_of(next.begin(), next.end(), [&](const member& m) {
      return c.core(m.id.value).members() == configuration{next, {}};
    });
  });
}

/// Nodes 1, 2, 3 are the group and lead by 1; 4 and 5 exist and wait.
cluster three_of_five() {
  cluster c{5};
  if (!c.core(1).bootstrap(cluster::members({1, 2, 3}))) throw std::logic_error("not founded");
  c.deliver();
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(membership)

BOOST_AUTO_TEST_CASE(only_a_blank_node_founds_a_group_and_only_with_itself_in_it) {
  cluster c{2};
  BOOST_TEST(!c.core(1).bootstrap(cluster::members({2})));
  BOOST_TEST(!c.core(1).bootstrap(cluster::members({2}, {1})));
  BOOST_TEST(c.core(1).bootstrap(cluster::members({1, 2})));
  BOOST_TEST(!c.core(1).bootstrap(cluster::members({1, 2})));
  c.deliver();
  BOOST_TEST(!c.core(2).bootstrap(cluster::members({2})));
}

BOOST_AUTO_TEST_CASE(thesis_4_3_three_nodes_become_five_and_three_again_by_joint_configurations) {
  // M1
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3}, {4, 5})));
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3, 4, 5})));
  c.propose(1, "by five");
  c.deliver();
  BOOST_TEST((c[5].applied_commands() == std::vector<std::string>{"by five"}));
  std::size_t joints = 0;
  for (const entry& e : c[1].log) {
    if (e.kind == entry_kind::configuration) {
      joints += decode_configuration(e.data.view())->joint() ? 1 : 0;
    }
  }
  BOOST_TEST(joints == 1u);
  BOOST_TEST(change_to(c, 1, voters({3, 4, 5})));
  BOOST_TEST(
      c.run_until([&] { return c.core(3).ready() || c.core(4).ready() || c.core(5).ready(); }));
  BOOST_TEST(c.core(1).current_role() == role::learner);
  for (int i = 0; i < 50; ++i) c.tick_all();
  BOOST_TEST(!c.core(3).members().contains(node_id{1}));
}

BOOST_AUTO_TEST_CASE(thesis_4_2_1_a_learner_gets_the_log_and_counts_for_nothing) {
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3}, {4})));
  BOOST_TEST(c.core(4).current_role() == role::learner);
  c.isolate(2);
  c.isolate(3);
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST(c[1].applied_commands().empty());
  c.heal();
  BOOST_TEST(c.run_until([&] { return !c[4].applied_commands().empty(); }));
}

BOOST_AUTO_TEST_CASE(thesis_4_2_1_a_learner_far_behind_is_not_promoted) {
  // M7
  cluster c = three_of_five();
  c.isolate(4);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3}, {4})) == change::none));
  for (int i = 0; i < 20; ++i) c.propose(1, "x");
  c.deliver();
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3, 4})) == change::lagging));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3, 5}, {4})) == change::lagging));
  c.heal();
  BOOST_TEST(c.run_until([&] { return c[4].applied_commands().size() == 20; }));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3, 4})) == change::none));
}

BOOST_AUTO_TEST_CASE(learners_answer_votes_for_they_may_be_voters_that_do_not_know_it_yet) {
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3}, {4})));
  c.tick(4, 100);
  c.settle(c[4]);
  c.sent.clear();
  c.inject(2, 4, vote_request{term_t{9}, index_t{99}, term_t{8}, false, false});
  BOOST_TEST(std::get<vote_response>(c.sent.back().content).granted);
}

BOOST_AUTO_TEST_CASE(a_change_is_refused_before_an_entry_of_the_leaders_term_is_committed) {
  // M9, the bug of 2015
  cluster c = three_of_five();
  c.isolate(1);
  // Node 2 is elected, but its first entry reaches nobody.
  c.keep = [](const packet& p) { return !std::holds_alternative<append_request>(p.content); };
  BOOST_TEST(c.run_until([&] { return c.core(2).current_role() == role::leader; }));
  BOOST_TEST((c.core(2).reconfigure(voters({2, 3})) == change::term_not_committed));
  c.keep = [](const packet&) { return true; };
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }));
  BOOST_TEST((c.core(2).reconfigure(voters({2, 3})) == change::none));
}

BOOST_AUTO_TEST_CASE(a_change_is_refused_with_its_reason) {
  // M2, M10
  cluster c = three_of_five();
  BOOST_TEST((c.core(2).reconfigure(voters({1, 2})) == change::not_leader));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3})) == change::same));
  BOOST_TEST((c.core(1).reconfigure({}) == change::invalid));
  BOOST_TEST((c.core(1).reconfigure({{node_id{1}, false, ""}}) == change::invalid));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 3})) == change::in_progress));
  c.deliver();
  BOOST_TEST(c.core(1).transfer(node_id{2}));
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3})) == change::transferring));
}

BOOST_AUTO_TEST_CASE(section_6_a_joint_configuration_needs_both_majorities) {
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3}, {4, 5})));
  c.isolate(2);
  c.isolate(3);
  // The majority of {1, 4, 5} is there, that of {1, 2, 3} is not.
  BOOST_TEST((c.core(1).reconfigure(voters({1, 4, 5})) == change::none));
  c.deliver();
  BOOST_TEST(c.core(1).commit_index() < c.core(1).last_index());
  BOOST_TEST(c.core(1).members().joint());
  c.heal();
  BOOST_TEST(c.run_until([&] { return !c.core(4).members().joint(); }));
}

BOOST_AUTO_TEST_CASE(a_new_leader_finishes_a_joint_change_or_takes_it_back) {
  // M3: the leader dies with the joint entry on so many of the others.
  for (std::uint64_t copies = 0; copies <= 4; ++copies) {
    cluster c = three_of_five();
    BOOST_TEST_REQUIRE(change_to(c, 1, voters({1, 2, 3}, {4, 5})));
    BOOST_TEST((c.core(1).reconfigure(voters({3, 4, 5})) == change::none));
    c.keep = [copies](const packet& p) {
      bool entries = std::holds_alternative<append_request>(p.content);
      return p.to.value <= copies + 1 || !entries;
    };
    c.settle(c[1]);
    c.deliver();
    c.keep = [](const packet&) { return true; };
    c.isolate(1);
    auto leader = [&]() -> std::uint64_t {
      for (std::uint64_t id = 2; id <= 5; ++id) {
        if (c.core(id).ready() && !c.core(id).members().joint()) return id;
      }
      return 0;
    };
    BOOST_TEST(c.run_until([&] { return leader() != 0; }), "stuck with " << copies << " copies");
    configuration final = c.core(leader()).members();
    bool old_or_new = final == configuration{voters({1, 2, 3}, {4, 5}), {}} ||
                      final == configuration{voters({3, 4, 5}), {}};
    BOOST_TEST(old_or_new);
  }
}

BOOST_AUTO_TEST_CASE(thesis_4_2_2_a_leader_that_removes_itself_hands_over_after_the_commit) {
  cluster c = three_of_five();
  BOOST_TEST((c.core(1).reconfigure(voters({2, 3})) == change::none));
  c.deliver();
  BOOST_TEST(c.core(1).current_role() == role::learner);
  BOOST_TEST((c.core(2).ready() || c.core(3).ready()));
  BOOST_TEST((c.core(1).members() == cluster::members({2, 3})));
}

BOOST_AUTO_TEST_CASE(thesis_4_2_2_a_removed_leader_that_alone_has_the_removal_still_campaigns) {
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1}, {2, 3})));
  BOOST_TEST((c.core(1).reconfigure(voters({2}, {3})) == change::none));
  // Node 2 gets the joint configuration and not the final one, then 1 forgets that it leads.
  bool joint_seen = false;
  c.keep = [&joint_seen](const packet& p) {
    const auto* append = std::get_if<append_request>(&p.content);
    if (append == nullptr || append->entries.empty()) return true;
    return !std::exchange(joint_seen, true) || p.to.value == 3;
  };
  c.deliver();
  BOOST_TEST(c.core(1).last_index() > c.core(2).last_index());
  c.restart(1);
  c.keep = [](const packet&) { return true; };
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }));
  BOOST_TEST((c.core(2).members() == cluster::members({2}, {3})));
}

BOOST_AUTO_TEST_CASE(a_removed_node_learns_of_it_and_does_not_disturb_the_others) {
  // M6
  cluster c = three_of_five();
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  c.deliver();
  c.tick_all(10);
  BOOST_TEST(!c.core(3).members().contains(node_id{3}));
  term_t before = c.core(1).current_term();
  c.restart(3);
  c.tick_all(200);
  BOOST_TEST(c.core(1).current_term() == before);
  BOOST_TEST(c.core(3).inspect().elections == 0u);
}

BOOST_AUTO_TEST_CASE(a_removed_node_that_never_heard_of_it_does_not_disturb_the_others) {
  cluster c = three_of_five();
  c.isolate(3);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  c.tick_all(200);
  c.heal();
  term_t before = c.core(1).current_term();
  c.tick_all(200);
  BOOST_TEST(c.core(1).current_term() == before);
  BOOST_TEST(c.core(1).current_role() == role::leader);
}

BOOST_AUTO_TEST_CASE(an_unreachable_member_is_added_and_removed_while_writes_go_on) {
  // M5
  cluster c = three_of_five();
  c.isolate(4);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3}, {4})) == change::none));
  c.deliver();
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2, 3})) == change::none));
  c.deliver();
  BOOST_TEST(!c[1].applied_commands().empty());
  BOOST_TEST(!c.core(1).members().contains(node_id{4}));
}

BOOST_AUTO_TEST_CASE(a_removal_asked_of_an_isolated_old_leader_is_not_executed) {
  // M4
  cluster c = three_of_five();
  c.isolate(1);
  BOOST_TEST((c.core(1).reconfigure(voters({1, 2})) == change::none));
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }));
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(1).members() == c.core(2).members(); }));
  BOOST_TEST((c.core(2).members() == cluster::members({1, 2, 3})));
}

BOOST_AUTO_TEST_CASE(a_node_that_lost_its_disk_is_silent_until_it_is_no_voter) {
  // M8
  cluster c = three_of_five();
  c.propose(1, "a");
  c.deliver();
  node& x = c[3];
  x.state = {};
  x.state.recovering = true;
  x.log.clear();
  c.restart(3);
  c.sent.clear();
  c.inject(2, 3, vote_request{term_t{9}, index_t{99}, term_t{9}, false, false});
  c.tick_all(100);
  for (const packet& p : c.sent) {
    if (p.from.value == 3) BOOST_TEST(std::holds_alternative<read_request>(p.content));
  }
  BOOST_TEST(c.core(3).inspect().recovering);
  // Removed and taken back it is like any newcomer.
  BOOST_TEST(c.run_until([&] { return c.core(1).ready() || c.core(2).ready(); }));
  std::uint64_t leader = c.core(1).ready() ? 1 : 2;
  BOOST_TEST((c.core(leader).reconfigure(voters({1, 2}, {3})) == change::none));
  BOOST_TEST(c.run_until([&] { return c[3].applied_commands().size() == 1; }));
  BOOST_TEST(!c.core(3).inspect().recovering);
  BOOST_TEST(change_to(c, leader, voters({1, 2, 3})));
}

BOOST_AUTO_TEST_CASE(thesis_3_10_leadership_is_handed_over_at_once) {
  cluster c = three_of_five();
  BOOST_TEST(c.core(1).transfer(node_id{3}));
  c.deliver();
  BOOST_TEST(c.core(3).ready());
  BOOST_TEST(c.core(1).leader().value == 3u);
}

BOOST_AUTO_TEST_CASE(thesis_3_10_a_target_that_lags_is_brought_up_first) {
  cluster c = three_of_five();
  c.isolate(3);
  for (int i = 0; i < 10; ++i) c.propose(1, "x");
  c.deliver();
  c.heal();
  BOOST_TEST(c.core(1).transfer(node_id{3}));
  BOOST_TEST(c.run_until([&] { return c.core(3).ready(); }, 10));
}

BOOST_AUTO_TEST_CASE(thesis_3_10_a_transfer_that_fails_ends_within_an_election_timeout) {
  // M10
  cluster c = three_of_five();
  c.isolate(3);
  BOOST_TEST(c.core(1).transfer(node_id{3}));
  BOOST_TEST((c.core(1).propose({{{node_id{1}, 1}, payload{"x"}}}) == refusal::transferring));
  BOOST_TEST(!c.core(1).transfer(node_id{2}));
  c.tick_all(c[1].opts.election_min_ticks);
  BOOST_TEST(!c.core(1).inspect().transfer_target);
  c.propose(1, "again");
  c.deliver();
  BOOST_TEST(!c[1].applied_commands().empty());
}

BOOST_AUTO_TEST_CASE(leadership_is_handed_to_voters_only) {
  cluster c = three_of_five();
  BOOST_TEST(change_to(c, 1, voters({1, 2, 3}, {4})));
  for (std::uint64_t to : {1, 4, 5, 99}) BOOST_TEST(!c.core(1).transfer(node_id{to}));
  BOOST_TEST(!c.core(2).transfer(node_id{3}));
  BOOST_TEST(c.core(1).transfer(node_id{}));
  c.deliver();
  BOOST_TEST(c.core(1).current_role() != role::leader);
}

BOOST_AUTO_TEST_SUITE_END()
