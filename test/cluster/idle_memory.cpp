#include "test/cluster/fixture.hpp"

namespace idle_memory_test {

using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_costs)

BOOST_AUTO_TEST_CASE(an_idle_node_takes_little_memory) {
  constexpr std::uint64_t most_mib = 12;
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  // Until what starting needed is let go, and what answering needs has come.
  node.await("a small node", [&] { return node.at(0).used().resident_kib < most_mib * 1024; });
  BOOST_TEST(node.client(0).get("/livez").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace idle_memory_test
