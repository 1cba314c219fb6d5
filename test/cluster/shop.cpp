#include "test/cluster/fixture.hpp"

namespace shop_test {

using namespace lithair::test;

namespace {

constexpr auto order_id = "018f3c5e-7a10-7000-8000-00000000000a";
constexpr auto other_id = "018f3c5e-7a10-7000-8000-00000000000b";

struct sale {
  std::string product;
  std::string version;  // of the product, as the buyer saw it
  std::string order;
  int pieces;
  int left;
};

std::string quoted(const std::string& name, const std::string& text) {
  return "\"" + name + "\":\"" + text + "\"";
}

// Takes the pieces from the stock, orders them and pays, all or none.
std::string bought(const sale& x) {
  const auto amount = quoted("amount", std::to_string(x.pieces) + ".50");
  return R"({"operations":[{"op":"patch","collection":"products",)" + quoted("id", x.product) +
         ",\"if_version\":" + x.version + ",\"item\":{\"stock\":" + std::to_string(x.left) +
         R"(}},{"op":"create","collection":"orders","item":{)" + quoted("id", x.order) + "," +
         quoted("product", x.product) + R"(,"customer":"ann","pieces":)" +
         std::to_string(x.pieces) + "," + amount +
         R"(,"state":"paid"}},{"op":"create","collection":"payments","item":{)" +
         quoted("order", x.order) + "," + amount + R"(,"method":"card"}}]})";
}

std::string version_of(const answer& x) {
  const auto tag = x.field("etag");
  return tag.substr(1, tag.size() - 2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_shop)

BOOST_AUTO_TEST_CASE(orders_stock_and_payments_change_together_or_not_at_all_and_sales_follow) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto first = nodes.client(0);
  auto second = nodes.client(1);
  auto third = nodes.client(2);
  const auto made = first.post(products, product("tea", 5));
  BOOST_REQUIRE(made.status == 201);
  const auto tea = json_at(made.body, "/id");

  const auto done = second.post("/api/_txn", bought({tea, version_of(made), order_id, 2, 3}));
  BOOST_TEST(done.status == 200, done.body);
  // Another buyer saw the old stock.
  BOOST_TEST(third.post("/api/_txn", bought({tea, version_of(made), other_id, 4, 1})).status ==
             412);
  // The same order is not paid twice.
  const auto now = version_of(third.get(item_path(tea)));
  const auto twice = third.post("/api/_txn", bought({tea, now, order_id, 1, 2}));
  BOOST_TEST(twice.status == 409, twice.body);

  BOOST_TEST(json_at(first.get(item_path(tea)).body, "/stock") == "3");
  BOOST_TEST(json_at(first.get("/api/orders").body, "/total") == "1");
  BOOST_TEST(json_at(first.get("/api/payments").body, "/data/0/order") == order_id);
  for (auto* through : {&first, &second, &third}) {
    const auto sales = through->get("/api/projections/sales").body;
    BOOST_TEST(json_at(sales, "/data/0/customer") == "ann");
    BOOST_TEST(json_at(sales, "/data/0/revenue") == "2.50");
    BOOST_TEST(json_at(sales, "/total") == "1");
  }
  BOOST_TEST(first.send("DELETE", item_path(tea)).status == 409);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace shop_test
