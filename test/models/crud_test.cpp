#include <boost/test/unit_test.hpp>

#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace crud_test {

namespace {

constexpr std::string_view shop = R"(
[models.products.fields]
id      = { type = "uuid", primary_key = true, replicate = true }
name    = { type = "string", unique = true, replicate = true, validate = { min_length = 1, max_length = 20 } }
price   = { type = "money", replicate = true, validate = { min = "0.01" } }
stock   = { type = "integer", replicate = true, default = 0, validate = { min = 0 } }
state   = { type = "enum", values = ["draft", "live"], replicate = true, default = "draft" }
maker   = { type = "string", replicate = true, optional = true, immutable = true }
secret  = { type = "string", replicate = true, optional = true, expose = false }
weight  = { type = "number", replicate = true, optional = true }
on_sale = { type = "bool", replicate = true, optional = true }
since   = { type = "timestamp", replicate = true, optional = true }
)";

constexpr auto key_a = "01900000-0000-7000-8000-00000000000a";

struct shop_fixture : service_fixture {
  shop_fixture() : service_fixture(shop) {}

  void create_a() {
    const auto made = post(
        "products", R"({"id":"01900000-0000-7000-8000-00000000000a","name":"tea","price":"2.50"})");
    BOOST_REQUIRE_EQUAL(made.status, 201);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(crud, shop_fixture)

BOOST_AUTO_TEST_CASE(creating_gives_the_item_with_its_defaults_and_a_made_key) {
  const auto made = post("products", R"({"name":"tea","price":"2.50"})");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.version == 1u);
  BOOST_TEST(member(made.body, "stock") == "0");
  BOOST_TEST(member(made.body, "state") == "\"draft\"");
  BOOST_TEST(member(made.body, "price") == "\"2.50\"");
  BOOST_TEST(member(made.body, "maker") == "");
  BOOST_TEST(member(made.body, "id") == '"' + made.location + '"');
  const auto read = get("products", made.location);
  BOOST_TEST(read.status == 200);
  BOOST_TEST(read.body == made.body);
  BOOST_TEST(read.version == 1u);
}

BOOST_AUTO_TEST_CASE(a_key_or_a_unique_value_is_taken_once) {
  create_a();
  const auto same_key =
      post("products", R"({"id":"01900000-0000-7000-8000-00000000000A","name":"x","price":"1"})");
  BOOST_TEST(same_key.status == 409);
  BOOST_TEST(errors_in(same_key) == "id:exists");
  const auto same_name = post("products", R"({"name":"tea","price":"1"})");
  BOOST_TEST(same_name.status == 409);
  BOOST_TEST(errors_in(same_name) == "name:unique");
  BOOST_TEST(patch("products", key_a, R"({"name":"coffee"})").status == 200);
  BOOST_TEST(post("products", R"({"name":"tea","price":"1"})").status == 201);
  BOOST_TEST(patch("products", key_a, R"({"name":"tea"})").status == 409);
  BOOST_TEST(remove("products", key_a).status == 204);
  BOOST_TEST(post("products", R"({"name":"coffee","price":"1"})").status == 201);
}

BOOST_AUTO_TEST_CASE(replacing_returns_what_it_omits_to_the_default_or_removes_it) {
  create_a();
  patch("products", key_a, R"({"stock":7,"secret":"s","weight":1.5,"state":"live"})");
  const auto made = put("products", key_a, R"({"name":"tea","price":"3"})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(made.body == R"({"id":"01900000-0000-7000-8000-00000000000a","name":"tea",)"
                          R"("price":"3","stock":0,"state":"draft"})");
}

BOOST_AUTO_TEST_CASE(immutable_fields_stay_when_omitted_and_refuse_a_change) {
  post("products", R"({"id":"01900000-0000-7000-8000-00000000000a","name":"tea","price":"1",)"
                   R"("maker":"m"})");
  BOOST_TEST(member(put("products", key_a, R"({"name":"tea","price":"2"})").body, "maker") ==
             "\"m\"");
  BOOST_TEST(put("products", key_a, R"({"name":"tea","price":"2","maker":"m"})").status == 200);
  BOOST_TEST(put("products", key_a, R"({"name":"tea","price":"2","maker":null})").status == 200);
  const auto changed = put("products", key_a, R"({"name":"tea","price":"2","maker":"n"})");
  BOOST_TEST(changed.status == 422);
  BOOST_TEST(errors_in(changed) == "maker:immutable");
  BOOST_TEST(errors_in(patch("products", key_a, R"({"maker":"n"})")) == "maker:immutable");
  BOOST_TEST(errors_in(patch("products", key_a, R"({"maker":null})")) == "maker:immutable");
  BOOST_TEST(patch("products", key_a, R"({"maker":"m"})").status == 200);
  BOOST_TEST(
      errors_in(patch("products", key_a, R"({"id":"01900000-0000-7000-8000-00000000000b"})")) ==
      "id:immutable");
}

BOOST_AUTO_TEST_CASE(patching_changes_only_what_it_names_and_null_removes) {
  create_a();
  const auto made = patch("products", key_a, R"({"weight":2,"stock":3})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(member(made.body, "weight") == "2");
  BOOST_TEST(member(made.body, "name") == "\"tea\"");
  BOOST_TEST(made.version == 2u);
  const auto less = patch("products", key_a, R"({"weight":null,"stock":null})");
  BOOST_TEST(member(less.body, "weight") == "");
  BOOST_TEST(member(less.body, "stock") == "0");
  BOOST_TEST(errors_in(patch("products", key_a, R"({"name":null})")) == "name:required");
}

BOOST_AUTO_TEST_CASE(absent_items_are_404_or_412_when_a_version_is_asked_for) {
  BOOST_TEST(get("products", key_a).status == 404);
  BOOST_TEST(get("products", "nonsense").status == 404);
  for (const auto* key : {key_a, "nonsense"}) {
    BOOST_TEST(put("products", key, R"({"name":"a","price":"1"})").status == 404);
    BOOST_TEST(patch("products", key, "{}").status == 404);
    BOOST_TEST(remove("products", key).status == 404);
    BOOST_TEST(put("products", key, R"({"name":"a","price":"1"})", {{1}, false, false}).status ==
               412);
    BOOST_TEST(patch("products", key, "{}", {{}, true, false}).status == 412);
    BOOST_TEST(remove("products", key, {{1}, false, false}).status == 412);
  }
}

BOOST_AUTO_TEST_CASE(versions_must_match_when_asked_for) {
  create_a();
  BOOST_TEST(patch("products", key_a, R"({"stock":1})", {{7, 1}, false, false}).status == 200);
  BOOST_TEST(patch("products", key_a, R"({"stock":1})", {{1}, false, false}).status == 412);
  BOOST_TEST(patch("products", key_a, R"({"stock":2})", {{}, true, false}).status == 200);
  BOOST_TEST(remove("products", key_a, {{1, 2}, false, false}).status == 412);
  BOOST_TEST(put("products", key_a, R"({"name":"a","price":"1"})", {{}, false, true}).status ==
             412);
  BOOST_TEST(post("products", R"({"name":"b","price":"1"})", {{}, true, false}).status == 412);
}

BOOST_AUTO_TEST_CASE(a_replace_that_may_create_does) {
  const auto made = put("products", key_a, R"({"name":"tea","price":"1"})", {{}, false, true});
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.location == key_a);
  BOOST_TEST(get("products", key_a).body == made.body);
  BOOST_TEST(put("products", "nonsense", R"({"name":"b","price":"1"})", {{}, false, true}).status ==
             422);
}

BOOST_AUTO_TEST_CASE(hidden_fields_are_written_and_never_seen) {
  create_a();
  const auto made = patch("products", key_a, R"({"secret":"xyzzy"})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(made.body.find("secret") == std::string::npos);
  BOOST_TEST(get("products", key_a).body.find("xyzzy") == std::string::npos);
  BOOST_TEST(list("products").body.find("xyzzy") == std::string::npos);
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"secret", "xyzzy"}, {"sort", "secret"}, {"fields", "secret"}}) {
    const auto refused = list("products", {{name, text}});
    BOOST_TEST(refused.status == 400);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace crud_test
}  // namespace lithair::models
