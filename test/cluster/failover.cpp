#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <csignal>
#include <map>

#include "test/cluster/fixture.hpp"

namespace failover_test {

namespace data = boost::unit_test::data;
using namespace lithair::test;

namespace {

/// What every node must give: path and answer.
using expectations = std::map<std::string, answer>;

void require_all(shop_cluster& nodes, const expectations& expected) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    auto asked = nodes.client(i);
    for (const auto& [path, before] : expected) {
      const auto now = asked.get(path);
      BOOST_TEST(now.status == before.status);
      if (before.status != 200) continue;
      BOOST_TEST(now.body == before.body);
      BOOST_TEST(now.field("etag") == before.field("etag"));
    }
  }
}

/// Some of everything: created, changed, deleted and created anew.
expectations fill(http_client& through, const std::string& prefix) {
  expectations made;
  for (int i = 0; i < 30; ++i) {
    const auto name = prefix + " item " + std::to_string(i);
    const auto path = item_path(create(through, name));
    if (i % 3 == 1) BOOST_REQUIRE(through.send("PATCH", path, R"({"stock":5})").status == 200);
    if (i % 3 == 2) {
      BOOST_REQUIRE(through.send("DELETE", path).status == 204);
      if (i % 2 == 0) create(through, name);
    }
    made[path] = through.get(path);
  }
  return made;
}

/// The two nodes besides `i`.
std::pair<std::size_t, std::size_t> others(std::size_t i) { return {(i + 1) % 3, (i + 2) % 3}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_failover)

BOOST_AUTO_TEST_CASE(the_next_write_after_the_leader_died_succeeds) {
  shop_cluster nodes;
  auto leader = nodes.start_and_await();
  for (int round = 0; round < 3; ++round) {
    const auto [next, other] = others(leader);
    auto through = nodes.client(next);
    nodes.kill(leader);
    const auto began = std::chrono::steady_clock::now();
    const auto made = through.post(products, product("tea " + std::to_string(round)));
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    BOOST_TEST_MESSAGE("a write right after the leader died took " << took.count() << " ms");
    BOOST_REQUIRE_MESSAGE(made.status == 201, made.status << " " << made.body);
    BOOST_TEST(nodes.client(other).get(made.field("location")).status == 200);
    nodes.start(leader);
    nodes.await_ready(leader);
    BOOST_TEST(nodes.client(leader).get(made.field("location")).body == made.body);
    leader = nodes.await_leader();
  }
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_the_crash_of_all_nodes) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  auto through = nodes.client((leader + 1) % 3);
  auto expected = fill(through, "round 0");
  for (std::size_t round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
    nodes.start_all();
    // At once, before anything else is written: a new leader must not answer from an older state.
    nodes.await_all_ready();
    require_all(nodes, expected);
    auto again = nodes.client(round);
    expected.merge(fill(again, "round " + std::to_string(round + 1)));
  }
}

BOOST_DATA_TEST_CASE(a_minority_refuses_writes_and_default_reads, data::make({true, false}),
                     survivor_led) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto left = survivor_led ? leader : (leader + 1) % 3;
  const auto [gone, gone_too] = others(left);
  auto client = nodes.client(left);
  const auto path = item_path(create(client, "tea"));
  nodes.kill(gone);
  nodes.kill(gone_too);
  nodes.await("the node left over knows that it has no majority",
              [&nodes, left = left] { return !nodes.leader_named_by(left); });

  const auto refused = client.post(products, product("coffee"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(!refused.field("retry-after").empty());
  BOOST_TEST(client.send("PATCH", path, R"({"stock":5})").status == 503);
  BOOST_TEST(client.send("DELETE", path).status == 503);
  BOOST_TEST(client.get(path).status == 503);
  BOOST_TEST(client.get(products).status == 503);
  BOOST_TEST(client.get("/readyz").status == 503);
  BOOST_TEST(client.get("/livez").status == 200);
  const auto local = client.get(path, {{"X-Consistency", "local"}});
  BOOST_TEST(local.status == 200);
  BOOST_TEST(json_at(local.body, "/name") == "tea");
  BOOST_TEST(client.get(path + "?consistency=local").status == 200);

  nodes.start(gone);
  nodes.start(gone_too);
  nodes.await_all_ready();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto list = nodes.client(i).get(products);
    BOOST_TEST(json_at(list.body, "/total") == "1");
    BOOST_TEST(json_at(list.body, "/data/0/stock") == "0");
  }
}

BOOST_AUTO_TEST_CASE(a_follower_that_was_away_catches_up) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto away = (leader + 1) % 3;
  nodes.kill(away);
  auto through = nodes.client(leader);
  std::string last;
  for (int i = 0; i < 500; ++i) last = create(through, "tea " + std::to_string(i));
  nodes.start(away);
  nodes.await_ready(away);
  BOOST_TEST(json_at(nodes.client(away).get(products).body, "/total") == "500");
  BOOST_TEST(nodes.client(away).get(item_path(last)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_follower_catches_up_although_the_log_it_needs_is_gone) {
  shop_cluster nodes({.flags = {"--checkpoint-entries", "50", "--log-margin", "10"}});
  const auto leader = nodes.start_and_await();
  const auto away = (leader + 1) % 3;
  nodes.kill(away);
  auto through = nodes.client(leader);
  std::string last;
  for (int i = 0; i < 500; ++i) last = create(through, "tea " + std::to_string(i));
  nodes.await("the log begins behind what the missing node has", [&through] {
    return number_at(through.get("/status").body, "/first_index").value() > 100;
  });
  nodes.start(away);
  nodes.await_ready(away);
  BOOST_TEST(json_at(nodes.client(away).get(products).body, "/total") == "500");
  BOOST_TEST(nodes.client(away).get(item_path(last)).status == 200);
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  nodes.start_all();
  nodes.await_all_ready();
  BOOST_TEST(json_at(nodes.client(away).get(products).body, "/total") == "500");
}

BOOST_AUTO_TEST_CASE(a_leader_that_slept_answers_nothing_old) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto [next, other] = others(leader);
  auto sleepy = nodes.client(leader);
  auto through = nodes.client(next);
  const auto path = item_path(create(sleepy, "tea"));
  nodes.at(leader).pause();
  nodes.await("another leader is elected", [&nodes, next = next, leader] {
    const auto named = nodes.leader_named_by(next);
    return named && *named != leader;
  });
  BOOST_REQUIRE(through.send("PATCH", path, R"({"stock":5})").status == 200);
  nodes.at(leader).resume();
  const auto seen = sleepy.get(path);
  const bool honest =
      seen.status == 503 || seen.status == 504 || json_at(seen.body, "/stock") == "5";
  BOOST_TEST(honest, seen.status << " " << seen.body);
  nodes.await_ready(leader);
  BOOST_TEST(json_at(sleepy.get(path).body, "/stock") == "5");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace failover_test
