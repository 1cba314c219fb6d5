#include <rapidcheck.h>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "models/derived/backfill.hpp"
#include "models/schema/projection.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace projection_test {

namespace {

constexpr std::string_view orders = R"(
[models.orders.fields]
id = { type = "integer", primary_key = true, replicate = true }
customer = { type = "string", optional = true, replicate = true }
amount = { type = "money", optional = true, replicate = true }
pieces = { type = "integer", default = 1, replicate = true }
paid = { type = "bool", default = false, replicate = true }
secret = { type = "integer", optional = true, expose = false, replicate = true }
)";

constexpr std::string_view sales = R"toml(
[projections.sales]
from = "orders"
group_by = "customer"
where = { paid = "true", pieces = ">0" }
measures = { orders = "count", revenue = "sum(amount)", average = "avg(amount)", least = "min(amount)", most = "max(amount)", pieces = "sum(pieces)" }
[projections.all]
from = "orders"
measures = { orders = "count", pieces = "avg(pieces)", last = "max(id)" }
)toml";

std::string model() { return std::string(orders) + std::string(sales); }

std::string rows(const schema& s, std::string_view name, const state_view& state,
                 std::vector<std::pair<std::string, std::string>> asked = {}) {
  const auto q = projection_query(s, name, asked);
  BOOST_REQUIRE(q.has_value());
  return member(run(s, *q, state, 0).body, "data");
}

/// The rows of "sales" counted from the list of orders, in billionths of amounts.
std::string recount(const service_fixture& node) {
  struct row {
    int orders = 0;
    std::int64_t pieces = 0;
    std::vector<money> amounts;
  };
  std::map<std::string, row> made;
  const auto list = node.list("orders", {{"paid", "true"}, {"pieces", ">0"}, {"take", "1000"}});
  const auto parsed = boost::json::parse(list.body);
  for (const auto& item : parsed.at("data").as_array()) {
    const auto* customer = item.as_object().if_contains("customer");
    auto& to = made[customer != nullptr ? boost::json::serialize(*customer) : "null"];
    ++to.orders;
    to.pieces += item.at("pieces").as_int64();
    if (const auto* amount = item.as_object().if_contains("amount")) {
      to.amounts.push_back(*parse_money(std::string_view(amount->as_string())));
    }
  }
  std::string text;
  for (auto& [customer, row] : made) {
    std::ranges::sort(row.amounts, [](const money& x, const money& y) { return x < y; });
    wide_integer sum = 0;
    for (const auto& amount : row.amounts) {
      sum += in_nanos(amount);
    }
    text += customer + ' ' + std::to_string(row.orders) + ' ' + std::to_string(row.pieces);
    if (!row.amounts.empty()) {
      text += ' ' + std::to_string(static_cast<std::int64_t>(sum)) + ' ' +
              std::to_string(static_cast<std::int64_t>(in_nanos(row.amounts.front()))) + ' ' +
              std::to_string(static_cast<std::int64_t>(in_nanos(row.amounts.back())));
    }
    text += '\n';
  }
  return text;
}

/// The projection in the same form.
std::string projected(const service_fixture& node) {
  std::map<std::string, std::string> made;
  const auto parsed = boost::json::parse(rows(node.models(), "sales", node.state()));
  for (const auto& row : parsed.as_array()) {
    const auto amount = [&row](const char* name) {
      const auto x = parse_money(std::string_view(row.at(name).as_string()));
      return ' ' + std::to_string(static_cast<std::int64_t>(in_nanos(*x)));
    };
    std::string text =
        boost::json::serialize(row.at("orders")) + ' ' + boost::json::serialize(row.at("pieces"));
    if (!row.at("revenue").is_null()) {
      text += amount("revenue") + amount("least") + amount("most");
    }
    made[boost::json::serialize(row.at("customer"))] = text;
  }
  std::string text;
  for (const auto& [customer, row] : made) {
    text += customer + ' ' + row + '\n';
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(projections)

BOOST_AUTO_TEST_CASE(a_filter_that_means_something_else_than_before_makes_another_projection) {
  const auto id_of = [](const std::string& filter) {
    const auto s =
        schema_from(std::string(orders) + "[projections.p]\nfrom = \"orders\"\nwhere = { " +
                    filter + " }\nmeasures = { n = \"count\" }\n");
    return s.projections().front().id;
  };
  const auto said = [](const std::string& filter) {
    return stable_id("p\norders\n" + filter + "\ntell n count\n");
  };
  // Rows under this id are on disks already.
  BOOST_TEST(id_of("paid = 'true'") == said("where paid 4:true"));
  BOOST_TEST(id_of("customer = '!a'") == said("where customer 2:!a"));
  BOOST_TEST(id_of("customer = '~é'") == said("filter customer 3:~é"));
  BOOST_TEST(id_of("customer = '\"a\"'") == said("filter customer 3:\"a\""));
  BOOST_TEST(id_of("customer = '!null'") == said("filter customer 5:!null"));
  BOOST_TEST(id_of("pieces = 'in()'") == said("filter pieces 4:in()"));
}

BOOST_AUTO_TEST_CASE(rows_follow_items_by_absence_and_by_case_in_every_script) {
  service_fixture node(std::string(orders) + R"toml([projections.p]
from = "orders"
where = { customer = '~É', amount = "null" }
measures = { n = "count" }
)toml");
  node.post("orders", R"({"id":1,"customer":"\u00e9mile"})");
  node.post("orders", R"({"id":2,"customer":"\u00c9MILE","amount":"1"})");
  node.post("orders", R"({"id":3})");
  BOOST_TEST(rows(node.models(), "p", node.state()) == R"([{"n":1}])");
  node.patch("orders", "2", R"({"amount":null})");
  BOOST_TEST(rows(node.models(), "p", node.state()) == R"([{"n":2}])");
  node.patch("orders", "1", R"({"customer":"e"})");
  BOOST_TEST(rows(node.models(), "p", node.state()) == R"([{"n":1}])");
}

BOOST_AUTO_TEST_CASE(rows_tell_what_the_items_of_a_group_add_up_to) {
  service_fixture node(model());
  BOOST_TEST(rows(node.models(), "sales", node.state()) == "[]");
  node.post("orders", R"({"id":1,"customer":"a","amount":"1.10","paid":true})");
  node.post("orders", R"({"id":2,"customer":"a","amount":"2","paid":true,"pieces":4})");
  node.post("orders", R"({"id":3,"customer":"a","amount":"99"})");
  node.post("orders", R"({"id":4,"paid":true})");
  BOOST_TEST(
      rows(node.models(), "sales", node.state()) ==
      R"([{"customer":null,"orders":1,"revenue":null,"average":null,"least":null,"most":null,"pieces":1},)"
      R"({"customer":"a","orders":2,"revenue":"3.10","average":"1.55","least":"1.10","most":"2.00","pieces":5}])");
  BOOST_TEST(rows(node.models(), "all", node.state()) ==
             R"([{"orders":4,"pieces":1.75E0,"last":4}])");
  node.patch("orders", "1", R"({"amount":"-0.333333333"})");
  node.patch("orders", "2", R"({"customer":"b"})");
  node.remove("orders", "4");
  BOOST_TEST(
      rows(node.models(), "sales", node.state()) ==
      R"([{"customer":"a","orders":1,"revenue":"-0.333333333","average":"-0.333333333",)"
      R"("least":"-0.333333333","most":"-0.333333333","pieces":1},)"
      R"({"customer":"b","orders":1,"revenue":"2.00","average":"2.00","least":"2.00","most":"2.00","pieces":4}])");
  BOOST_TEST(rows(node.models(), "sales", node.state(), {{"skip", "1"}, {"take", "1"}})
                 .starts_with(R"([{"customer":"b")"));
  const std::vector<std::pair<std::string, std::string>> wrong{{"sort", "a"}};
  BOOST_TEST(projection_query(node.models(), "sales", wrong).error().status == 400);
  BOOST_TEST(projection_query(node.models(), "none", {}).error().status == 404);
}

BOOST_AUTO_TEST_CASE(a_projection_is_a_recount_at_every_index) {
  BOOST_TEST(rc::check([] {
    service_fixture node(model());
    const auto any = [](std::vector<std::string> texts) { return *rc::gen::elementOf(texts); };
    for (int steps = *rc::gen::inRange(1, 30); steps > 0; --steps) {
      const std::string key = std::to_string(*rc::gen::inRange(1, 5));
      const std::string body = "{\"customer\":" + any({"null", "\"a\"", "\"b\""}) +
                               ",\"amount\":" + any({"null", "1", "\"1.0\"", "\"-2.5\""}) +
                               ",\"pieces\":" + any({"0", "1", "7"}) +
                               ",\"paid\":" + any({"true", "true", "false"}) + "}";
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          node.remove("orders", key);
          break;
        case 1:
          node.patch("orders", key, body);
          break;
        case 2:
          node.transact("{\"operations\":[{\"op\":\"delete\",\"collection\":\"orders\",\"id\":" +
                        key + "},{\"op\":\"create\",\"collection\":\"orders\",\"id\":" + key +
                        ",\"item\":" + body + "}]}");
          break;
        default:
          node.put("orders", key, body, {{}, false, true});
      }
      RC_ASSERT(projected(node) == recount(node));
    }
    for (;;) {
      const std::string count = member(node.ask(query::kind::count, "orders").body, "count");
      if (count == "0") {
        break;
      }
      const std::string id = column(node.list("orders", {{"take", "1"}}), "id");
      RC_ASSERT(node.remove("orders", id).status == 204);
    }
    // Nothing is left of rows and extremes when the items are gone.
    RC_ASSERT(node.items_and_what_follows().size() <= 1u);
  }));
}

BOOST_AUTO_TEST_CASE(a_projection_that_is_declared_later_is_counted_from_the_items) {
  service_fixture node(orders);
  service_fixture always(model());
  for (int i = 0; i < 30; ++i) {
    const std::string body = "{\"id\":" + std::to_string(i) + ",\"paid\":true,\"amount\":\"" +
                             std::to_string(i % 4) + "\",\"customer\":\"" +
                             std::string(1, static_cast<char>('a' + i % 3)) + "\"}";
    node.post("orders", body);
    always.post("orders", body);
  }
  const auto repair_all = [&node](const schema& s) {
    for (change_set changes; !backfill(s, node.state(), 7, changes); changes.clear()) {
      node.mutable_state().apply(changes);
    }
  };
  repair_all(always.models());
  BOOST_TEST(rows(always.models(), "sales", node.state()) ==
             rows(always.models(), "sales", always.state()));
  BOOST_TEST(rows(always.models(), "all", node.state()) ==
             rows(always.models(), "all", always.state()));
  repair_all(node.models());
  for (const auto& [key, bytes] : node.items_and_what_follows()) {
    BOOST_TEST((key.front() == 'r' || key.front() == 'n'));
  }
}

// Else the states of two nodes would differ, one of which was restarted with the projection later.
BOOST_AUTO_TEST_CASE(equal_amounts_are_told_alike_whatever_their_digits_and_their_order) {
  const std::string by_amount =
      "[projections.p]\nfrom = \"orders\"\ngroup_by = \"amount\"\n"
      "measures = { n = \"count\", most = \"max(amount)\" }\n";
  for (const auto& [first, second, told] :
       {std::tuple{"0.10", "0.1", "0.10"},
        {"0.1", "0.100", "0.10"},
        {"7", "7.000", "7.00"},
        {"0.1230", "0.123", "0.123"},
        {"999999999999999999", "999999999999999999", "999999999999999999"}}) {
    service_fixture node(std::string(orders) + by_amount);
    node.post("orders", std::string(R"({"id":1,"amount":")") + first + "\"}");
    node.post("orders", std::string(R"({"id":2,"amount":")") + second + "\"}");
    node.remove("orders", "1");
    BOOST_TEST(rows(node.models(), "p", node.state()) ==
               std::string(R"([{"amount":")") + told + R"(","n":1,"most":")" + told + R"("}])");
  }
}

BOOST_AUTO_TEST_CASE(the_two_zeroes_are_told_alike) {
  constexpr std::string_view weighed = R"toml(
[models.things.fields]
id = { type = "integer", primary_key = true, replicate = true }
weight = { type = "number", replicate = true }
[projections.p]
from = "things"
group_by = "weight"
measures = { n = "count", least = "min(weight)" }
)toml";
  service_fixture one{std::string(weighed)}, other{std::string(weighed)};
  for (auto* weight : {"-0.0", "0.0"})
    one.post("things", std::string(R"({"id":)") + (*weight == '-' ? '1' : '2') +
                           ",\"weight\":" + weight + '}');
  for (auto* weight : {"0.0", "-0.0"})
    other.post("things", std::string(R"({"id":)") + (*weight == '-' ? '1' : '2') +
                             ",\"weight\":" + weight + '}');
  BOOST_TEST(rows(one.models(), "p", one.state()) == rows(other.models(), "p", other.state()));
}

BOOST_AUTO_TEST_CASE(wrong_projections_are_named_with_their_place) {
  const std::pair<const char*, const char*> cases[] = {
      {"from = \"nope\"\nmeasures = { n = \"count\" }",
       "t.toml:10:14: projections.p: There is no model \"nope\""},
      {"from = \"orders\"", "t.toml:10:14: projections.p: A projection has 1 to 32 measures."},
      {"from = \"orders\"\nmeasures = { n = \"sum(paid)\" }",
       "t.toml:12:14: projections.p: sum and avg are for"},
      {"from = \"orders\"\nmeasures = { n = \"sum(secret)\" }",
       "t.toml:12:14: projections.p: The model \"orders\" shows no field \"secret\"."},
      {"from = \"orders\"\nmeasures = { n = \"median(amount)\" }",
       "t.toml:12:14: projections.p: A measure is count, sum(f)"},
      {"from = \"orders\"\ngroup_by = [\"id\", \"paid\", \"pieces\"]\nmeasures = { n = \"count\" }",
       "t.toml:10:14: projections.p: A projection groups by at most two fields."},
      {"from = \"orders\"\nwhere = { secret = \"1\" }\nmeasures = { n = \"count\" }",
       "t.toml:10:14: projections.p: The parameter \"secret\" can't be used"},
      {"form = \"orders\"", "t.toml:11:1: projections.p: Unknown word \"form\""},
  };
  for (const auto& [text, expected] : cases) {
    const auto made =
        parse_model_text(std::string(orders) + "\n[projections.p]\n" + text + "\n", "t.toml");
    BOOST_REQUIRE(!made.has_value());
    const std::string first = to_string(made.error().front());
    BOOST_TEST(first.starts_with(expected), first);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace projection_test
}  // namespace lithair::models
