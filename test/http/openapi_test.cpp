#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "http/ecma_pattern.hpp"
#include "http/openapi.hpp"
#include "http/operations.hpp"
#include "http/router.hpp"
#include "models/declaration/model_file.hpp"
#include "models/query/query.hpp"

namespace openapi_test {

using namespace lithair;
using namespace lithair::http;
namespace json = boost::json;

namespace {

constexpr std::string_view models_text = R"toml(
[models.products.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
name  = { type = "string", optional = true, unique = true, replicate = true }
price = { type = "money", default = "1.00", replicate = true, track_history = true }
stock = { type = "integer", default = 0, replicate = true }

[models.orders]
path = "/api/shop/v1/orders"
[models.orders.fields]
id = { type = "uuid", primary_key = true, immutable = true, replicate = true }
words = { type = "list<string>", optional = true, replicate = true, validate = { max_length = 3 } }
note  = { type = "string", optional = true, replicate = true, validate = { max_length = 5 } }
photo = { type = "bytes", optional = true, replicate = true, validate = { max_length = 9 } }

[projections.by_name]
from     = "products"
group_by = ["name"]
measures = { total = "sum(stock)" }
)toml";

struct described {
  models::schema schema;
  json::value api;

  described() : schema(read()), api(parse(openapi_text(schema))) {}

  static models::schema read() {
    auto result = models::parse_model_text(models_text, "test.toml");
    if (!result) BOOST_FAIL(to_string(result.error().front()));
    return std::move(*result);
  }
  static json::value parse(const std::string& text) {
    return json::parse(json::string_view{text.data(), text.size()});
  }
  const json::object& paths() const { return api.at("paths").as_object(); }

  /// Calls `what` with every object in the description.
  static void walk(const json::value& x, const std::function<void(const json::object&)>& what) {
    if (const auto* array = x.if_array())
      for (const auto& each : *array) walk(each, what);
    const auto* object = x.if_object();
    if (object == nullptr) return;
    what(*object);
    for (const auto& each : *object) walk(each.value(), what);
  }

  void each_operation(const std::function<void(const std::string& path, method verb,
                                               const json::object&)>& what) const {
    const std::pair<std::string_view, method> verbs[] = {{"get", method::get},
                                                         {"post", method::post},
                                                         {"put", method::put},
                                                         {"patch", method::patch},
                                                         {"delete", method::remove}};
    for (const auto& [path, item] : paths())
      for (const auto& [name, verb] : verbs)
        if (const auto* found = item.as_object().if_contains(name))
          what(std::string{path}, verb, found->as_object());
  }
};

/// The path with something in the place of each parameter.
std::string filled(std::string path) {
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{'))
    path.replace(at, path.find('}') - at + 1, "7");
  return path;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_FIXTURE_TEST_CASE(every_reference_leads_somewhere, described) {
  std::size_t count = 0;
  walk(api, [&](const json::object& x) {
    const auto* ref = x.if_contains("$ref");
    if (ref == nullptr) return;
    ++count;
    const std::string target{ref->as_string()};
    BOOST_REQUIRE_MESSAGE(target.starts_with("#/"), target);
    boost::system::error_code error;
    BOOST_TEST((api.find_pointer(target.substr(1), error) != nullptr), target);
  });
  BOOST_TEST(count > 50u);
}

BOOST_FIXTURE_TEST_CASE(every_route_is_described_with_all_its_methods_and_nothing_else_is,
                        described) {
  const router routes{schema};
  std::map<endpoint, method_set> seen;
  std::map<std::string, method_set> by_path;
  each_operation([&](const std::string& path, method verb, const json::object&) {
    const auto what = routes.match(filled(path)).what;
    BOOST_TEST(contains(methods_of(what), verb), path);
    seen[what] = static_cast<method_set>(seen[what] | set_of(verb));
    by_path[path] = static_cast<method_set>(by_path[path] | set_of(verb));
  });
  for (const auto& [path, methods] : by_path)
    BOOST_TEST(int{methods} == int{methods_of(routes.match(filled(path)).what)}, path);
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    const auto what = static_cast<endpoint>(i);
    if (methods_of(what) == 0) continue;
    BOOST_TEST(int{seen[what]} == int{methods_of(what)}, name_of(what));
  }
}

BOOST_FIXTURE_TEST_CASE(every_operation_is_named_once_and_tells_its_answers, described) {
  std::set<std::string> ids;
  each_operation([&](const std::string& path, method, const json::object& x) {
    BOOST_TEST(ids.insert(std::string{x.at("operationId").as_string()}).second, path);
    BOOST_TEST(!x.at("summary").as_string().empty(), path);
    BOOST_TEST(x.at("tags").as_array().size() == 1u, path);
    const auto& responses = x.at("responses").as_object();
    for (const auto status : usual_problems())
      BOOST_TEST(responses.contains(std::to_string(status)), path << " lacks " << status);
    // Each by its number: what is not declared is not answered.
    BOOST_TEST(!responses.contains("default"), path);
    BOOST_TEST(std::ranges::any_of(responses, [](const auto& each) { return each.key() < "400"; }),
               path);
  });
}

BOOST_FIXTURE_TEST_CASE(every_collection_says_where_it_is_and_what_it_keeps, described) {
  std::map<std::string, json::value> said;
  for (const auto& tag : api.at("tags").as_array())
    if (const auto* one = tag.as_object().if_contains("x-collection"))
      said[std::string{tag.at("name").as_string()}] = *one;
  const auto facts = [](std::string_view path, bool tracked) {
    return json::value{{"path", path}, {"key", "id"}, {"local", false}, {"tracked", tracked}};
  };
  BOOST_TEST(said.size() == 2u);
  BOOST_TEST(said.at("products") == facts("/api/products", true));
  BOOST_TEST(said.at("orders") == facts("/api/shop/v1/orders", false));
}

BOOST_FIXTURE_TEST_CASE(every_parameter_of_a_path_is_described_and_required, described) {
  for (const auto& [path, item] : paths()) {
    std::set<std::string> described_ones;
    const auto* all = item.as_object().if_contains("parameters");
    if (all != nullptr)
      for (const auto& each : all->as_array()) {
        const auto* ref = each.as_object().if_contains("$ref");
        const auto& x =
            ref == nullptr ? each : api.at_pointer(std::string{ref->as_string()}.substr(1));
        BOOST_TEST(x.at("required").as_bool(), path);
        described_ones.insert('{' + std::string{x.at("name").as_string()} + '}');
      }
    const std::string text{path};
    for (const auto& each : described_ones) BOOST_TEST(text.find(each) != std::string::npos, text);
    BOOST_TEST(described_ones.size() == static_cast<std::size_t>(std::ranges::count(text, '{')),
               text);
  }
}

BOOST_FIXTURE_TEST_CASE(every_query_parameter_that_is_described_is_taken, described) {
  const auto& products = *schema.find("products");
  const auto takes = [&](const std::string& path, const auto& parse) {
    std::size_t tried = 0;
    for (const auto& each : paths().at(path).at("get").at("parameters").as_array()) {
      const auto& about = each.as_object();
      // Headers are described elsewhere; a position is only what a page gave out.
      if (!about.contains("name") || about.at("in") != "query" || about.at("name") == "after")
        continue;
      const std::string name{about.at("name").as_string()};
      const auto* declared = about.at("schema").as_object().if_contains("type");
      const auto type = declared == nullptr ? json::string("filter") : declared->as_string();
      // A level of consistency is for the server, and never reaches the models.
      if (name == "consistency") continue;
      const auto* value = type == "integer"                    ? "1"
                          : type == "boolean"                  ? "true"
                          : name == "price" || name == "stock" ? "1"
                                                               : "name";
      const std::vector<std::pair<std::string, std::string>> asked{{name, value}};
      BOOST_TEST(parse(asked).has_value(), path << " takes no " << name);
      ++tried;
    }
    BOOST_TEST(tried > 2u);
  };
  using enum models::query::kind;
  takes("/api/products", [&](const auto& x) { return models::parse_query(products, list, x); });
  takes("/api/products/count",
        [&](const auto& x) { return models::parse_query(products, count, x); });
  takes("/api/projections/by_name",
        [&](const auto& x) { return models::projection_query(schema, "by_name", x); });
}

BOOST_FIXTURE_TEST_CASE(a_count_takes_no_parameter_of_a_list_and_a_history_its_own, described) {
  const auto names_of = [&](const std::string& path) {
    std::set<std::string> made;
    for (const auto& each : paths().at(path).at("get").at("parameters").as_array())
      made.emplace(each.at("name").as_string());
    return made;
  };
  for (const auto* each : {"skip", "take", "sort", "fields", "after", "total", "explain"}) {
    BOOST_TEST(names_of("/api/products").contains(each), each);
    BOOST_TEST(!names_of("/api/products/count").contains(each), each);
  }
  BOOST_TEST(names_of("/api/products/{id}").contains("as_of"));
  for (const auto* each : {"take", "after", "verify"})
    BOOST_TEST(names_of("/api/products/{id}/history").contains(each), each);
  // Nothing is tracked of these, so nothing is told of their past.
  BOOST_TEST(!names_of("/api/shop/v1/orders/{id}").contains("as_of"));
  BOOST_TEST(!paths().contains("/api/shop/v1/orders/{id}/history"));
}

BOOST_FIXTURE_TEST_CASE(bodies_have_types_for_each_way_of_writing, described) {
  const auto& schemas = api.at("components").at("schemas").as_object();
  const auto& patch = schemas.at("orders.patch").at("properties");
  const json::value text_or_null{"string", "null"};
  BOOST_TEST(patch.at("note").at("type") == text_or_null);
  BOOST_TEST(patch.at("photo").at("contentEncoding") == "base64");
  BOOST_TEST(patch.at("words").at("items").at("type") == "string");
  // What must be there can't be taken away, and a patch names nothing that it must have.
  BOOST_TEST(schemas.at("products.patch").at("properties").at("id").at("type") == "string");
  BOOST_TEST(!schemas.at("products.patch").as_object().contains("required"));
  BOOST_TEST(schemas.at("products.create").at("required") == json::value(json::array{"id"}));
  BOOST_TEST(!schemas.at("products.replace").as_object().contains("required"));
}

// Of forms and tables: what JSON Schema can't say. What is hidden is hidden here, too.
BOOST_AUTO_TEST_CASE(what_was_declared_of_each_field_is_told_but_for_hidden_ones) {
  const auto schema = models::parse_model_text(R"toml(
[models.orders.access]
read = "role(staff) or customer = @user.id"
items_per = 10
per = "customer"
[models.orders.fields]
id       = { type = "uuid", primary_key = true, replicate = true }
customer = { type = "string", indexed = true, replicate = true, track_history = true }
product  = { type = "string", references = "products", on_delete = "cascade", replicate = true }
sold     = { type = "integer", default = 7, merge = "add", replicate = true, validate = { min = -9223372036854775807 } }
secret   = { type = "string", optional = true, expose = false, replicate = true }
[models.products.fields]
id    = { type = "string", primary_key = true, replicate = true }
words = { type = "list<enum>", values = ["a", "b"], optional = true, replicate = true }
)toml",
                                               "test.toml");
  BOOST_REQUIRE(schema.has_value());
  const auto text = openapi_text(*schema);
  BOOST_TEST(text.find("secret") == std::string::npos);
  const auto api = described::parse(text);
  const auto& all = api.at("x-models").as_array();
  BOOST_REQUIRE(all.size() == 2u);
  const auto& orders = all[all[0].at("name").as_string() == "orders" ? 0 : 1];
  const auto expected = described::parse(R"json(
{"name": "orders", "path": "/api/orders", "key": "id", "history": true, "fields": [
  {"name": "id", "type": "uuid", "primary_key": true, "immutable": true, "replicate": true},
  {"name": "customer", "type": "string", "indexed": true, "required": true, "replicate": true, "track_history": true},
  {"name": "product", "type": "string", "indexed": true, "required": true, "replicate": true, "references": "products", "on_delete": "cascade"},
  {"name": "sold", "type": "integer", "replicate": true, "merge": "add", "default": 7, "validate": {"min": "-9223372036854775807"}}],
 "access": {"read": "role(staff) or customer = @user.id", "items_per": 10, "per": "customer"}})json");
  BOOST_TEST(orders == expected, json::serialize(orders));
  const auto& words = all[&orders == &all[0] ? 1 : 0].at("fields").at(1);
  BOOST_TEST(words == described::parse(R"json({"name": "words", "type": "list", "element": "enum",
      "values": ["a", "b"], "optional": true, "replicate": true})json"),
             json::serialize(words));
}

BOOST_AUTO_TEST_CASE(a_pattern_of_re2_is_told_in_the_words_of_ecma_262_or_not_at_all) {
  const std::pair<std::string_view, std::optional<std::string_view>> table[] = {
      {"^[A-Z]{2}-\\d+$", "^[A-Z]{2}-\\d+$"},
      {"a.b", "a[^\\n]b"},
      {"[.]", "[.]"},
      {"\\s", "[\\t\\n\\f\\r ]"},
      {"[\\s-]", "[\\t\\n\\f\\r -]"},
      {"\\@", "@"},
      {"(?:ab)?", "(?:ab)?"},
      {"(?i)ab", std::nullopt},
      {"(?P<word>ab)", std::nullopt},
      {"\\pL", std::nullopt},
      {"\\Aab\\z", std::nullopt},
      {"[[:alpha:]]", std::nullopt},
      {"[]a]", std::nullopt},
      {"a{", std::nullopt},
      {"a{2,}", "a{2,}"},
      {"a]", std::nullopt},
      {"[\\w-.]", std::nullopt},
  };
  for (const auto& [from, to] : table) BOOST_TEST((ecma_pattern(from) == to), from);
}

BOOST_FIXTURE_TEST_CASE(lengths_are_told_in_the_words_of_the_type, described) {
  const auto& order = api.at("components").at("schemas").at("orders").at("properties");
  BOOST_TEST(order.at("words").at("maxItems") == 3);
  BOOST_TEST(order.at("note").at("maxLength") == 5);
  BOOST_TEST(!order.at("photo").as_object().contains("maxLength"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace openapi_test
