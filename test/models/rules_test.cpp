#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/derived/feed.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace rules_test {

namespace {

/// One field `x` of this description, one JSON value for it, and what a POST of it gives: the JSON
/// that is rendered back, or the code of the error.
struct sample_value {
  const char* field;
  std::string json;
  std::string expected;
};

std::ostream& operator<<(std::ostream& out, const sample_value& x) {
  return out << x.field << " <- " << x.json.substr(0, 60);
}

std::string quoted(std::string_view piece, std::size_t times) {
  std::string made = "\"";
  for (std::size_t i = 0; i < times; ++i) {
    made += piece;
  }
  return made + '"';
}

const sample_value samples[] = {
    {"type = \"bool\"", "true", "true"},
    {"type = \"bool\"", "1", "type"},
    {"type = \"bool\"", "\"true\"", "type"},
    {"type = \"bool\"", "null", "required"},
    {"type = \"bool\", optional = true", "null", ""},
    {"type = \"bool\", default = true", "null", "true"},
    {"type = \"integer\"", "9223372036854775807", "9223372036854775807"},
    {"type = \"integer\"", "-9223372036854775808", "-9223372036854775808"},
    {"type = \"integer\"", "9007199254740993", "9007199254740993"},
    {"type = \"integer\"", "9223372036854775808", "type"},
    {"type = \"integer\"", "1e400", "type"},
    {"type = \"integer\"", "-0", "0"},
    {"type = \"integer\"", "1.0", "1"},
    {"type = \"integer\"", "1.5", "type"},
    {"type = \"integer\"", "\"1\"", "type"},
    {"type = \"integer\"", "[1]", "type"},
    {"type = \"integer\", validate = { min = 2, max = 4 }", "2", "2"},
    {"type = \"integer\", validate = { min = 2, max = 4 }", "1", "min"},
    {"type = \"integer\", validate = { min = 2, max = 4 }", "5", "max"},
    {"type = \"integer\", validate = { one_of = [2, 4] }", "4", "4"},
    {"type = \"integer\", validate = { one_of = [2, 4] }", "3", "one_of"},
    {"type = \"number\"", "0.1", "0.1"},
    {"type = \"number\"", "-0", "-0"},
    {"type = \"number\"", "1e308", "1e+308"},
    {"type = \"number\"", "1e400", "type"},
    {"type = \"number\"", "\"NaN\"", "type"},
    {"type = \"number\", validate = { min = 0.5 }", "0.25", "min"},
    {"type = \"number\", validate = { max = 1 }", "1.0000001", "max"},
    {"type = \"string\"", "\"\"", "\"\""},
    {"type = \"string\"", "\"a\\u0000b\"", "\"a\\u0000b\""},
    {"type = \"string\"", "\"\\ud83d\\ude00\\/\"", "\"\xf0\x9f\x98\x80/\""},
    {"type = \"string\"", "7", "type"},
    {"type = \"string\"", "{}", "type"},
    {"type = \"string\", validate = { min_length = 2, max_length = 3 }", "\"\xc3\xa9\"",
     "min_length"},
    {"type = \"string\", validate = { min_length = 2, max_length = 3 }", quoted("\xc3\xa9", 3),
     quoted("\xc3\xa9", 3)},
    {"type = \"string\", validate = { min_length = 2, max_length = 3 }", quoted("\xc3\xa9", 4),
     "max_length"},
    {"type = \"string\", validate = { pattern = \"b+\" }", "\"abba\"", "\"abba\""},
    {"type = \"string\", validate = { pattern = \"^b+$\" }", "\"abba\"", "pattern"},
    {"type = \"string\", validate = { pattern = \"^(a+)+$\" }", quoted("a", 5000),
     quoted("a", 5000)},
    {"type = \"string\", validate = { pattern = \"^(a+)+$\" }", quoted("a", 5000).insert(5000, "b"),
     "pattern"},
    {"type = \"string\", validate = { one_of = [\"a\", \"b\"] }", "\"c\"", "one_of"},
    {"type = \"string\", validate = { format = \"email\" }", "\"a.b+c@d-e.org\"",
     "\"a.b+c@d-e.org\""},
    {"type = \"string\", validate = { format = \"email\" }", "\"a@b@c\"", "format"},
    {"type = \"string\", validate = { format = \"email\" }", "\"@b.c\"", "format"},
    {"type = \"string\", validate = { format = \"email\" }", "\"a..b@c.d\"", "format"},
    {"type = \"string\", validate = { format = \"email\" }", "\"a@-b.c\"", "format"},
    {"type = \"string\", validate = { format = \"url\" }", "\"https://a.b/c?d=e#f\"",
     "\"https://a.b/c?d=e#f\""},
    {"type = \"string\", validate = { format = \"url\" }", "\"//a.b\"", "format"},
    {"type = \"string\", validate = { format = \"url\" }", "\"http://a b\"", "format"},
    {"type = \"string\", validate = { format = \"url\" }", "\"1http://a\"", "format"},
    {"type = \"string\", validate = { format = \"url\" }", "\"http://\"", "format"},
    {"type = \"string\", validate = { format = \"uuid\" }",
     "\"01900000-0000-7000-8000-00000000000A\"", "\"01900000-0000-7000-8000-00000000000A\""},
    {"type = \"string\", validate = { format = \"uuid\" }", "\"1\"", "format"},
    {"type = \"uuid\"", "\"01900000-0000-7000-8000-00000000000A\"",
     "\"01900000-0000-7000-8000-00000000000a\""},
    {"type = \"uuid\"", "\"01900000\"", "type"},
    {"type = \"money\"", "\"0.010\"", "\"0.010\""},
    {"type = \"money\"", "19.90", "\"19.90\""},
    {"type = \"money\"", "1e2", "\"100\""},
    {"type = \"money\"", "0.30000000000000004", "type"},
    {"type = \"money\"", "\"1,00\"", "type"},
    {"type = \"money\"", "true", "type"},
    {"type = \"money\", validate = { min = \"0.01\" }", "\"0.009\"", "min"},
    {"type = \"money\", validate = { max = 10 }", "\"10.00\"", "\"10.00\""},
    {"type = \"money\", validate = { max = 10 }", "\"10.000000001\"", "max"},
    {"type = \"money\", validate = { one_of = [\"1.0\"] }", "\"1.00\"", "\"1.00\""},
    {"type = \"timestamp\"", "\"2026-01-01T02:00:00+02:00\"", "\"2026-01-01T00:00:00Z\""},
    {"type = \"timestamp\"", "1767225600", "type"},
    {"type = \"timestamp\"", "\"2026-02-30T00:00:00Z\"", "type"},
    {"type = \"timestamp\", validate = { min = \"2026-01-01T00:00:00Z\" }",
     "\"2025-12-31T23:59:59.999999Z\"", "min"},
    {"type = \"enum\", values = [\"a\", \"b\"]", "\"b\"", "\"b\""},
    {"type = \"enum\", values = [\"a\", \"b\"]", "\"c\"", "type"},
    {"type = \"enum\", values = [\"a\", \"b\"]", "\"A\"", "type"},
    {"type = \"bytes\"", "\"AP9h\"", "\"AP9h\""},
    {"type = \"bytes\"", "\"\"", "\"\""},
    {"type = \"bytes\"", "\"AP9\"", "type"},
    {"type = \"bytes\"", "\"AP-_\"", "type"},
    {"type = \"bytes\", validate = { max_length = 2 }", "\"AP8=\"", "\"AP8=\""},
    {"type = \"bytes\", validate = { max_length = 2 }", "\"AP9h\"", "max_length"},
    {"type = \"json\"", R"( { "b" : [1.50, "\u00e9", null], "a":{} } )",
     "{\"b\":[1.50,\"\xc3\xa9\",null],\"a\":{}}"},
    {"type = \"json\"", "false", "false"},
    {"type = \"json\"", "null", "required"},
    {"type = \"list<integer>\"", "[3,1,3]", "[3,1,3]"},
    {"type = \"list<integer>\"", "[]", "[]"},
    {"type = \"list<integer>\"", "1", "type"},
    {"type = \"list<money>\"", "[1.5,\"0.10\"]", "[\"1.5\",\"0.10\"]"},
    {"type = \"list<enum>\", values = [\"a\", \"b\"]", "[\"b\",\"a\"]", "[\"b\",\"a\"]"},
    {"type = \"list<string>\", validate = { min_length = 2 }", "[\"a\"]", "min_length"},
    {"type = \"list<bool>\", default = [true]", "null", "[true]"},
};

std::string model_of(std::string_view field) {
  return "[models.m.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n"
         "x = { " +
         std::string(field) + ", replicate = true }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_DATA_TEST_CASE(a_value_is_kept_exactly_or_refused_with_its_reason,
                     boost::unit_test::data::make(samples), sample) {
  service_fixture node(model_of(sample.field));
  const bool refused = !sample.expected.empty() && sample.expected.front() >= 'a' &&
                       sample.expected.front() <= 'z' && sample.expected != "true" &&
                       sample.expected != "false";
  const std::string item = "{\"id\":1,\"x\":" + sample.json + "}";
  const auto posted = node.post("m", item);
  const auto put = node.put("m", "2", item.substr(0, 6) + "2" + item.substr(7), {{}, false, true});
  node.post("m", "{\"id\":3,\"x\":" + sample.json + "}");
  for (const auto& made : {posted, put}) {
    BOOST_TEST(made.status == (refused ? 422 : 201));
    if (refused) {
      BOOST_TEST(errors_in(made) == "x:" + sample.expected);
      BOOST_TEST(node.index() == 0u);
    } else {
      const std::string rest = sample.expected.empty() ? "}" : ",\"x\":" + sample.expected + "}";
      BOOST_TEST(made.body.substr(7) == rest);
    }
  }
  const auto patched = node.patch("m", "3", "{\"x\":" + sample.json + "}");
  BOOST_TEST(patched.status == (refused ? 422 : 200));
}

BOOST_AUTO_TEST_CASE(all_errors_of_an_item_are_told_at_once) {
  service_fixture node(R"([models.m.fields]
id = { type = "string", primary_key = true, replicate = true }
a = { type = "integer", replicate = true }
b = { type = "string", replicate = true, validate = { min_length = 9, pattern = "x" } }
c = { type = "string", replicate = true, expose = false }
)");
  BOOST_TEST(errors_in(node.post("m", R"({"b":"y","d":1,"e":2})")) ==
             "b:min_length b:pattern d:unknown e:unknown id:required a:required :required");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_no_item) {
  service_fixture node(model_of("type = \"string\", optional = true"));
  for (const auto* body : {"[]", "1", "\"x\"", "null", "true"}) {
    BOOST_TEST(node.post("m", body).status == 422);
  }
  for (const auto* body : {"", " ", "{", "{\"id\":1,\"id\":2}", "{\"id\":1}}", "{\"id\":01}"}) {
    BOOST_TEST(node.post("m", body).status == 400);
  }
  BOOST_TEST(node.index() == 0u);
}

BOOST_AUTO_TEST_CASE(text_keys_fit_a_path_and_the_store) {
  service_fixture node(
      "[models.m.fields]\nid = { type = \"string\", primary_key = true, replicate = true }");
  BOOST_TEST(node.post("m", "{\"id\":" + quoted("x", 200) + "}").status == 201);
  BOOST_TEST(errors_in(node.post("m", "{\"id\":" + quoted("x", 201) + "}")) == "id:max_length");
  BOOST_TEST(errors_in(node.post("m", R"({"id":""})")) == "id:min_length");
  BOOST_TEST(errors_in(node.post("m", R"({"id":"count"})")) == "id:reserved");
  BOOST_TEST(errors_in(node.post("m", R"({"id":".."})")) == "id:reserved");
  BOOST_TEST(errors_in(node.post("m", "{}")) == "id:required");
  BOOST_TEST(node.get("m", std::string(201, 'x')).status == 404);
  BOOST_TEST(node.get("m", "\xff").status == 404);
  const auto odd = node.post("m", R"({"id":"a/b c?\u0000\u00e9"})");
  BOOST_TEST(odd.status == 201);
  BOOST_TEST(odd.location == "a%2Fb%20c%3F%00%C3%A9");
  BOOST_TEST(node.get("m", std::string("a/b c?\0\xc3\xa9", 9)).status == 200);
}

BOOST_AUTO_TEST_CASE(long_unique_values_are_told_apart_by_their_whole_length) {
  service_fixture node(R"([models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
x = { type = "string", unique = true, replicate = true }
)");
  const auto item = [](int id, const std::string& x) {
    return "{\"id\":" + std::to_string(id) + ",\"x\":" + x + "}";
  };
  BOOST_TEST(node.post("m", item(1, quoted("a", 5000))).status == 201);
  BOOST_TEST(node.post("m", item(2, quoted("a", 5001))).status == 201);
  BOOST_TEST(node.post("m", item(3, quoted("a", 64))).status == 201);
  BOOST_TEST(node.post("m", item(4, quoted("a", 5000))).status == 409);
  for (const auto& [key, bytes] : node.state().pairs()) {
    BOOST_TEST(key.size() <= 511u);
  }
}

BOOST_AUTO_TEST_CASE(errors_are_bounded_and_valid_whatever_was_sent) {
  service_fixture node(model_of("type = \"string\", optional = true"));
  std::string body = "{\"id\":1";
  for (int i = 0; i < 5000; ++i) {
    body += ",\"\\u00e9\\u0000" + std::string(100, 'y') + std::to_string(i) + "\":0";
  }
  const auto made = node.post("m", body + "}");
  BOOST_TEST(made.status == 422);
  BOOST_TEST(made.body.size() < 30'000u);
  BOOST_TEST(member(made.body, "error") == "\"validation_failed\"");
}

BOOST_AUTO_TEST_CASE(a_command_of_another_format_stops_rather_than_guesses) {
  service_fixture node(model_of("type = \"string\", optional = true"));
  node.post("m", R"({"id":1})");
  change_set changes;
  std::string newer = node.last_command;
  newer.front() = '\3';
  for (const auto& bytes : {std::string(), newer, node.last_command + "x",
                            node.last_command.substr(0, node.last_command.size() - 1)}) {
    BOOST_TEST(!apply(node.models(), 2, bytes, node.state(), true, changes).has_value());
  }
  BOOST_TEST(changes.empty());
}

// Logs of before hold them, and all nodes must make the same of those.
BOOST_AUTO_TEST_CASE(a_command_of_format_1_leaves_one_pair_in_the_feed_however_large) {
  service_fixture node(model_of("type = \"string\", optional = true"));
  node.post("m", R"({"id":1,"x":")" + std::string(500'000, 'y') + "\"}");
  for (const char format : {'\1', '\2'}) {
    std::string command = node.last_command;
    command.front() = format;
    memory_state state;
    change_set changes;
    BOOST_REQUIRE(apply(node.models(), 7, command, state, true, changes).has_value());
    state.apply(changes);
    const auto head = read_feed_head(*state.get(feed_key(7)));
    BOOST_TEST(head.bytes > 500'000u);
    BOOST_TEST((head.pieces == 0) == (format == '\1'));
    BOOST_TEST(state.get(feed_piece_key(7, 0)).has_value() == (format == '\2'));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rules_test
}  // namespace lithair::models
