#include <set>

#include "test/cluster/fixture.hpp"

namespace addresses_test {

using namespace lithair::test;

namespace {

std::string at(const std::string& host, std::uint16_t port) {
  return host + ":" + std::to_string(port);
}

/// Where all members are found, as one of them tells.
std::set<std::string> told_by(http_client& asked) {
  std::set<std::string> result;
  const auto page = asked.get("/cluster").body;
  for (int i = 0;; ++i) {
    const auto addr = json_at(page, "/members/" + std::to_string(i) + "/addr");
    if (addr.empty()) return result;
    result.insert(addr);
  }
}

/// Waits until each of them tells that, and names the leader there too.
void await_told(shop_cluster& nodes, std::vector<http_client>& clients,
                const std::set<std::string>& wanted) {
  for (auto& each : clients) {
    nodes.await("all tell where the members are", [&] { return told_by(each) == wanted; });
    nodes.await("the leader is told there", [&] {
      return wanted.contains(json_at(each.get("/raft/leader").body, "/leader_addr"));
    });
  }
}

std::vector<http_client> clients_of(const shop_cluster& nodes) {
  std::vector<http_client> result;
  for (std::size_t i = 0; i < nodes.size(); ++i) result.push_back(nodes.client(i, 2000ms));
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_addresses)

// 127.0.0.2 and the like play other machines.
BOOST_AUTO_TEST_CASE(a_node_that_listens_everywhere_is_told_where_it_says) {
  shop_cluster nodes({.flags = {"--insecure"}, .place = [](const cluster& all, std::size_t i) {
                        return std::vector<std::string>{"--addr", at("0.0.0.0", all.port(i)),
                                                        "--advertise",
                                                        "127.0.0." + std::to_string(i + 2)};
                      }});
  nodes.start_and_await();
  // The others were told 127.0.0.1 of each other: they agree on what each says of itself.
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < 3; ++i)
    wanted.insert(at("127.0.0." + std::to_string(i + 2), nodes.port(i)));
  auto clients = clients_of(nodes);
  await_told(nodes, clients, wanted);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto status = clients[i].get("/status").body;
    BOOST_TEST(json_at(status, "/addr") == at("127.0.0." + std::to_string(i + 2), nodes.port(i)));
    BOOST_TEST(status.find("0.0.0.0") == std::string::npos);
  }
  create(clients[1], "tea");
}

BOOST_AUTO_TEST_CASE(ipv6_is_told_in_brackets) {
  shop_cluster nodes({.place = [](const cluster& all, std::size_t i) {
    return std::vector<std::string>{"--addr", at("[::]", all.port(i)), "--advertise", "[::1]",
                                    "--insecure"};
  }});
  nodes.start_and_await();
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < 3; ++i) wanted.insert(at("[::1]", nodes.port(i)));
  auto clients = clients_of(nodes);
  await_told(nodes, clients, wanted);
  create(clients[2], "tea");
}

BOOST_AUTO_TEST_CASE(a_member_that_comes_back_elsewhere_is_told_there_by_all) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  auto through = nodes.client((leader + 1) % 3);
  create(through, "tea");
  // The first leader and one that follows, one after the other.
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < 3; ++i) wanted.insert(at("127.0.0.1", nodes.port(i)));
  std::set<std::size_t> moved;
  for (const auto who : {leader, (leader + 1) % 3}) {
    nodes.kill(who);
    moved.insert(who);
    nodes.told().place = [moved](const cluster& all, std::size_t i) {
      return std::vector<std::string>{
          "--addr",
          moved.contains(i) ? at("127.0.0.3", all.port(i + 4)) : at("127.0.0.1", all.port(i)),
          "--insecure"};
    };
    nodes.start(who);
    wanted.erase(at("127.0.0.1", nodes.port(who)));
    wanted.insert(at("127.0.0.3", nodes.port(who + 4)));
    auto staying = nodes.client((leader + 2) % 3, 2000ms);
    nodes.await("it is told where it is now", [&] { return told_by(staying) == wanted; });
  }
  // They were never asked for: who reads the log goes there, and it is a member as before.
  nodes.kill((leader + 2) % 3);
  nodes.start((leader + 2) % 3);
  nodes.await_ready((leader + 2) % 3);
  auto again = nodes.client((leader + 2) % 3);
  create(again, "milk");
  BOOST_TEST(told_by(again).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_member_may_not_be_added_off_this_machine_unless_that_is_accepted) {
  shop_cluster nodes({.nodes = 1});
  nodes.start_and_await();
  auto asked = nodes.client(0);
  const auto refused = asked.post("/cluster/members", R"({"id":2,"addr":"203.0.113.7:8080"})");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.body.find("--insecure") != std::string::npos);
  BOOST_TEST(told_by(asked).size() == 1u);
  nodes.kill(0);
  nodes.told().flags = {"--insecure"};
  nodes.start(0);
  nodes.await_ready(0);
  BOOST_TEST(asked.post("/cluster/members", R"({"id":2,"addr":"203.0.113.7:8080"})").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace addresses_test
