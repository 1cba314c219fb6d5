#include <csignal>

#include "test/cluster/fixture.hpp"

namespace local_test {

using namespace lithair::test;
using namespace std::chrono_literals;

namespace {

constexpr auto users = "/api/users";
constexpr auto visits = "/api/visits";

const std::string model_file = std::string(LITHAIR_SOURCE) + "/apps/examples/users.toml";

std::string user(const std::string& name, const std::string& more = {}) {
  return R"({"email":")" + name + R"(@example.org","name":")" + name + "\"" + more + "}";
}

/// Creates a user; its path.
std::string create_user(http_client& through, const std::string& name,
                        const std::string& more = {}) {
  const auto made = through.post(users, user(name, more));
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  return made.field("location");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_local)

BOOST_AUTO_TEST_CASE(local_fields_stay_with_the_node_that_the_client_spoke_to) {
  shop_cluster nodes({.models = model_file});
  const auto leader = nodes.start_and_await();
  const auto follower = (leader + 1) % 3;
  auto first = nodes.client(follower);
  auto other = nodes.client(leader);
  const auto path = create_user(first, "ann", R"(,"page":"<b>ann</b>","hits":2)");
  BOOST_TEST(json_at(first.get(path).body, "/page") == "<b>ann</b>");
  const auto elsewhere = other.get(path);
  BOOST_TEST(json_at(elsewhere.body, "/page") == "");
  BOOST_TEST(json_at(elsewhere.body, "/hits") == "0");
  BOOST_TEST(json_at(elsewhere.body, "/name") == "ann");

  // Each part changes by itself, and the answer shows both.
  BOOST_TEST(json_at(other.send("PATCH", path, R"({"hits":9})").body, "/name") == "ann");
  const auto renamed = first.send("PATCH", path, R"({"name":"Ann"})");
  BOOST_TEST(json_at(renamed.body, "/page") == "<b>ann</b>");
  BOOST_TEST(json_at(other.get(path).body, "/hits") == "9");
  BOOST_TEST(json_at(first.get(std::string(users) + "?hits=>1&sort=-hits").body, "/total") == "1");
  BOOST_TEST(first.send("PATCH", path, R"({"hits":-1})").status == 422);
  BOOST_TEST(json_at(first.send("PUT", path, user("ann")).body, "/page") == "");
  BOOST_TEST(json_at(other.get(path).body, "/hits") == "9");
}

BOOST_AUTO_TEST_CASE(both_kinds_of_fields_survive_a_crash_and_go_with_their_item) {
  shop_cluster nodes({.models = model_file});
  nodes.start_and_await();
  auto first = nodes.client(0);
  std::vector<std::string> paths;
  for (int i = 0; i < 20; ++i)
    paths.push_back(create_user(first, "u" + std::to_string(i), R"(,"hits":)" + std::to_string(i)));
  nodes.kill(0);
  nodes.start(0);
  nodes.await_ready(0);
  for (int i = 0; i < 20; ++i) {
    const auto seen = nodes.client(0).get(paths[static_cast<std::size_t>(i)]);
    BOOST_TEST(json_at(seen.body, "/hits") == std::to_string(i));
  }
  // Deleted and made again elsewhere while this node is down: the new one has nothing of the old.
  nodes.kill(0);
  nodes.await_ready(1);
  auto second = nodes.client(1);
  const auto id = paths[5].substr(paths[5].rfind('/') + 1);
  BOOST_TEST(second.send("DELETE", paths[5]).status == 204);
  BOOST_TEST(
      second.post(users, R"({"id":")" + id + R"(","email":"n@example.org","name":"n"})").status ==
      201);
  nodes.start(0);
  nodes.await_ready(0);
  const auto again = nodes.client(0).get(paths[5]);
  BOOST_TEST(json_at(again.body, "/name") == "n");
  BOOST_TEST(json_at(again.body, "/hits") == "0");
}

BOOST_AUTO_TEST_CASE(a_local_model_is_each_nodes_own_and_needs_no_majority) {
  shop_cluster nodes({.models = model_file});
  nodes.start_and_await();
  const auto id = std::string("018f3c5e-7a10-7000-8000-000000000001");
  for (std::size_t i = 0; i < 3; ++i) {
    auto through = nodes.client(i);
    const auto page = "/page" + std::to_string(i);
    BOOST_TEST(through.post(visits, R"({"id":")" + id + R"(","path":")" + page + "\"}").status ==
               201);
    BOOST_TEST(through.post(visits, R"({"id":")" + id + R"(","path":"/"})").status == 409);
    BOOST_TEST(json_at(through.get(std::string(visits) + "/" + id).body, "/path") == page);
    BOOST_TEST(json_at(through.get(std::string(visits) + "/count").body, "/count") == "1");
  }
  nodes.kill(1);
  nodes.kill(2);
  auto alone = nodes.client(0);
  BOOST_TEST(alone.post(visits, R"({"path":"/alone"})").status == 201);
  BOOST_TEST(json_at(alone.get(std::string(visits) + "/count").body, "/count") == "2");
  BOOST_TEST(alone.post(users, user("nobody")).status >= 503);  // 504 if it leads
  const auto both = alone.post("/api/_txn", R"({"operations":[
    {"op":"create","collection":"visits","item":{"path":"/"}},
    {"op":"create","collection":"users","item":)" +
                                                user("nobody") + "}]}");
  BOOST_TEST(both.status == 422);
  BOOST_TEST(json_at(alone.get(std::string(visits) + "/count").body, "/count") == "2");
}

BOOST_AUTO_TEST_CASE(many_items_and_none_are_created_with_both_parts) {
  shop_cluster nodes({.nodes = 1, .models = model_file});
  nodes.start_and_await();
  auto through = nodes.client(0);
  const auto none = through.post(std::string(users) + "/_bulk", "[]");
  BOOST_TEST(none.status == 201);
  BOOST_TEST(none.body == "[]");
  BOOST_TEST(through.post(std::string(visits) + "/_bulk", "[]").status == 201);
  BOOST_TEST(through.post("/api/_txn", R"({"operations":[]})").status == 200);
  const auto two = through.post(std::string(users) + "/_bulk",
                                "[" + user("ann", R"(,"hits":1)") + "," + user("bob") + "]");
  BOOST_TEST(two.status == 201);
  BOOST_TEST(json_at(two.body, "/0/hits") == "1");
  BOOST_TEST(json_at(two.body, "/1/hits") == "0");
}

BOOST_AUTO_TEST_CASE(a_repeated_request_writes_both_parts_once) {
  shop_cluster nodes({.models = model_file});
  nodes.start_and_await();
  auto first = nodes.client(0);
  const headers key{{"Idempotency-Key", "one"}};
  const auto made = first.post(users, user("ann", R"(,"hits":1)"), key);
  BOOST_REQUIRE(made.status == 201);
  const auto path = made.field("location");
  BOOST_TEST(first.send("PATCH", path, R"({"hits":5})").status == 200);
  const auto again = first.post(users, user("ann", R"(,"hits":1)"), key);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.body == made.body);
  BOOST_TEST(json_at(first.get(path).body, "/hits") == "5");
}

BOOST_AUTO_TEST_CASE(the_program_with_the_same_models_serves_the_same_data) {
  const port_block ports;
  const temporary_directory place;
  const auto run = [&](std::vector<std::string> command) {
    const auto port = std::to_string(ports.http(0));
    command.insert(command.end(), {"--port", port, "--data-dir", (place.path() / "data").string()});
    return std::make_unique<process>(launch{command, place.path() / "log", place.path(), {}});
  };
  http_client through(ports.http(0));
  const auto await = [&](process& node) {
    while (through.get("/readyz").status != 200) BOOST_REQUIRE(!node.wait(5ms));
  };
  auto node = run({LITHAIR_NODE, "--models", model_file});
  await(*node);
  const auto path = create_user(through, "ann", R"(,"hits":3)");
  node->signal(SIGTERM);
  BOOST_REQUIRE(node->wait(30s));
  through.disconnect();
  node = run({LITHAIR_USERS});
  await(*node);
  BOOST_TEST(json_at(through.get(path).body, "/hits") == "3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace local_test
