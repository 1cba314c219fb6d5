#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/sockets.hpp"

namespace dead_links_test {

using namespace lithair::test;

namespace {

// Nobody who has to wait for this is answered within a test's patience.
const std::vector<std::string> never_times_out{"--election-timeout", "300s-600s"};

std::uint64_t term_of(const cluster& nodes, std::size_t node) {
  return number_at(nodes.client(node).get("/status").body, "/term").value_or(0);
}

boost::test_tools::assertion_result the_machine_allows_it(boost::unit_test::test_unit_id) {
  return can_cut_connections();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_dead_links)

BOOST_AUTO_TEST_CASE(a_leader_whose_process_has_ended_is_replaced_without_waiting_for_a_timeout) {
  shop_cluster nodes({.flags = never_times_out});
  auto leader = nodes.start_and_await();
  for (int round = 0; round < 6; ++round) {
    // In turns through the one that takes over and the other one.
    const auto through = (leader + 1 + static_cast<std::size_t>(round % 2)) % 3;
    nodes.kill(leader);
    auto client = nodes.client(through);
    create(client, "tea " + std::to_string(round));
    nodes.start(leader);
    nodes.await_all_ready();
    leader = nodes.await_leader();
  }
}

BOOST_AUTO_TEST_CASE(of_five_nodes_two_leaders_may_end_one_after_the_other) {
  shop_cluster nodes({.nodes = 5, .flags = never_times_out});
  for (int round = 0; round < 2; ++round) {
    const auto leader = round == 0 ? nodes.start_and_await() : nodes.await_leader();
    nodes.kill(leader);
    std::size_t through = 0;
    while (!nodes.runs(through)) ++through;
    auto client = nodes.client(through);
    create(client, "tea " + std::to_string(round));
  }
}

BOOST_AUTO_TEST_CASE(links_that_flap_cost_no_election,
                     *boost::unit_test::precondition(the_machine_allows_it)) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto term = term_of(nodes, leader);
  std::set<std::uint16_t> ports;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    ports.insert(static_cast<std::uint16_t>(nodes.port(i) + 1000));
  std::size_t cut = 0;
  for (int round = 0; round < 30; ++round) {
    // All links of the leader at once, or those of one follower.
    const auto whose =
        round % 2 == 0 ? leader : (leader + 1 + static_cast<std::size_t>(round / 2 % 2)) % 3;
    cut += cut_connections(nodes.at(whose), ports);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      auto client = nodes.client(i);
      create(client, "tea " + std::to_string(round) + " " + std::to_string(i));
    }
  }
  BOOST_TEST(cut >= 60u, "only " << cut << " connections were cut");
  BOOST_TEST(term_of(nodes, leader) == term);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dead_links_test
