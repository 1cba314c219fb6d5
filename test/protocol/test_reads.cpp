#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

std::size_t rounds_in(const cluster& c) {
  std::vector<std::uint64_t> rounds;
  for (const packet& p : c.sent) {
    const auto* beat = std::get_if<heartbeat>(&p.content);
    if (beat != nullptr && beat->round != 0) rounds.push_back(beat->round);
  }
  std::sort(rounds.begin(), rounds.end());
  return static_cast<std::size_t>(std::unique(rounds.begin(), rounds.end()) - rounds.begin());
}

bool loses_appends(const packet& p) { return !std::holds_alternative<append_request>(p.content); }
bool all(const packet&) { return true; }

}  // namespace

BOOST_AUTO_TEST_SUITE(reads)

BOOST_AUTO_TEST_CASE(thesis_6_4_a_read_waits_for_the_first_commit_of_the_term) {
  // R3
  cluster c{3};
  c.found();
  c.isolate(1);
  c.keep = loses_appends;
  BOOST_TEST(c.run_until([&] { return c.core(2).current_role() == role::leader; }));
  c.core(2).read(read_token{1});
  c.deliver();
  BOOST_TEST(c[2].reads.empty());
  c.keep = all;
  BOOST_TEST(c.run_until([&] { return !c[2].reads.empty(); }));
  BOOST_TEST(c[2].reads.front().index == c.core(2).commit_index());
}

BOOST_AUTO_TEST_CASE(thesis_6_4_an_old_leader_answers_no_read) {
  // R2, C6
  cluster c{3};
  c.found();
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }, 30));
  c.core(1).read(read_token{1});
  c.tick_all(30);
  BOOST_TEST(c[1].reads.size() == 1u);
  BOOST_TEST(!c[1].reads.front().index);
  BOOST_TEST(c[1].reads.front().why == refusal::not_leader);
}

BOOST_AUTO_TEST_CASE(thesis_6_4_an_answer_to_an_older_round_confirms_nothing) {
  cluster c{3};
  c.found();
  c.core(1).read(read_token{1});
  c.deliver();
  c.isolate(1);
  c.core(1).read(read_token{2});
  c.settle(c[1]);
  c.inject(2, 1, heartbeat_response{c.core(1).current_term(), 1, index_t{2}});
  c.inject(3, 1, heartbeat_response{c.core(1).current_term(), 1, index_t{2}});
  BOOST_TEST(c[1].reads.size() == 1u);
}

BOOST_AUTO_TEST_CASE(reads_that_come_during_a_round_share_the_next) {
  cluster c{3};
  c.found();
  c.sent.clear();
  c.core(1).read(read_token{1});
  c.settle(c[1]);
  for (std::uint64_t i = 2; i <= 9; ++i) c.core(1).read(read_token{i});
  c.deliver();
  BOOST_TEST(c[1].reads.size() == 9u);
  BOOST_TEST(rounds_in(c) == 2u);
}

BOOST_AUTO_TEST_CASE(a_lost_round_is_made_good_by_the_next_heartbeat) {
  cluster c{3};
  c.found();
  c.core(1).read(read_token{1});
  c.keep = [](const packet&) { return false; };
  c.deliver();
  c.keep = all;
  BOOST_TEST(c.run_until([&] { return !c[1].reads.empty(); }, 3));
}

BOOST_AUTO_TEST_CASE(a_follower_without_a_leader_refuses_and_one_that_loses_it_too) {
  cluster c{3};
  c.core(2).read(read_token{1});
  c.settle(c[2]);
  BOOST_TEST(c[2].reads.back().why == refusal::no_leader);
  c.found();
  c.isolate(2);
  c.core(2).read(read_token{2});
  c.tick_all(40);
  BOOST_TEST(c[2].reads.back().why == refusal::not_leader);
}

BOOST_AUTO_TEST_CASE(a_follower_asks_again_when_the_question_was_lost) {
  cluster c{3};
  c.found();
  c.core(2).read(read_token{1});
  c.keep = [](const packet& p) { return !std::holds_alternative<read_request>(p.content); };
  c.deliver();
  c.keep = all;
  BOOST_TEST(c.run_until([&] { return !c[2].reads.empty(); }, 5));
  BOOST_TEST(c[2].reads.front().index.value > 0u);
}

BOOST_AUTO_TEST_CASE(a_single_voter_answers_at_once) {
  cluster c{1};
  c.found();
  c.core(1).read(read_token{1});
  BOOST_TEST(c.core(1).take_output().reads.front().index == c.core(1).commit_index());
}

BOOST_AUTO_TEST_CASE(thesis_6_4_1_a_lease_saves_the_round_and_ends_with_the_contact) {
  options opts = cluster::quick_options();
  opts.lease_reads = true;
  cluster c{3, opts};
  BOOST_TEST(c.core(1).bootstrap(cluster::members({1, 2, 3})));
  BOOST_TEST(c.run_until([&] { return c.core(1).ready(); }));
  c.tick_all(5);
  c.core(1).read(read_token{1});
  output out = c.core(1).take_output();
  BOOST_TEST(out.reads.size() == 1u);
  BOOST_TEST(out.messages.empty());
  c.isolate(1);
  c.tick(1, 9);
  c.core(1).read(read_token{2});
  BOOST_TEST(c.core(1).take_output().reads.empty());
}

BOOST_AUTO_TEST_CASE(thesis_6_4_1_a_leader_that_ordered_an_election_has_no_lease_any_more) {
  options opts = cluster::quick_options();
  opts.lease_reads = true;
  cluster c{3, opts};
  BOOST_TEST(c.core(1).bootstrap(cluster::members({1, 2, 3})));
  BOOST_TEST(c.run_until([&] { return c.core(1).ready(); }));
  c.tick_all(5);
  BOOST_TEST(c.core(1).transfer(node_id{2}));
  c.core(1).read(read_token{1});
  BOOST_TEST(c.core(1).take_output().reads.empty());
}

BOOST_AUTO_TEST_SUITE_END()
