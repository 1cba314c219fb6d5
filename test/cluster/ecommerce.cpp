#include "test/cluster/run_commands.hpp"
#include "test/cluster/token_cluster.hpp"

namespace ecommerce_test {

using namespace lithair::test;

namespace {

const std::string example = LITHAIR_SOURCE "/apps/examples/distributed_ecommerce";

constexpr auto tea = "018f3c5e-7a10-7000-8000-000000000001";

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

std::string operation(const std::string& what, const std::string& collection,
                      const std::string& item) {
  return R"({"op":")" + what + R"(","collection":")" + collection + R"(",)" + item + "}";
}

/// Three nodes of the shop, with five of the tea, staff and two customers.
struct shop : token_cluster {
  std::string staff;
  std::string ann;
  std::string bob;

  shop() : token_cluster({.models = example + "/shop.toml"}) {
    start_and_await();
    const auto admin = make(0, "", R"({"name":"boss","role":"admin"})");
    staff = make(0, admin, R"({"name":"sue","role":"staff"})");
    ann = make(0, admin, R"({"name":"ann","role":"customer"})");
    bob = make(0, admin, R"({"name":"bob","role":"customer"})");
    for (std::size_t i = 0; i < 3; ++i)
      await("all tokens are known", [&] { return as(i, bob, "GET", "/api/carts").status == 200; });
    const auto made =
        as(0, staff, "POST", "/api/products",
           R"({"id":")" + std::string(tea) +
               R"(","name":"tea","price":"3.50","cost":"1.20","stock":5,)" + R"("state":"live"})");
    BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
    for (const std::string who : {"ann", "bob"})
      as(0, who == "ann" ? ann : bob, "POST", "/api/customers",
         R"({"id":")" + who + R"(","name":"x","email":")" + who + R"(@example.org"})");
  }

  /// Orders pieces of the tea.
  answer order(std::size_t node, const std::string& token, const std::string& who,
               const std::string& id, const std::string& price, int pieces) const {
    const auto mine = R"("customer":)" + in_quotes(who);
    return as(
        node, token, "POST", "/api/_txn",
        R"({"operations":[)" +
            operation("create", "orders", R"("item":{"id":)" + in_quotes(id) + ',' + mine + '}') +
            ',' +
            operation("create", "lines",
                      R"("item":{"id":)" + in_quotes(id) + R"(,"order":)" + in_quotes(id) +
                          R"(,"product":)" + in_quotes(tea) + R"(,"price":)" + in_quotes(price) +
                          R"(,"pieces":)" + std::to_string(pieces) + ',' + mine + '}') +
            "]}");
  }
  /// Takes the payment of an order of ann's.
  answer pay(std::size_t node, const std::string& token, const std::string& id, int pieces) const {
    const auto amount = R"("amount":")" + std::to_string(pieces) + R"(.00")";
    return as(node, token, "POST", "/api/_txn",
              R"({"operations":[)" +
                  operation("patch", "products",
                            R"("id":)" + in_quotes(tea) + R"(,"item":{"stock":-)" +
                                std::to_string(pieces) + '}') +
                  ',' +
                  operation("patch", "lines",
                            R"("id":)" + in_quotes(id) + R"(,"item":{)" + amount + '}') +
                  ',' +
                  operation("patch", "orders",
                            R"("id":)" + in_quotes(id) + R"(,"item":{"state":"paid"})") +
                  ',' +
                  operation("create", "payments",
                            R"("item":{"order":)" + in_quotes(id) + R"(,"customer":"ann",)" +
                                amount + R"(,"method":"card","day":"2026-12-01"})") +
                  "]}");
  }
  std::string stock(std::size_t node) const {
    return json_at(as(node, "", "GET", "/api/products/" + std::string(tea)).body, "/stock");
  }
};

constexpr auto first = "018f3c5e-7a10-7000-8000-00000000000a";
constexpr auto second = "018f3c5e-7a10-7000-8000-00000000000b";

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_ecommerce)

BOOST_AUTO_TEST_CASE(who_is_not_known_sees_what_is_on_sale_and_a_customer_its_own) {
  shop nodes;
  const auto draft = R"({"name":"coffee","price":"5.20"})";
  BOOST_TEST(nodes.as(1, nodes.staff, "POST", "/api/products", draft).status == 201);
  BOOST_TEST(nodes.order(1, nodes.ann, "ann", first, "3.50", 2).status == 200);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto seen = nodes.as(i, "", "GET", "/api/products").body;
    BOOST_TEST(json_at(seen, "/total") == "1");
    BOOST_TEST(seen.find("cost") == std::string::npos);
    BOOST_TEST(nodes.as(i, "", "GET", "/api/orders").status == 401);
    BOOST_TEST(nodes.as(i, "", "POST", "/api/products", draft).status == 401);
    BOOST_TEST(nodes.as(i, nodes.ann, "POST", "/api/products", draft).status == 403);
    BOOST_TEST(json_at(nodes.as(i, nodes.ann, "GET", "/api/orders").body, "/total") == "1");
    BOOST_TEST(json_at(nodes.as(i, nodes.bob, "GET", "/api/orders").body, "/total") == "0");
    BOOST_TEST(json_at(nodes.as(i, nodes.bob, "GET", "/api/lines").body, "/total") == "0");
    BOOST_TEST(json_at(nodes.as(i, nodes.staff, "GET", "/api/products").body, "/total") == "2");
    BOOST_TEST(nodes.as(i, nodes.bob, "GET", "/api/customers/ann").status == 404);
  }
}

BOOST_AUTO_TEST_CASE(an_order_has_the_price_of_the_product_and_is_the_customers_own) {
  shop nodes;
  BOOST_TEST(nodes.order(0, nodes.ann, "ann", first, "0.01", 2).status == 403);
  BOOST_TEST(nodes.order(1, nodes.ann, "bob", first, "3.50", 2).status == 403);
  BOOST_TEST(json_at(nodes.as(2, nodes.staff, "GET", "/api/orders").body, "/total") == "0");
  BOOST_TEST(nodes.order(2, nodes.ann, "ann", first, "3.50", 2).status == 200);
  const auto path = std::string("/api/orders/") + first;
  BOOST_TEST(nodes.as(0, nodes.ann, "PATCH", path, R"({"state":"paid"})").status == 403);
  BOOST_TEST(nodes.as(1, nodes.bob, "PATCH", path, R"({"state":"cancelled"})").status == 404);
  BOOST_TEST(nodes.as(2, nodes.ann, "PATCH", path, R"({"state":"cancelled"})").status == 200);
}

BOOST_AUTO_TEST_CASE(a_payment_takes_stock_once_and_no_more_than_there_is_and_revenue_follows) {
  shop nodes;
  BOOST_TEST(nodes.order(0, nodes.ann, "ann", first, "3.50", 3).status == 200);
  BOOST_TEST(nodes.order(1, nodes.ann, "ann", second, "3.50", 3).status == 200);
  BOOST_TEST(nodes.pay(2, nodes.ann, first, 3).status == 403);
  BOOST_TEST(nodes.stock(0) == "5");
  BOOST_TEST(nodes.pay(0, nodes.staff, first, 3).status == 200);
  // There are two left; and two would be enough, but it is paid.
  BOOST_TEST(nodes.pay(1, nodes.staff, second, 3).status == 422);
  BOOST_TEST(nodes.pay(2, nodes.staff, first, 2).status == 409);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(nodes.stock(i) == "2");
    const auto revenue = nodes.as(i, nodes.staff, "GET", "/api/projections/revenue").body;
    BOOST_TEST(json_at(revenue, "/data/0/revenue") == "3.00");
    BOOST_TEST(json_at(revenue, "/data/0/payments") == "1");
    const auto sold = nodes.as(i, nodes.staff, "GET", "/api/projections/best_sellers").body;
    BOOST_TEST(json_at(sold, "/data/0/pieces") == "3");
    BOOST_TEST(nodes.as(i, nodes.ann, "GET", "/api/projections/revenue").status == 403);
  }
}

BOOST_AUTO_TEST_CASE(the_page_sells_what_is_on_the_shelf) {
  shop nodes;
  const auto node = [&](std::size_t i) {
    return "http://127.0.0.1:" + std::to_string(nodes.port(i));
  };
  const auto log = nodes.directory() / "page";
  process page({{"/usr/bin/env", "node", LITHAIR_SOURCE "/test/cluster/pages/sell.mjs",
                 example + "/shop.html", node(0), node(1), nodes.staff, nodes.ann},
                log,
                {},
                {}});
  const auto how = page.wait(cluster::patience * 4);
  BOOST_REQUIRE_MESSAGE(how, read_file(log));
  BOOST_TEST(how->status == 0, read_file(log));
}

BOOST_AUTO_TEST_CASE(the_models_in_toml_and_in_cpp_are_one) {
  const std::string examples = LITHAIR_SOURCE "/apps/examples/";
  for (const auto& [models, program] : {std::pair{example + "/shop.toml", LITHAIR_ECOMMERCE},
                                        {examples + "shop.toml", LITHAIR_SHOP},
                                        {examples + "users.toml", LITHAIR_USERS}}) {
    shop_cluster toml({.nodes = 1, .models = models});
    toml.start_and_await();
    const port_block ports;
    process built({{program, "--port", std::to_string(ports.http(0)), "--data-dir",
                    (toml.directory() / "built").string()},
                   toml.directory() / "built.log",
                   {},
                   {}});
    http_client asked(ports.http(0));
    toml.await("the program is ready", [&] { return asked.get("/readyz").status == 200; });
    const auto described = toml.client(0).get("/openapi.json").body;
    BOOST_TEST(described.size() > 1000u);
    BOOST_TEST(asked.get("/openapi.json").body == described, models);
  }
}

BOOST_AUTO_TEST_CASE(the_commands_of_its_readme_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  document_commands commands{read_file(example + "/README.md")};
  move_ports(commands, ports, 8081, 3);
  const auto log = run_commands(commands, place.path());
  BOOST_TEST(log.find(R"("revenue":"7.00")") != std::string::npos, log);
  BOOST_TEST(log.find(R"("by":"sue")") != std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ecommerce_test
