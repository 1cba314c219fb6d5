#include "test/cluster/fixture.hpp"

namespace basics_test {

using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_basics)

BOOST_AUTO_TEST_CASE(what_any_node_writes_every_node_reads_at_once) {
  shop_cluster nodes;
  nodes.start_and_await();
  for (std::size_t writer = 0; writer < 3; ++writer) {
    auto through = nodes.client(writer);
    const auto made = through.post(products, product("tea " + std::to_string(writer), 7));
    BOOST_REQUIRE(made.status == 201);
    const auto location = made.field("location");
    BOOST_TEST(location == item_path(json_at(made.body, "/id")));
    for (std::size_t reader = 0; reader < 3; ++reader) {
      const auto seen = nodes.client(reader).get(location);
      BOOST_TEST(seen.status == 200);
      BOOST_TEST(seen.body == made.body);
      BOOST_TEST(seen.field("etag") == made.field("etag"));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_item_changes_through_each_node_in_turn) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto first = nodes.client(0);
  auto second = nodes.client(1);
  auto third = nodes.client(2);
  const auto path = item_path(create(first, "tea"));

  BOOST_TEST(second.send("PUT", path, product("green tea", 3)).status == 200);
  BOOST_TEST(json_at(third.get(path).body, "/name") == "green tea");
  BOOST_TEST(third.send("PATCH", path, R"({"stock":9})").status == 200);
  const auto seen = first.get(path);
  BOOST_TEST(json_at(seen.body, "/stock") == "9");
  BOOST_TEST(json_at(seen.body, "/name") == "green tea");

  const auto stale = second.send("PATCH", path, R"({"stock":1})", {{"If-Match", "\"1\""}});
  BOOST_TEST(stale.status == 412);
  const auto fresh =
      second.send("PATCH", path, R"({"stock":1})", {{"If-Match", seen.field("etag")}});
  BOOST_TEST(fresh.status == 200);

  BOOST_TEST(first.send("DELETE", path).status == 204);
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(nodes.client(i).get(path).status == 404);
}

BOOST_AUTO_TEST_CASE(a_unique_name_is_unique_across_nodes) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto first = nodes.client(0);
  auto second = nodes.client(1);
  const auto path = item_path(create(first, "tea"));
  const auto again = second.post(products, product("tea"));
  BOOST_TEST(again.status == 409);
  BOOST_TEST(json_at(again.body, "/errors/0/field") == "name");
  BOOST_TEST(second.send("DELETE", path).status == 204);
  create(second, "tea");
}

BOOST_AUTO_TEST_CASE(one_request_makes_one_log_entry_also_through_a_follower) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  auto through = nodes.client((leader + 1) % 3);
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const auto made = through.post(products, product("tea " + std::to_string(i)));
    BOOST_REQUIRE(made.status == 201);
    const auto index = std::stoull(made.field("x-raft-index"));
    if (last != 0) BOOST_TEST(index == last + 1);
    last = index;
  }
}

BOOST_AUTO_TEST_CASE(a_local_read_waits_for_the_index_that_it_names) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto writer = nodes.client(0);
  for (std::size_t i = 0; i < 30; ++i) {
    const auto made = writer.post(products, product("tea " + std::to_string(i)));
    BOOST_REQUIRE(made.status == 201);
    const auto index = made.field("x-raft-index");
    const auto seen = nodes.client(1 + i % 2).get(
        made.field("location"), {{"X-Consistency", "local"}, {"X-Min-Index", index}});
    BOOST_TEST(seen.status == 200);
    BOOST_TEST(std::stoull(seen.field("x-applied-index")) >= std::stoull(index));
  }
}

BOOST_AUTO_TEST_CASE(every_node_tells_the_same_story_of_the_cluster) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  for (std::size_t i = 0; i < 3; ++i) {
    auto asked = nodes.client(i);
    const auto status = asked.get("/status");
    BOOST_TEST(status.status == 200);
    BOOST_TEST(json_at(status.body, "/node_id") == std::to_string(i + 1));
    BOOST_TEST(json_at(status.body, "/role") == (i == leader ? "leader" : "follower"));
    const auto members = asked.get("/cluster");
    BOOST_TEST(members.status == 200);
    BOOST_TEST(json_at(members.body, "/members/2/id") == "3");
    BOOST_TEST(json_at(members.body, "/members/3").empty());
    BOOST_TEST(asked.get("/livez").status == 200);
  }
}

BOOST_AUTO_TEST_CASE(one_node_alone_is_a_cluster_too) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  auto through = node.client(0);
  const auto path = item_path(create(through, "tea"));
  BOOST_TEST(through.get(path).status == 200);
  node.kill(0);
  node.start(0);
  node.await_ready(0);
  BOOST_TEST(node.client(0).get(path).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace basics_test
