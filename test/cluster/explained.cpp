#include <future>
#include <set>

#include "test/cluster/fixture.hpp"

namespace explained_test {

using namespace lithair::test;

namespace {

std::string steps_in(const answer& page, const std::string& what) {
  // The names of all steps, each with the node it is about.
  std::string all;
  for (std::size_t i = 0;; ++i) {
    const auto at = "/way/" + std::to_string(i);
    const auto step = json_at(page.body, at + "/what");
    if (step.empty()) return all;
    if (what.empty() || step == what) all += step + json_at(page.body, at + "/node") + ' ';
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_explained)

BOOST_AUTO_TEST_CASE(a_write_through_a_follower_is_told_by_both_ends_of_its_way) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto follower = (leader + 1) % 3;
  auto through = nodes.client(follower);
  const auto made = through.post(products, product("tea"));
  BOOST_REQUIRE(made.status == 201);
  const auto path = "/_admin/explain/" + made.field("x-raft-index");
  const auto id = std::to_string(follower + 1);

  const auto there = through.get(path);
  BOOST_REQUIRE(there.status == 200);
  BOOST_TEST(json_at(there.body, "/proposed_by") == id);
  BOOST_TEST(steps_in(there, "received") == "received ");
  BOOST_TEST(steps_in(there, "answered") == "answered ");
  BOOST_TEST(steps_in(there, "replicated") == "");

  // Both followers have it at last, and the leader hears of it.
  const auto third = std::to_string(3 - leader - follower + 1);
  auto chief = nodes.client(leader);
  answer here;
  nodes.await("the leader knows that all have it", [&] {
    here = chief.get(path);
    const auto known = steps_in(here, "replicated");
    return known.find("replicated" + id) != std::string::npos &&
           known.find("replicated" + third) != std::string::npos;
  });
  BOOST_TEST(json_at(here.body, "/proposed_by") == id);
  BOOST_TEST(steps_in(here, "received") == "");
  BOOST_TEST(steps_in(here, "committed") == "committed ");
  BOOST_TEST(json_at(here.body, "/operations/0/collection") == "products");
  // What went to the others and came from them is counted, by what it was.
  const auto metrics = chief.get("/metrics").body;
  BOOST_TEST(metrics.find("lithair_links 2\n") != std::string::npos, metrics);
  for (const auto* way : {"sent", "received"})
    for (const auto* of : {"frames", "bytes"}) {
      const auto name = std::string{"lithair_link_"} + way + '_' + of + "_total{class=\"raft\"} ";
      BOOST_TEST(metrics.find(name) != std::string::npos, name);
      BOOST_TEST(metrics.find(name + "0\n") == std::string::npos, name);
    }
  nodes.await("nothing waits for the others", [&] {
    return chief.get("/metrics").body.find("lithair_link_queued_bytes 0\n") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_write_that_took_long_is_logged_with_where_its_time_went) {
  cluster_options options;
  options.flags = {"--slow", "200ms", "--election-timeout", "10s-11s", "--heartbeat", "100ms"};
  shop_cluster nodes{options};
  const auto leader = nodes.start_and_await();
  const auto uptime = [&] { return std::stoll(nodes.status(leader, "/uptime_ms")); };
  for (std::size_t i = 0; i < 3; ++i)
    if (i != leader) nodes.at(i).pause();
  auto writing = std::async(std::launch::async, [&] {
    return nodes.client(leader).send(
        "POST", products, product("tea"),
        {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
  });
  nodes.await("the write is under way", [&] { return nodes.status(leader, "/pending") == "1"; });
  const auto since = uptime();
  nodes.await("it took long", [&] { return uptime() > since + 300; });
  for (std::size_t i = 0; i < 3; ++i)
    if (i != leader) nodes.at(i).resume();
  const auto made = writing.get();
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  nodes.await_log(leader, "slow write: entry " + made.field("x-raft-index") + " took ");
  BOOST_TEST(nodes.client(leader)
                 .get("/metrics")
                 .body.find("lithair_slow_writes_total{group=\"1\"} 1\n") != std::string::npos);
  const auto log = nodes.log(leader);
  const auto line = log.substr(log.find("slow write"));
  BOOST_TEST(line.find("(trace 0af7651916cd43dd8448eb211c80319c)") != std::string::npos);
  BOOST_TEST(line.find("ms on the disk of node ") != std::string::npos);
  BOOST_TEST(line.find("ms known to be committed") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace explained_test
