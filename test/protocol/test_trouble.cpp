#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

cluster three() {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  return c;
}

snapshot_meta meta_at(cluster& c, std::uint64_t id, std::uint64_t index) {
  const index_t at{index};
  return {at, c[id].find(at)->term, c.core(id).members(), 1, 0};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trouble)

BOOST_AUTO_TEST_CASE(a_leader_that_resigns_is_followed_at_once_by_the_best_other) {
  cluster c = three();
  c.core(1).resign();
  c.deliver();
  BOOST_TEST(c.core(1).current_role() != role::leader);
  const bool led = c.core(2).ready() || c.core(3).ready();
  BOOST_TEST(led, "without a tick");
}

BOOST_AUTO_TEST_CASE(a_closed_leader_takes_no_proposals_and_reads_go_on) {
  cluster c = three();
  c.core(1).close(true);
  BOOST_TEST((c.core(1).propose({{origin{node_id{1}, 77}, payload{"b"}}}) == refusal::busy));
  c.core(1).read(read_token{9});
  c.deliver();
  BOOST_TEST_REQUIRE(!c[1].reads.empty());
  BOOST_TEST((c[1].reads.back().why == refusal::none));
  c.core(1).close(false);
  c.propose(1, "c");
  c.deliver();
  BOOST_TEST(c[2].applied_commands().back() == "c");
}

BOOST_AUTO_TEST_CASE(a_closed_node_does_not_take_over) {
  cluster c = three();
  c.core(2).close(true);
  BOOST_TEST(c.core(1).transfer(node_id{2}));
  c.deliver();
  BOOST_TEST(c.core(1).ready());
}

BOOST_AUTO_TEST_CASE(a_node_without_its_state_acknowledges_and_votes_and_never_leads) {
  cluster c = three();
  c.core(3).state_lost();
  c.isolate(2);
  c.propose(1, "b");
  c.deliver();
  BOOST_TEST(c.core(1).commit_index() == c.core(1).last_index(), "its acknowledgement counts");
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(2).commit_index() == c.core(1).commit_index(); }));
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }), "its vote counts");
  c.isolate(2);
  c.tick(3, 300);
  BOOST_TEST((c.core(3).current_role() == role::follower));
}

BOOST_AUTO_TEST_CASE(a_leader_that_lost_its_state_hands_over) {
  cluster c = three();
  c.core(1).state_lost();
  c.deliver();
  const bool led = c.core(2).ready() || c.core(3).ready();
  BOOST_TEST(led);
  BOOST_TEST(!c.core(1).ready());
}

BOOST_AUTO_TEST_CASE(a_lost_state_comes_back_under_a_log_that_goes_on) {
  cluster c = three();
  const auto last = c.core(3).last_index();
  const auto meta = meta_at(c, 1, c.core(1).commit_index().value);
  c.core(3).state_lost();
  c.inject(1, 3, snapshot_request{c.core(1).current_term(), meta, 0, payload{"state"}, true});
  BOOST_TEST_REQUIRE(c[3].chunks.size() == 1u);
  c.propose(1, "meanwhile");
  c.deliver();
  BOOST_TEST(c.core(3).last_index() == last + 1);
  BOOST_TEST_REQUIRE(c.core(3).continues(meta));
  c.core(3).state_restored(meta);
  c.deliver();
  BOOST_TEST(c.core(3).last_index() == last + 1, "the log was kept");
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(3).ready() || c.core(2).ready(); }));
}

BOOST_AUTO_TEST_CASE(of_two_copies_of_a_lost_state_the_one_that_is_complete_first_is_taken) {
  cluster c = three();
  const auto first = meta_at(c, 1, c.core(1).commit_index().value);
  c.core(3).state_lost();
  const auto offer = [&c](const snapshot_meta& meta) {
    c.inject(1, 3, snapshot_request{c.core(1).current_term(), meta, 0, payload{"state"}, true});
    return c[3].chunks.size();
  };
  BOOST_TEST_REQUIRE(offer(first) == 1u);
  c.propose(1, "meanwhile");
  c.deliver();
  const auto second = meta_at(c, 1, c.core(1).commit_index().value);
  BOOST_TEST(offer(second) == 1u, "it is being put in place");
  c.core(3).state_restored(first);
  // After one that failed the next may come.
  c.core(3).state_lost();
  BOOST_TEST(offer(first) == 2u);
  c.core(3).snapshot_failed(first);
  BOOST_TEST(offer(second) == 3u);
}

BOOST_AUTO_TEST_CASE(a_snapshot_older_than_the_log_does_not_bring_a_lost_state_back) {
  cluster c = three();
  for (int i = 0; i < 5; ++i) c.propose(1, "x");
  c.deliver();
  const auto old = meta_at(c, 1, 2);
  node& x = c[3];
  x.base_members = x.core->members();
  x.base_term = x.find(index_t{4})->term;
  x.log.erase(x.log.begin(), x.log.begin() + 4);
  x.base = x.checkpoint = index_t{4};
  x.core->purged(index_t{4});
  c.core(3).state_lost();
  c.inject(1, 3, snapshot_request{c.core(1).current_term(), old, 0, payload{"state"}, true});
  BOOST_TEST(c[3].chunks.empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_learns_that_it_is_an_old_copy_is_silent_until_it_is_no_voter) {
  // S9
  cluster c = three();
  c.core(3).promises_lost();
  c.deliver();
  c.sent.clear();
  c.inject(2, 3, vote_request{term_t{9}, index_t{99}, term_t{9}, false, false});
  c.tick_all(30);
  for (const packet& p : c.sent) {
    if (p.from.value == 3) BOOST_TEST(std::holds_alternative<read_request>(p.content));
  }
  BOOST_TEST(c.core(3).recovering());
  c.restart(3);
  BOOST_TEST(c.core(3).recovering(), "also after a restart");
  BOOST_TEST(c.run_until([&] { return c.core(1).ready() || c.core(2).ready(); }));
  const std::uint64_t leader = c.core(1).ready() ? 1 : 2;
  BOOST_TEST((c.core(leader).reconfigure(cluster::members({1, 2}, {3}).members) ==
              raft_core::change_refusal::none));
  BOOST_TEST(c.run_until([&] { return !c.core(3).recovering(); }));
  BOOST_TEST(c.run_until([&] { return c[3].commit == c[leader].commit; }));
}

BOOST_AUTO_TEST_CASE(what_ended_one_recovery_does_not_end_the_next_one) {
  cluster c = three();
  c.core(3).promises_lost();
  c.deliver();
  BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(1).ready() || c.core(2).ready(); }));
  const std::uint64_t leader = c.core(1).ready() ? 1 : 2;
  const auto change = [&](const configuration& to) {
    bool begun = false;
    BOOST_TEST_REQUIRE(c.run_until([&] {
      begun = begun || c.core(leader).reconfigure(to.members) == raft_core::change_refusal::none;
      return begun;
    }));
  };
  change(cluster::members({1, 2}, {3}));
  c.sent.clear();
  BOOST_TEST_REQUIRE(c.run_until([&] { return !c.core(3).recovering(); }));
  message answer;
  for (const packet& p : c.sent)
    if (p.to.value == 3 && std::holds_alternative<read_response>(p.content)) answer = p.content;
  change(cluster::members({1, 2, 3}));
  BOOST_TEST_REQUIRE(c.run_until([&] { return !c.core(leader).members().joint(); }));
  c.isolate(3);
  c.core(3).promises_lost();
  c.settle(c[3]);
  c.tick(3, 5);
  c.inject(leader, 3, answer);
  BOOST_TEST(c.core(3).recovering(), "it votes again, and forgot what it promised since");
}

BOOST_AUTO_TEST_CASE(a_candidate_that_loses_its_state_does_not_win_with_the_votes_that_come_later) {
  cluster c = three();
  c.isolate(1);
  const term_t before = c.core(2).current_term();
  c.keep = [](const packet& p) {
    const auto* vote = std::get_if<vote_response>(&p.content);
    return vote == nullptr || vote->pre;
  };
  BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(2).current_role() == role::candidate; }));
  c.core(2).state_lost();
  const term_t term = c.core(2).current_term();
  BOOST_TEST(term > before);
  c.inject(3, 2, vote_response{term, true, false});
  BOOST_TEST((c.core(2).current_role() == role::follower));
}

BOOST_AUTO_TEST_CASE(
    a_pre_candidate_that_loses_its_state_does_not_campaign_with_the_answers_that_come_later) {
  cluster c = three();
  c.isolate(1);
  c.keep = [](const packet& p) { return !std::holds_alternative<vote_response>(p.content); };
  BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(2).current_role() == role::pre_candidate; }));
  c.core(2).state_lost();
  c.inject(3, 2, vote_response{c.core(2).current_term() + 1, true, true});
  BOOST_TEST((c.core(2).current_role() == role::follower));
  BOOST_TEST(c.core(2).inspect().elections == 0u);
}

BOOST_AUTO_TEST_CASE(a_leader_whose_disk_hangs_applies_what_the_others_commit_and_hands_over) {
  cluster c = three();
  c[1].slow_disk = true;
  c.propose(1, "b");
  c.deliver();
  BOOST_TEST(c[1].applied_commands().back() == "b");
  BOOST_TEST(c.core(1).durable_index() < c.core(1).commit_index());
  BOOST_TEST(c.run_until([&] { return c.core(2).ready() || c.core(3).ready(); },
                         2 * c[1].opts.election_max_ticks));
}

BOOST_AUTO_TEST_CASE(
    a_leader_whose_disk_hangs_and_whom_nobody_follows_leads_on_and_offers_it_again) {
  cluster c = three();
  int offers = 0;
  c.keep = [&offers](const packet& p) {
    const bool offer = std::holds_alternative<timeout_now>(p.content);
    offers += offer;
    return !offer;
  };
  c[1].slow_disk = true;
  c.propose(1, "b");
  c.tick_all(4 * c[1].opts.election_max_ticks);
  BOOST_TEST(offers > 1);
  BOOST_TEST(c.core(1).ready());
  BOOST_TEST(c.run_until([&] { return !c.core(1).inspect().transfer_target; }));
  c.propose(1, "c");
  c.deliver();
  BOOST_TEST(c[2].applied_commands().back() == "c");
}

BOOST_AUTO_TEST_CASE(a_leader_whose_disk_is_slow_and_gets_there_stays_leader) {
  cluster c = three();
  c[1].slow_disk = true;
  for (int i = 0; i < 20; ++i) {
    c.propose(1, "b");
    c.tick_all(5);
    if (i > 0) c.complete_write(1);
  }
  BOOST_TEST(c.core(1).ready());
  BOOST_TEST(c.core(1).current_term().value == 2u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_leaders_own_disk_is_bounded_in_bytes) {
  options opts = cluster::quick_options();
  opts.max_unsynced_bytes = 1000;
  cluster c{3, opts};
  c.found();
  c[1].slow_disk = true;
  for (int i = 0; i < 10; ++i) {
    (void)c.core(1).propose({{origin{node_id{1}, 100u + i}, payload{std::string(200, 'x')}}});
    c.deliver();
  }
  BOOST_TEST(c.core(1).commit_index() == c.core(1).last_index(), "the others have all of it");
  BOOST_TEST((c.core(1).propose({{origin{node_id{1}, 200}, payload{"y"}}}) == refusal::busy));
  while (!c[1].writes.empty()) c.complete_write(1);
  BOOST_TEST((c.core(1).propose({{origin{node_id{1}, 201}, payload{"y"}}}) == refusal::none));
}

BOOST_AUTO_TEST_CASE(a_learner_that_comes_with_another_disk_gets_the_whole_log_again) {
  cluster c = three();
  (void)c.core(1).reconfigure(cluster::members({1, 2}, {3}).members);
  c.settle(c[1]);
  BOOST_TEST_REQUIRE(c.run_until([&] { return !c.core(1).members().joint(); }));
  c.propose(1, "b");
  c.deliver();
  c[3].state = {};
  c[3].log.clear();
  c.restart(3);
  c.tick_all(5 * c[1].opts.election_max_ticks);
  BOOST_TEST(c.core(3).last_index() == index_t{}, "the leader counts on what the old one had");
  c.core(1).begun_anew(node_id{3});
  c.settle(c[1]);
  BOOST_TEST(c.run_until([&] { return c.core(3).commit_index() == c.core(1).commit_index(); }));
  BOOST_TEST(c[3].applied_commands().back() == "b");
}

BOOST_AUTO_TEST_CASE(
    a_node_that_recovers_gives_no_vote_in_a_term_in_which_it_may_have_voted_before) {
  cluster c{5};
  c.found();
  // Node 5 forgot that it voted for the leader of this very term.
  node& x = c[5];
  x.state = {};
  x.state.recovering = true;
  x.log.clear();
  c.restart(5);
  BOOST_TEST((c.core(1).reconfigure(cluster::members({1, 2, 3, 4}, {5}).members) ==
              raft_core::change_refusal::none));
  BOOST_TEST_REQUIRE(c.run_until([&] { return !c.core(5).recovering(); }));
  c.isolate(5);
  c.tick(5, 100);
  const term_t term = c.core(5).current_term();
  BOOST_TEST(term == c.core(1).current_term());
  c.sent.clear();
  c.inject(4, 5, vote_request{term, index_t{999}, term, false, false});
  BOOST_TEST_REQUIRE(!c.sent.empty());
  BOOST_TEST(!std::get<vote_response>(c.sent.back().content).granted);
  c.restart(5);
  c.sent.clear();
  c.inject(4, 5, vote_request{term, index_t{999}, term, false, false});
  BOOST_TEST(!std::get<vote_response>(c.sent.back().content).granted, "nor after a restart");
  c.inject(4, 5, vote_request{term + 1, index_t{999}, term, false, false});
  BOOST_TEST(std::get<vote_response>(c.sent.back().content).granted, "later terms are free");
}

BOOST_AUTO_TEST_SUITE_END()
