#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

/// Nodes of which the first leads until it ends, just now.
cluster with_a_gone_leader(std::size_t nodes, options opts = cluster::quick_options()) {
  cluster c{nodes, opts};
  c.found();
  c.propose(1, "a");
  c.deliver();
  c.isolate(1);
  return c;
}

std::uint64_t elections_but_of_1(cluster& c) {
  std::uint64_t all = 0;
  for (auto& [id, each] : c.nodes_)
    if (id.value != 1) all += each.core->inspect().elections;
  return all;
}

const std::size_t sizes[] = {3, 4, 5, 7};

}  // namespace

BOOST_AUTO_TEST_SUITE(gone_leaders)

BOOST_AUTO_TEST_CASE(thesis_9_6_who_hears_that_its_leader_is_gone_leads_without_waiting) {
  cluster c = with_a_gone_leader(3);
  c.core(3).gone(node_id{1});
  c.deliver();
  c.core(2).gone(node_id{1});
  c.deliver();
  BOOST_TEST(c.core(2).ready());
  BOOST_TEST(c.core(3).leader() == node_id{2});
}

BOOST_DATA_TEST_CASE(those_who_hear_it_at_the_same_time_take_turns_and_elect_one,
                     boost::unit_test::data::make(sizes)) {
  cluster c = with_a_gone_leader(sample);
  for (std::uint64_t id = sample; id > 1; --id) c.core(id).gone(node_id{1});
  c.deliver();
  BOOST_TEST(c.core(2).ready());
  c.tick_all(c[1].opts.election_max_ticks);
  BOOST_TEST(c.core(2).ready());
  BOOST_TEST(elections_but_of_1(c) == 1u);
}

BOOST_AUTO_TEST_CASE(who_can_not_be_elected_is_passed_over_before_a_timeout) {
  cluster c{3};
  c.found();
  // Node 2 lacks what is committed.
  c.cut(1, 2);
  c.propose(1, "a");
  c.deliver();
  c.isolate(1);
  for (std::uint64_t id : {2, 3}) c.core(id).gone(node_id{1});
  BOOST_TEST(c.run_until([&] { return c.core(3).ready(); }, c[1].opts.election_min_ticks - 1));
}

BOOST_AUTO_TEST_CASE(who_is_asked_before_it_hears_of_it_is_asked_again) {
  cluster c = with_a_gone_leader(3);
  c.core(2).gone(node_id{1});
  c.deliver();
  BOOST_TEST(!c.core(2).ready(), "node 3 still believes in its leader");
  c.core(3).gone(node_id{1});
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }, 2));
  BOOST_TEST(elections_but_of_1(c) == 1u);
}

BOOST_AUTO_TEST_CASE(of_two_who_ask_at_the_same_time_the_one_whose_turn_it_is_goes_on) {
  cluster c = with_a_gone_leader(3);
  // Node 3's turn comes while node 2 has not heard of it; then both ask.
  c.core(3).gone(node_id{1});
  c.tick(3, c.core(3).ticks_until_due());
  c.deliver();
  BOOST_TEST(c.core(3).current_role() == role::pre_candidate);
  c.core(2).gone(node_id{1});
  c.tick(3);
  c.deliver();
  BOOST_TEST(c.core(2).ready());
  BOOST_TEST(elections_but_of_1(c) == 1u);
}

BOOST_AUTO_TEST_CASE(who_alone_believes_that_disturbs_nobody) {
  cluster c{3};
  c.found();
  const auto term = c.core(1).current_term();
  for (int i = 0; i < 100; ++i) {
    c.core(2 + static_cast<std::uint64_t>(i % 2)).gone(node_id{1});
    c.tick_all(c[1].opts.heartbeat_ticks);
  }
  BOOST_TEST(c.core(1).ready());
  BOOST_TEST(c.core(1).current_term() == term);
  for (std::uint64_t id : {2, 3}) BOOST_TEST(c.core(id).leader() == node_id{1});
}

BOOST_AUTO_TEST_CASE(thesis_6_4_1_while_a_lease_may_last_everybody_waits_as_long_as_ever) {
  options leases = cluster::quick_options();
  leases.lease_reads = true;
  cluster c = with_a_gone_leader(3, leases);
  for (std::uint64_t id : {2, 3}) c.core(id).gone(node_id{1});
  c.deliver();
  for (std::uint64_t id : {2, 3}) BOOST_TEST(c.core(id).leader() == node_id{1});
  c.tick_all(leases.election_min_ticks - 1);
  BOOST_TEST(elections_but_of_1(c) == 0u);
}

BOOST_AUTO_TEST_CASE(that_another_member_is_gone_changes_nothing) {
  cluster c{3};
  c.found();
  c.sent.clear();
  c.core(2).gone(node_id{3});
  c.core(1).gone(node_id{2});
  c.core(1).gone(node_id{1});
  c.deliver();
  BOOST_TEST(c.sent.empty());
  BOOST_TEST(c.core(2).leader() == node_id{1});
  BOOST_TEST(c.core(1).ready());
}

BOOST_AUTO_TEST_CASE(who_should_rather_not_lead_votes_at_once_and_waits_with_its_own) {
  options lazy = cluster::quick_options();
  lazy.priority_delay = 4;
  cluster c{0};
  c.add(1);
  c.add(2, lazy);
  c.add(3);
  c.found();
  c.isolate(1);
  c.core(2).gone(node_id{1});
  c.deliver();
  BOOST_TEST(c.core(2).current_role() == role::follower);
  c.core(3).gone(node_id{1});
  BOOST_TEST(c.run_until([&] { return c.core(3).ready(); }, c[1].opts.election_min_ticks - 1));
}

BOOST_AUTO_TEST_CASE(a_leader_without_peers_has_nothing_due_and_one_with_peers_a_heartbeat) {
  for (const std::size_t nodes : {1, 3}) {
    cluster c{nodes};
    c.found();
    BOOST_REQUIRE(c.core(1).ready());
    const auto due = c.core(1).ticks_until_due();
    BOOST_TEST((nodes == 1 ? due > 10'000u : due <= cluster::quick_options().heartbeat_ticks));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_may_sleep_wakes_for_its_turn_and_to_ask_again) {
  cluster c = with_a_gone_leader(4);
  c.core(3).gone(node_id{1});
  const auto until_turn = c.core(3).ticks_until_due();
  BOOST_TEST(until_turn < c[1].opts.election_min_ticks);
  c.tick(3, until_turn);
  BOOST_TEST(c.core(3).current_role() == role::pre_candidate);
  BOOST_TEST(c.core(3).ticks_until_due() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
