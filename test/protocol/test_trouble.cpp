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

BOOST_AUTO_TEST_SUITE_END()
