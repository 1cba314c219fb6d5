#include <csignal>
#include <ctime>
#include <fstream>
#include <string>

#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/token_cluster.hpp"
#include "test/http/token_signer.hpp"

namespace access_rules_test {

using namespace lithair::test;

namespace {

constexpr auto orders = "/api/orders";

/// Three nodes with the example's rules; an admin, staff, and two customers.
struct ruled_cluster : token_cluster {
  std::string admin;
  std::string staff;
  std::string ann;
  std::string bob;

  ruled_cluster() : token_cluster({.models = LITHAIR_SOURCE "/apps/examples/orders.toml"}) {
    start_and_await();
    admin = make(0, "", R"({"name":"boss","role":"admin"})");
    staff = make(0, admin, R"({"name":"sue","role":"staff"})");
    ann = make(0, admin, R"({"name":"ann","role":"customer"})");
    bob = make(0, admin, R"({"name":"bob","role":"customer"})");
    for (std::size_t i = 0; i < 3; ++i)
      await("all tokens are known", [&] { return as(i, bob, "GET", orders).status == 200; });
  }

  std::string order(std::size_t node, const std::string& token, const std::string& customer) const {
    const auto got =
        as(node, token, "POST", orders, R"({"item":"tea","customer":")" + customer + R"("})");
    BOOST_REQUIRE_MESSAGE(got.status == 201, got.body);
    return json_at(got.body, "/id");
  }
  std::string total(std::size_t node, const std::string& token) const {
    return json_at(as(node, token, "GET", orders).body, "/total");
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_access_rules)

BOOST_AUTO_TEST_CASE(each_caller_sees_and_does_at_each_node_what_the_rules_say) {
  ruled_cluster nodes;
  const auto of_ann = nodes.order(0, nodes.ann, "ann");
  const auto of_bob = nodes.order(1, nodes.bob, "bob");
  const auto at = [](const std::string& id) { return std::string(orders) + '/' + id; };
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(nodes.total(i, nodes.ann) == "1");
    BOOST_TEST(nodes.total(i, nodes.staff) == "2");
    BOOST_TEST(nodes.total(i, nodes.admin) == "2");
    BOOST_TEST(nodes.as(i, "", "GET", orders).status == 401);
    BOOST_TEST(nodes.as(i, "", "GET", "/api/news").status == 200);
    BOOST_TEST(nodes.as(i, "", "POST", "/api/news", R"({"text":"x"})").status == 401);
    BOOST_TEST(nodes.as(i, nodes.ann, "GET", at(of_ann)).status == 200);
    BOOST_TEST(nodes.as(i, nodes.ann, "GET", at(of_bob)).status == 404);
    BOOST_TEST(nodes.as(i, nodes.ann, "PATCH", at(of_bob), R"({"item":"x"})").status == 404);
    BOOST_TEST(nodes.as(i, nodes.ann, "DELETE", at(of_ann)).status == 403);
    BOOST_TEST(nodes.as(i, nodes.ann, "POST", orders, R"({"item":"x","customer":"bob"})").status ==
               403);
    BOOST_TEST(nodes.as(i, nodes.ann, "GET", "/status").status == 403);
  }
  BOOST_TEST(nodes.as(2, nodes.staff, "PATCH", at(of_ann), R"({"margin":"1.50"})").status == 200);
  BOOST_TEST(nodes.as(1, nodes.ann, "PATCH", at(of_ann), R"({"state":"sent"})").status == 200);
  BOOST_TEST(nodes.as(0, nodes.ann, "PATCH", at(of_ann), R"({"item":"late"})").status == 403);
  const auto seen = nodes.as(2, nodes.ann, "GET", at(of_ann)).body;
  BOOST_TEST(json_at(seen, "/made_by") == "ann");
  BOOST_TEST(json_at(seen, "/state") == "sent");
  BOOST_TEST(seen.find("margin") == std::string::npos);
  BOOST_TEST(json_at(nodes.as(2, nodes.staff, "GET", at(of_ann)).body, "/margin") == "1.50");
  const auto history = nodes.as(0, nodes.ann, "GET", at(of_ann) + "/history").body;
  BOOST_TEST(json_at(history, "/events/0/by") == "ann");
  // After all were killed each still knows, and the states are the same.
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i)
    nodes.await("it serves again", [&] { return nodes.total(i, nodes.bob) == "1"; });
  BOOST_TEST(json_at(nodes.as(0, nodes.staff, "GET", at(of_ann) + "/history").body,
                     "/events/0/by") == "ann");
}

BOOST_AUTO_TEST_CASE(a_stream_tells_each_follower_of_its_own_and_ends_with_its_token) {
  ruled_cluster nodes;
  const auto stream = std::string(orders) + "/stream";
  BOOST_TEST(event_source(nodes.port(0), stream).status() == 401);
  event_source of_ann(nodes.port(0), stream, {}, nodes.ann);
  event_source of_staff(nodes.port(1), stream, {}, nodes.staff);
  BOOST_REQUIRE(of_ann.opened());
  BOOST_REQUIRE(of_staff.opened());
  nodes.order(2, nodes.bob, "bob");
  const auto mine = nodes.order(1, nodes.ann, "ann");
  const auto first = of_ann.next(cluster::patience);
  BOOST_REQUIRE(first);
  BOOST_TEST(first->data.find(mine) != std::string::npos);
  const auto all = of_staff.next(cluster::patience);
  BOOST_REQUIRE(all);
  BOOST_TEST(all->data.find("bob") != std::string::npos);
  BOOST_TEST(nodes.as(0, nodes.admin, "DELETE", "/_admin/tokens/3").status == 200);
  nodes.await("it counts no more",
              [&] { return nodes.as(0, nodes.ann, "GET", orders).status == 401; });
  nodes.order(2, nodes.bob, "bob");
  BOOST_TEST(!of_ann.next(cluster::patience).has_value());
}

BOOST_AUTO_TEST_CASE(people_of_an_identity_provider_are_let_do_what_the_rules_say) {
  using lithair::http::test::token_signer;
  const token_signer provider{lithair::http::jws_algorithm::eddsa};
  const token_signer next{lithair::http::jws_algorithm::es256};
  token_cluster nodes({.models = LITHAIR_SOURCE "/apps/examples/orders.toml"});
  const auto file = nodes.directory() / "keys.json";
  std::ofstream(file) << R"({"keys":[)" << provider.jwk("1") << "]}";
  nodes.told().flags = {"--jwt-keys",     file.string(), "--jwt-issuer", "https://id.example",
                        "--jwt-audience", "shop",        "--jwt-roles",  "groups"};
  nodes.start_all();
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  const auto token = [](const token_signer& by, const std::string& claims) {
    const auto ends = std::to_string(::time(nullptr) + 600);
    return by.token(R"({"iss":"https://id.example","aud":"shop","exp":)" + ends + ',' + claims +
                    '}');
  };
  const auto ann = token(provider, R"("sub":"ann")");
  const auto sue = token(provider, R"("sub":"sue","groups":["staff"])");
  const auto made = nodes.as(0, ann, "POST", orders, R"({"item":"tea","customer":"ann"})");
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  const auto path = std::string(orders) + '/' + json_at(made.body, "/id");
  const auto eve = token(token_signer{lithair::http::jws_algorithm::eddsa}, R"("sub":"ann")");
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(nodes.as(i, ann, "GET", path).status == 200);
    BOOST_TEST(nodes.as(i, sue, "GET", path).status == 200);
    BOOST_TEST(nodes.as(i, token(provider, R"("sub":"bob")"), "GET", path).status == 404);
    BOOST_TEST(nodes.as(i, eve, "GET", path).status == 401);
    BOOST_TEST(nodes.as(i, "", "GET", path).status == 401);
    BOOST_TEST(nodes.as(i, "", "GET", "/api/news").status == 200);
  }
  BOOST_TEST(nodes.as(1, sue, "PATCH", path, R"({"state":"paid","margin":"1.00"})").status == 200);
  const auto history = nodes.as(2, ann, "GET", path + "/history").body;
  BOOST_TEST(json_at(history, "/events/0/by") == "ann");
  BOOST_TEST(json_at(history, "/events/1/by") == "sue");
  // Another key takes the place of the first.
  std::ofstream(file) << R"({"keys":[)" << next.jwk("2") << "]}";
  const auto of_next = token(next, R"("sub":"ann")");
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.at(i).signal(SIGHUP);
    nodes.await("the other key counts",
                [&] { return nodes.as(i, of_next, "GET", path).status == 200; });
    BOOST_TEST(nodes.as(i, ann, "GET", path).status == 401);
    BOOST_TEST(nodes.log(i).find(ann) == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_rules_test
