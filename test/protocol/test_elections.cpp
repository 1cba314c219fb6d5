#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

vote_request asks(std::uint64_t term, std::uint64_t last, std::uint64_t last_term) {
  return {term_t{term}, index_t{last}, term_t{last_term}, false, false};
}

/// A node 1 of 3 whose log has entries of these terms, all durable; it has heard of no leader.
cluster with_log(const std::vector<std::uint64_t>& terms) {
  cluster c{0};
  node& x = c.nodes_[node_id{1}];
  x.id = node_id{1};
  x.opts = cluster::quick_options();
  x.base_members = cluster::members({1, 2, 3});
  for (std::uint64_t i = 0; i < terms.size(); ++i) x.log.push_back(command(i + 1, terms[i], "x"));
  x.state.term = term_t{terms.empty() ? 0 : terms.back()};
  c.start(x);
  return c;
}

/// What node 1 answered last.
template <class Message>
std::optional<Message> last_sent(const cluster& c) {
  for (auto p = c.sent.rbegin(); p != c.sent.rend(); ++p) {
    if (const auto* x = std::get_if<Message>(&p->content)) return *x;
  }
  return std::nullopt;
}

struct log_comparison {
  std::uint64_t last;
  std::uint64_t last_term;
  bool granted;
};
std::ostream& operator<<(std::ostream& out, const log_comparison& x) {
  return out << "candidate's log ends with " << x.last << "@" << x.last_term;
}

// The voter's log ends with 3@2.
const log_comparison comparisons[] = {
    {3, 2, true}, {4, 2, true}, {2, 2, false}, {1, 3, true}, {9, 1, false}, {0, 0, false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(elections)

BOOST_DATA_TEST_CASE(section_5_4_1_a_vote_needs_a_log_at_least_as_complete,
                     boost::unit_test::data::make(comparisons)) {
  cluster c = with_log({1, 2, 2});
  c.inject(2, 1, asks(5, sample.last, sample.last_term));
  BOOST_TEST(last_sent<vote_response>(c)->granted == sample.granted);
  BOOST_TEST(c.core(1).current_term().value == 5u);
}

BOOST_DATA_TEST_CASE(thesis_9_6_a_pre_vote_needs_a_log_at_least_as_complete_and_changes_nothing,
                     boost::unit_test::data::make(comparisons)) {
  cluster c = with_log({1, 2, 2});
  vote_request request = asks(5, sample.last, sample.last_term);
  request.pre = true;
  c.inject(2, 1, request);
  BOOST_TEST(last_sent<vote_response>(c)->granted == sample.granted);
  BOOST_TEST(c.core(1).current_term().value == 2u);
  BOOST_TEST(!c.core(1).inspect().voted_for);
}

BOOST_AUTO_TEST_CASE(section_5_2_one_vote_a_term_first_come_first_served) {
  cluster c = with_log({});
  c.inject(2, 1, asks(1, 0, 0));
  BOOST_TEST(last_sent<vote_response>(c)->granted);
  c.inject(3, 1, asks(1, 0, 0));
  BOOST_TEST(!last_sent<vote_response>(c)->granted);
  c.inject(2, 1, asks(1, 0, 0));
  BOOST_TEST(last_sent<vote_response>(c)->granted);
}

BOOST_AUTO_TEST_CASE(section_5_2_a_vote_survives_a_restart) {
  cluster c = with_log({});
  c.inject(2, 1, asks(1, 0, 0));
  c.restart(1);
  c.inject(3, 1, asks(1, 0, 0));
  BOOST_TEST(!last_sent<vote_response>(c)->granted);
}

BOOST_AUTO_TEST_CASE(figure_2_a_vote_is_not_told_before_it_is_durable) {
  // R9: whenever the node crashes in between, nobody has heard of the vote.
  cluster c = with_log({});
  c[1].slow_disk = true;
  c.inject(2, 1, asks(1, 0, 0));
  BOOST_TEST(c.sent.empty());
  c.restart(1);
  c[1].slow_disk = false;
  c.inject(3, 1, asks(1, 0, 0));
  BOOST_TEST(last_sent<vote_response>(c)->granted);
  BOOST_TEST(c.sent.size() == 1u);
}

BOOST_AUTO_TEST_CASE(figure_2_a_candidate_counts_its_own_vote_once_it_is_durable) {
  cluster c{1};
  c[1].slow_disk = true;
  BOOST_TEST(c.core(1).bootstrap(cluster::members({1})));
  c.deliver();
  BOOST_TEST(c.core(1).current_role() == role::candidate);
  c.complete_write(1);
  c.deliver();
  BOOST_TEST(c.core(1).current_role() == role::leader);
}

BOOST_AUTO_TEST_CASE(section_5_1_a_message_of_a_later_term_makes_any_leader_a_follower) {
  cluster c{3};
  c.found();
  c.inject(2, 1, append_response{term_t{9}, false, {}, {}, {}, {}, 0});
  BOOST_TEST(c.core(1).current_role() == role::follower);
  BOOST_TEST(c.core(1).current_term().value == 9u);
}

BOOST_AUTO_TEST_CASE(section_5_1_a_leader_of_an_older_term_is_told_so_and_not_followed) {
  cluster c = with_log({3});
  c.inject(2, 1, append_request{term_t{2}, index_t{1}, term_t{1}, index_t{1}, 0, {}});
  BOOST_TEST(last_sent<append_response>(c)->term.value == 3u);
  BOOST_TEST(!c.core(1).leader());
}

BOOST_AUTO_TEST_CASE(section_6_a_voter_that_hears_its_leader_ignores_candidates) {
  cluster c{3};
  c.found();
  c.sent.clear();
  vote_request late = asks(9, 100, 9);
  c.inject(3, 2, late);
  late.pre = true;
  c.inject(3, 2, late);
  c.inject(3, 1, late);
  BOOST_TEST(c.sent.empty());
  BOOST_TEST(c.core(2).current_term() == c.core(1).current_term());
}

BOOST_AUTO_TEST_CASE(thesis_9_6_a_node_that_was_cut_off_comes_back_without_an_election) {
  // L2
  cluster c{3};
  c.found();
  term_t before = c.core(1).current_term();
  c.isolate(3);
  c.tick_all(200);
  BOOST_TEST(c.core(3).current_term() == before);
  c.heal();
  c.tick_all(50);
  BOOST_TEST(c.core(1).current_role() == role::leader);
  BOOST_TEST(c.core(1).current_term() == before);
}

BOOST_AUTO_TEST_CASE(a_follower_that_is_heard_but_hears_nobody_does_not_disturb) {
  // L3
  cluster c{3};
  c.found();
  term_t before = c.core(1).current_term();
  c.cut(1, 3);
  c.cut(2, 3);
  c.tick_all(200);
  BOOST_TEST(c.core(1).current_role() == role::leader);
  BOOST_TEST(c.core(1).current_term() == before);
}

BOOST_AUTO_TEST_CASE(thesis_6_2_a_leader_that_hears_nobody_steps_down_within_two_timeouts) {
  // L4
  cluster c{3};
  c.found();
  c.cut(2, 1);
  c.cut(3, 1);
  BOOST_TEST(c.run_until([&] { return c.core(1).current_role() != role::leader; },
                         2 * c[1].opts.election_max_ticks));
  BOOST_TEST(c.run_until([&] { return c.core(2).ready() || c.core(3).ready(); }));
}

BOOST_AUTO_TEST_CASE(a_chain_keeps_one_stable_leader) {
  // L5: 1 - 2 - 3, where 1 and 3 do not hear each other.
  cluster c{3};
  c.found();
  c.cut(1, 3);
  c.cut(3, 1);
  c.tick_all(300);
  std::uint64_t elections = 0;
  for (std::uint64_t id : {1, 2, 3}) elections += c.core(id).inspect().elections;
  BOOST_TEST(elections <= 2u);
  BOOST_TEST((c.core(1).ready() || c.core(2).ready()));
}

BOOST_AUTO_TEST_CASE(a_quiet_group_holds_no_second_election) {
  // L10, in small
  cluster c{5};
  c.found();
  c.tick_all(2000);
  for (std::uint64_t id : {2, 3, 4, 5}) BOOST_TEST(c.core(id).inspect().elections == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_should_rather_not_lead_waits_longer) {
  cluster c{0};
  options lazy = cluster::quick_options();
  lazy.priority_delay = 4;
  c.add(1, lazy);
  c.add(2);
  c.add(3);
  c.found();
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }));
  c.heal();
  c.isolate(2);
  c.tick_all(5);
  BOOST_TEST(c.run_until([&] { return c.core(3).ready(); }));
  BOOST_TEST(c.core(1).inspect().elections == 1u);
}

BOOST_AUTO_TEST_CASE(a_single_voter_leads_again_at_the_first_tick_after_its_start) {
  cluster c{1};
  c.found();
  c.restart(1);
  c.tick_all(1);
  BOOST_TEST(c.core(1).ready());
}

BOOST_AUTO_TEST_CASE(two_of_four_voters_elect_nobody_and_three_do) {
  cluster c{4};
  c.found();
  c.isolate(1);
  c.isolate(2);
  c.tick_all(200);
  BOOST_TEST((!c.core(3).ready() && !c.core(4).ready()));
  c.heal();
  c.isolate(1);
  BOOST_TEST(
      c.run_until([&] { return c.core(2).ready() || c.core(3).ready() || c.core(4).ready(); }));
}

BOOST_AUTO_TEST_CASE(strangers_and_impossible_terms_change_nothing) {
  // Z5
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  for (std::uint64_t id : {1, 2}) {
    status before = c.core(id).inspect();
    for (std::uint64_t from : {2, 3, 99}) {
      if (from == id) continue;
      bool member = from <= 3;
      for (std::uint64_t term : {UINT64_MAX, UINT64_MAX - 1, std::uint64_t{7}}) {
        if (member && term == 7) continue;
        c.inject(from, id, asks(term, 1000, term));
        c.inject(from, id, append_request{term_t{term}, {}, {}, index_t{1000}, 1, {}});
        c.inject(from, id, heartbeat{term_t{term}, index_t{1000}, 1});
        c.inject(from, id, append_response{term_t{term}, true, index_t{1000}, {}, {}, {}, 1});
        c.inject(from, id, timeout_now{term_t{term}});
      }
    }
    BOOST_TEST(c.core(id).inspect().term == before.term);
    BOOST_TEST(c.core(id).inspect().last_index == before.last_index);
    BOOST_TEST(c.core(id).inspect().commit == before.commit);
    BOOST_TEST(c.core(id).inspect().leader == before.leader);
  }
}

BOOST_AUTO_TEST_CASE(a_voter_answers_a_candidate_outside_its_outdated_configuration) {
  cluster c = with_log({1, 2});
  c.inject(7, 1, asks(3, 5, 2));
  BOOST_TEST(last_sent<vote_response>(c)->granted);
}

BOOST_AUTO_TEST_SUITE_END()
