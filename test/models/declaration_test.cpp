#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/declaration/model_file.hpp"
#include "models/model.hpp"
#include "test/models/service_fixture.hpp"

namespace {

enum class order_status { draft, paid };
BOOST_DESCRIBE_ENUM(order_status, draft, paid)

struct order {
  lithair::uuid id;
  std::string customer;
  lithair::money amount;
  order_status status = order_status::draft;
  std::optional<double> weight;
  std::int64_t stock = 0;
  bool gift = false;
  lithair::timestamp placed;
  std::string secret;
};

}  // namespace

template <>
struct lithair::model<order> : lithair::attributes {
  static constexpr auto declaration =
      declare("orders", field<&order::id>("id", primary_key, immutable, expose, replicate),
              field<&order::customer>("customer", unique, expose, replicate, min_length(1),
                                      max_length(80), pattern("^[a-z]"), format("email")),
              field<&order::amount>("amount", replicate, min("0.01"), default_value("1.00")),
              field<&order::status>("status", replicate, default_value("draft")),
              field<&order::weight>("weight", replicate, max(12.5)),
              field<&order::stock>("stock", replicate, min(0), one_of("0", "1", "2")),
              field<&order::gift>("gift", replicate, default_value(true)),
              field<&order::placed>("placed", replicate, immutable),
              field<&order::secret>("secret", replicate, hidden, optional));
};

namespace lithair::models {

namespace {

constexpr std::string_view orders_toml = R"(
[models.orders.fields]
secret   = { type = "string", replicate = true, expose = false, optional = true }
id       = { type = "uuid", primary_key = true, immutable = true, expose = true, replicate = true }
customer = { type = "string", unique = true, replicate = true, validate = { min_length = 1, max_length = 80, pattern = "^[a-z]", format = "email" } }
amount   = { type = "money", replicate = true, validate = { min = "0.01" }, default = "1.00" }
status   = { type = "enum", values = ["draft", "paid"], replicate = true, default = "draft" }
weight   = { type = "number", replicate = true, optional = true, validate = { max = 12.5 } }
stock    = { type = "integer", replicate = true, validate = { min = 0, one_of = [0, 1, 2] } }
gift     = { type = "bool", replicate = true, default = true }
placed   = { type = "timestamp", replicate = true, immutable = true }
)";

struct wrong_text {
  std::string_view fields;  ///< of the model "m", the first on line 2; the key is added on the last
  std::string_view expected;  ///< the beginning of the first error
};

std::ostream& operator<<(std::ostream& out, const wrong_text& x) { return out << x.fields; }

const wrong_text wrong_fields[] = {
    {"x = { type = \"strin\", replicate = true }",
     "t.toml:2:7: m.x: Unknown type \"strin\"; the types are bool, integer"},
    {"x = { replicate = true }", "t.toml:2:1: m.x: The field needs a type"},
    {"x = { type = \"string\", replicate = true, shiny = true }",
     "t.toml:2:42: m.x: Unknown attribute \"shiny\""},
    {"x = { type = \"string\", replicate = true, validate = { longest = 3 } }",
     "t.toml:2:55: m.x: Unknown attribute \"validate.longest\""},
    {"x = { type = \"list<list<bool>>\", replicate = true }", "t.toml:2:7: m.x: Unknown type"},
    {"x = { type = \"list<json>\", replicate = true }", "t.toml:2:7: m.x: Unknown type"},
    {"x = { type = \"json\", replicate = true, indexed = true }",
     "t.toml:2:1: m.x: A json or list field is neither unique nor indexed."},
    {"x = { type = \"uuid\", replicate = true, references = \"n\" }",
     "t.toml:2:1: m.x: There is no model \"n\" to refer to."},
    {"x = { type = \"string\", replicate = true, references = \"m\" }",
     "t.toml:2:1: m.x: The field and the key of \"m\" are not of the same type."},
    {"x = { type = \"uuid\", replicate = true, on_delete = \"cascade\" }",
     "t.toml:2:1: m.x: on_delete needs references."},
    {"x = { type = \"uuid\", replicate = true, references = \"m\", on_delete = \"forget\" }",
     "t.toml:2:58: m.x: on_delete is "},
    {"x = { type = \"uuid\", replicate = true, references = \"m\", on_delete = \"set_null\" }",
     "t.toml:2:1: m.x: A reference with on_delete = \"set_null\" is optional"},
    {"x = { type = \"uuid\", replicate = true, optional = true, references = \"m\", on_delete = "
     "\"set_null\", default = \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\" }",
     "t.toml:2:1: m.x: A reference with on_delete = \"set_null\" has no default."},
    {"x = { type = \"string\", replicate = true, merge = \"add\" }",
     "t.toml:2:42: m.x: Fields of this type can't combine by \"add\"."},
    {"x = { type = \"list<integer>\", replicate = true, default = [1, \"a\"] }",
     "t.toml:2:49: m.x: default must be a list; each element an integer"},
    {"x = { type = \"string\" }", "t.toml:2:1: m.x: A field without replicate is optional"},
    {"x = { type = \"bool\", replicate = true, validate = { min = 1 } }",
     "t.toml:2:53: m.x: validate.min is for"},
    {"x = { type = \"integer\", replicate = true, validate = { min = 1.5 } }",
     "t.toml:2:56: m.x: validate.min must be an integer"},
    {"x = { type = \"integer\", replicate = true, validate = { min = 3, max = 1 } }",
     "t.toml:2:1: m.x: validate.min is above"},
    {"x = { type = \"money\", replicate = true, default = 0.5 }",
     "t.toml:2:41: m.x: default must be an exact amount"},
    {"x = { type = \"integer\", replicate = true, default = 1, validate = { min = 2 } }",
     "t.toml:2:43: m.x: The default breaks a rule of the field: Must be at least 2."},
    {"x = { type = \"string\", replicate = true, validate = { pattern = \"(\" } }",
     "t.toml:2:55: m.x: The pattern is no regular expression"},
    {"x = { type = \"string\", replicate = true, validate = { format = \"ipv4\" } }",
     "t.toml:2:55: m.x: The formats are email, url and uuid."},
    {"x = { type = \"enum\", replicate = true }", "t.toml:2:7: m.x: An enum needs its values"},
    {"x = { type = \"enum\", values = [\"a\", \"a\"], replicate = true }",
     "t.toml:2:22: m.x: The value \"a\" is there twice."},
    {"x = { type = \"string\", values = [\"a\"], replicate = true }",
     "t.toml:2:24: m.x: Only an enum has values"},
    {"x = { type = \"string\", replicate = \"yes\" }",
     "t.toml:2:24: m.x: replicate is true or false"},
    {"x = { type = \"string\", replicate = true, unique = 1 }",
     "t.toml:2:42: m.x: unique is true or false."},
    {"x = { type = \"uuid\", replicate = true, primary_key = true }",
     "t.toml:1:9: m: More than one field has primary_key = true."},
    {"skip = { type = \"integer\", replicate = true }", "t.toml:2:1: m.skip: This name is taken"},
    {"\"a b\" = { type = \"integer\", replicate = true }", "t.toml:2:1: m.a b: A field's name"},
    {"x = 3", "t.toml:2:1: m.x: A field is a table"},
    {"x = { type = \"string\", replicate = true, replicate = true }", "t.toml:2:"},
    {"x = { type = \"string\", replicate = true, default = 1979-05-27 }",
     "t.toml:2:42: m.x: default can't have such a value"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(declarations)

BOOST_AUTO_TEST_CASE(both_faces_give_the_same_schema) {
  const auto from_code = schema_of<order>();
  BOOST_REQUIRE(from_code.has_value());
  const auto from_file = schema_from(orders_toml);
  BOOST_TEST(from_code->fingerprint() == from_file.fingerprint());
  BOOST_TEST(from_code->find("orders")->key().name == "id");
  BOOST_TEST(from_file.find("orders")->fields.front().name == "secret");
}

BOOST_AUTO_TEST_CASE(anything_that_changes_the_meaning_changes_the_fingerprint) {
  const std::string text(orders_toml);
  const auto before = schema_from(text).fingerprint();
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"12.5", "12.6"},
                                                        {"\"^[a-z]\"", "\"^[a-y]\""},
                                                        {"\"paid\"]", "\"sent\"]"},
                                                        {"default = true", "default = false"},
                                                        {"optional = true, validate", "validate"},
                                                        {"unique = true", "unique = false"},
                                                        {"expose = false", "expose = true"},
                                                        {"models.orders", "models.others"},
                                                        {"gift ", "gifts "}}) {
    std::string changed = text;
    BOOST_REQUIRE(changed.find(from) != std::string::npos);
    changed.replace(changed.find(from), from.size(), to);
    BOOST_TEST(schema_from(changed).fingerprint() != before, from);
  }
}

BOOST_DATA_TEST_CASE(a_wrong_word_is_named_with_its_place,
                     boost::unit_test::data::make(wrong_fields), sample) {
  const std::string text = "[models.m.fields]\n" + std::string(sample.fields) +
                           "\nid = { type = \"uuid\", primary_key = true, replicate = true }\n";
  const auto made = parse_model_text(text, "t.toml");
  BOOST_REQUIRE(!made.has_value());
  const std::string first = to_string(made.error().front());
  BOOST_TEST(first.starts_with(sample.expected), first);
}

BOOST_AUTO_TEST_CASE(several_errors_are_told_at_once_in_their_order) {
  const auto made = parse_model_text(R"([models.a.fields]
id = { type = "bool", primary_key = true, replicate = true }
x  = { type = "no", replicate = true }
y  = { type = "string", replicate = true, wrong = 1 }
[models.b.fields]
z  = { type = "string", replicate = true }
)",
                                     "t.toml");
  BOOST_REQUIRE(!made.has_value());
  std::string places;
  for (const auto& error : made.error()) {
    places += std::to_string(error.where.line) + ':' + error.subject + ' ';
  }
  BOOST_TEST(places == "2:a.id 3:a.x 4:a.y 5:b ");
}

BOOST_AUTO_TEST_CASE(files_that_are_no_model_files_say_so) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "t.toml: The file declares no model"},
      {"[models]", "t.toml: The file declares no model"},
      {"title = 1", "t.toml:1:1: Unknown word \"title\""},
      {"[models.m]", "t.toml:1:9: m: The model has no fields."},
      {"[models.m]\nfeilds = {}", "t.toml:2:1: m: Unknown word \"feilds\""},
      {"[models.m\n", "t.toml:1:10: "},
      // What no key has without quotes, of each part of Unicode that a parser may tell apart.
      {"\u03ac = 1", "t.toml:1:1: "},
      {"[models.m]\n\u0436 = 1", "t.toml:2:1: "},
      {"[models.m.fields]\nid =\u00a0{}", "t.toml:2:5: "},
      {"[models.\"m m\".fields]\nid = { type = \"uuid\", primary_key = true, replicate = true }",
       "t.toml:1:9: m m: A model's name"},
      {"[models.m]\npath = \"/m\"\n[models.m.fields]\nid = { type = \"uuid\", primary_key = true, "
       "replicate = true }",
       "t.toml:1:9: m: A path begins with /api/"},
  };
  for (const auto& [text, expected] : cases) {
    const auto made = parse_model_text(text, "t.toml");
    BOOST_REQUIRE(!made.has_value());
    const std::string first = to_string(made.error().front());
    BOOST_TEST(first.starts_with(expected), first);
  }
  const auto missing = load_model_file("/nonexistent/shop.toml");
  BOOST_REQUIRE(!missing.has_value());
  BOOST_TEST(to_string(missing.error().front()) ==
             "/nonexistent/shop.toml: The model file can't be read.");
}

BOOST_AUTO_TEST_CASE(collections_are_found_by_name_id_and_path) {
  const auto s = schema_from(R"(
[models.a.fields]
id = { type = "uuid", primary_key = true, replicate = true }
[models.b]
path = "/api/v2/b"
[models.b.fields]
id = { type = "integer", primary_key = true, replicate = true }
)");
  BOOST_TEST(s.find("a")->path == "/api/a");
  BOOST_TEST(s.find_by_path("/api/v2/b")->name == "b");
  BOOST_TEST(s.find(stable_id("b"))->name == "b");
  BOOST_TEST(s.find("c") == nullptr);
  BOOST_TEST(s.find_by_path("/api/b") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithair::models
