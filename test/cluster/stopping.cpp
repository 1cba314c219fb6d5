#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "test/cluster/fixture.hpp"

namespace stopping_test {

using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_stopping)

BOOST_AUTO_TEST_CASE(a_leader_that_is_asked_to_stop_hands_over_first) {
  shop_cluster nodes({.flags = patient});
  const auto leader = nodes.start_and_await();
  auto through = nodes.client((leader + 1) % 3);
  create(through, "tea");
  const auto term = number_at(through.get("/raft/leader").body, "/term");
  BOOST_TEST((nodes.stop(leader) == ending{0}));
  const auto next = nodes.await_leader();
  BOOST_TEST(next != leader);
  // Handed over, not lost: the next term is the successor's, without an election that failed.
  BOOST_TEST(number_at(through.get("/raft/leader").body, "/term").value() == term.value() + 1);
  create(through, "coffee");
}

BOOST_AUTO_TEST_CASE(all_nodes_stop_cleanly_in_any_order_and_come_back) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto through = nodes.client(0);
  const auto path = item_path(create(through, "tea"));
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST((nodes.stop(i) == ending{0}));
  nodes.start_all();
  nodes.await_all_ready();
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(nodes.client(i).get(path).status == 200);
}

BOOST_AUTO_TEST_CASE(an_interrupt_is_as_good_as_a_request_to_terminate) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  node.at(0).signal(SIGINT);
  BOOST_TEST((node.at(0).wait(cluster::patience) == ending{0}));
}

BOOST_AUTO_TEST_CASE(an_open_connection_does_not_hold_up_the_end) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  auto idle = node.client(0);
  BOOST_TEST(idle.get("/livez").status == 200);
  BOOST_TEST((node.stop(0) == ending{0}));
}

BOOST_AUTO_TEST_CASE(a_second_request_to_terminate_ends_the_process_at_once) {
  shop_cluster nodes({.flags = {"--leader-wait", "60s", "--request-timeout", "60s"}});
  const auto leader = nodes.start_and_await();
  const auto left = (leader + 1) % 3;
  nodes.kill(leader);
  nodes.kill((leader + 2) % 3);
  // A write that can't be decided holds up a graceful end.
  const std::jthread writer([&nodes, left] { nodes.client(left).post(products, product("tea")); });
  auto asked = nodes.client(left);
  nodes.await("the write is under way",
              [&asked] { return number_at(asked.get("/status").body, "/pending") == 1u; });
  nodes.at(left).signal(SIGTERM);
  nodes.await("the first signal is taken", [&nodes, left] {
    return nodes.log(left).find("SIGTERM: finishing") != std::string::npos;
  });
  nodes.at(left).signal(SIGTERM);
  BOOST_TEST((nodes.at(left).wait(cluster::patience) == ending{128 + SIGTERM}));
}

BOOST_AUTO_TEST_CASE(a_node_whose_log_nobody_reads_serves_and_stops) {
  shop_cluster node({.nodes = 1, .flags = {"--log-level", "debug"}});
  // A pipe in the place of the file that takes the output, full before the node starts.
  const auto pipe = node.directory() / "stuck";
  BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const int open_end = open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  BOOST_REQUIRE(open_end >= 0);
  const std::string page(4096, 'x');
  while (write(open_end, page.data(), page.size()) > 0) {
  }
  process stuck({.words = node.command(0), .output = pipe, .directory = {}, .variables = {}});
  node.await("the node serves", [&] {
    try {
      return node.client(0, 2000ms).get("/readyz").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  });
  auto through = node.client(0);
  create(through, "tea");
  BOOST_TEST(through.get("/livez").status == 200);
  BOOST_TEST(through.get("/metrics").body.find("lithair_log_lines_dropped_total 0") !=
             std::string::npos);
  stuck.signal(SIGTERM);
  BOOST_TEST((stuck.wait(cluster::patience) == ending{0}));
  close(open_end);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stopping_test
