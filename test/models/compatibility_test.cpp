#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_text.hpp"
#include "models/derived/backfill.hpp"
#include "models/model.hpp"
#include "models/state/keys.hpp"
#include "models/typed/typed.hpp"
#include "test/models/service_fixture.hpp"

namespace {

enum class shade { dark, pale };
BOOST_DESCRIBE_ENUM(shade, dark, pale)

struct paint {
  std::int64_t id = 0;
  std::string name;
  std::optional<lithair::money> price;
  shade look = shade::dark;
  std::vector<lithair::uuid> makers;
  std::vector<shade> looks;
  lithair::blob data;
  lithair::json_text notes;
  lithair::timestamp made;
  std::optional<bool> live;
  double weight = 0;
};

}  // namespace

template <>
struct lithair::model<paint> : lithair::attributes {
  static constexpr auto declaration = declare(
      "paints", field<&paint::id>("id", primary_key, replicate),
      field<&paint::name>("name", replicate, hidden), field<&paint::price>("price", replicate),
      field<&paint::look>("look", replicate), field<&paint::makers>("makers", replicate),
      field<&paint::looks>("looks", replicate, max_length(3)),
      field<&paint::data>("data", replicate), field<&paint::notes>("notes", replicate),
      field<&paint::made>("made", replicate), field<&paint::live>("live", replicate),
      field<&paint::weight>("weight", replicate));
};

namespace lithair::models {

namespace {

constexpr std::string_view before = R"toml([models.m]
path = "/api/v1/m"
[models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
a = { type = "integer", replicate = true, indexed = true, validate = { min = 0, max = 10 }, default = 5 }
b = { type = "string", replicate = true, unique = true, optional = true, validate = { min_length = 2, max_length = 4, pattern = "^\\w+$", one_of = ["xx", "yy"] } }
c = { type = "enum", values = ["x", "y"], replicate = true, default = "x" }
d = { type = "list<money>", replicate = true, optional = true, default = ["1.50", "2"] }
e = { type = "number", replicate = true, optional = true, merge = "add", validate = { max = 2 } }
f = { type = "integer", replicate = true, optional = true, references = "m", on_delete = "set_null" }
g = { type = "string", replicate = true, optional = true, expose = false, track_history = true, validate = { format = "email" } }
h = { type = "bytes", replicate = true, default = "AP8=" }
i = { type = "list<enum>", values = ["x", "y\u007F"], replicate = true, optional = true }
[projections.p]
from = "m"
group_by = "c"
where = { a = ">=1", b = "~x\"" }
measures = { all = "count", sum = "sum(a)" }
)toml";

struct change_case {
  const char* from;
  const char* to;
  const char* refused;  ///< the beginning of the reason; empty: compatible
};

std::ostream& operator<<(std::ostream& out, const change_case& x) {
  return out << x.from << " -> " << x.to;
}

const change_case schema_changes[] = {
    {"min = 0", "min = -1", ""},
    {"min = 0, ", "", ""},
    {"min = 0", "min = 1", "m.a is validated more narrowly"},
    {"max = 10", "max = 9", "m.a is validated more narrowly"},
    {"indexed = true, ", "", ""},
    {"unique = true, ", "", "m.b is not unique any more"},
    {"unique = true, ", "indexed = true, ", "m.b is not unique any more"},
    {"min_length = 2", "min_length = 3", "m.b is validated more narrowly"},
    {"max_length = 4", "max_length = 5", ""},
    {"pattern = \"^\\\\w+$\", ", "", ""},
    {"\\\\w", "\\\\d", "m.b is validated more narrowly"},
    {"[\"xx\", \"yy\"]", "[\"xx\", \"yy\", \"zz\"]", ""},
    {"[\"xx\", \"yy\"]", "[\"xx\"]", "m.b is validated more narrowly"},
    {"[\"x\", \"y\"]", "[\"z\", \"y\", \"x\"]", ""},
    {"[\"x\", \"y\"]", "[\"x\"]", "m.c lacks values"},
    {"default = 5", "default = 6", "m.a has another default"},
    {"list<money>", "list<string>", "m.d has another type"},
    {"\"number\"", "\"money\"", "m.e has another type"},
    {"merge = \"add\"", "merge = \"max\"", "m.e has another merge"},
    {"max = 2 ", "max = 3 ", "m.e combines and is validated differently"},
    {"on_delete = \"set_null\"", "on_delete = \"cascade\"", "m.f has another references"},
    {", track_history = true", "", "m.g has another track_history"},
    {"expose = false, ", "", ""},
    {"optional = true, expose", "default = \"a@b\", expose", "m.g has another default"},
    {"\nh = ", "\nh = { type = \"string\", replicate = true, default = \"\" }\nx = ",
     "m.h has another type"},
    {"/v1/", "/v2/", "m has another path"},
    {"[models.m.fields]", "[models.m.fields]\nn = { type = \"bool\", replicate = true }",
     "m.n is new and required"},
    {"[models.m.fields]",
     "[models.m.fields]\nn = { type = \"bool\", replicate = true, default = false }", ""},
    {"[models.m.fields]",
     "[models.m.fields]\nn = { type = \"bool\", replicate = true, optional = true, unique = true }",
     "m.n is new and unique"},
    {"[models.m.fields]",
     "[models.m.fields]\nn = { type = \"integer\", replicate = true, optional = true, references = "
     "\"m\" }",
     ""},
    {"[models.m.fields]",
     "[models.m.fields]\nn = { type = \"integer\", replicate = true, default = 3, references = "
     "\"m\" }",
     "m.n is new and refers to an item by default"},
    {"[models.m]",
     "[models.n.fields]\nid = { type = \"uuid\", primary_key = true, replicate = true "
     "}\n[models.m]",
     ""},
    {"id = { type = \"integer\", primary_key = true, replicate = true }",
     "id = { type = \"integer\", replicate = true, optional = true }\n"
     "k = { type = \"integer\", primary_key = true, replicate = true }",
     "m.id has another primary_key"},
};

std::string changed(const change_case& x) {
  std::string text(before);
  const auto at = text.find(x.from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, x.from);
  return text.replace(at, std::string_view(x.from).size(), x.to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compatibility)

BOOST_DATA_TEST_CASE(a_change_is_compatible_or_refused_with_advice,
                     boost::unit_test::data::make(schema_changes), sample) {
  const auto found = incompatibilities(schema_from(before), schema_from(changed(sample)));
  if (std::string_view(sample.refused).empty()) {
    BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
  } else {
    BOOST_REQUIRE(!found.empty());
    BOOST_TEST(found.front().starts_with(sample.refused), found.front());
  }
}

BOOST_AUTO_TEST_CASE(a_missing_model_or_field_is_refused) {
  const auto only = schema_from(
      "[models.n.fields]\nid = { type = \"uuid\", primary_key = true, replicate = true }");
  BOOST_TEST(incompatibilities(schema_from(before), only).size() == 1u);
  BOOST_TEST(incompatibilities(only, only).empty());
}

BOOST_AUTO_TEST_CASE(a_schema_written_as_text_is_the_same_schema) {
  const auto s = schema_from(before);
  const auto again = schema_from(to_model_text(s));
  BOOST_TEST(again.fingerprint() == s.fingerprint());
  BOOST_TEST(to_model_text(again) == to_model_text(s));
  BOOST_TEST(incompatibilities(s, again).empty());
}

BOOST_AUTO_TEST_CASE(an_index_that_is_added_later_is_built_and_one_that_is_dropped_is_removed) {
  const std::string plain = R"([models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
a = { type = "integer", replicate = true, optional = true }
)";
  std::string with_index = plain;
  with_index.insert(with_index.rfind(" }"), ", indexed = true");
  const auto later = schema_from(with_index);
  service_fixture node(plain);
  for (int i = 0; i < 25; ++i) {
    node.post("m", "{\"id\":" + std::to_string(i) + ",\"a\":" + std::to_string(i % 3) + "}");
  }
  const auto repair_all = [&node](const schema& s) {
    int rounds = 0;
    for (change_set changes; !backfill(s, node.state(), 10, changes); changes.clear()) {
      BOOST_TEST(changes.size() <= 11u);
      node.mutable_state().apply(changes);
      BOOST_REQUIRE_LT(++rounds, 20);
    }
    return rounds;
  };
  BOOST_TEST(repair_all(node.models()) == 0);
  BOOST_TEST(repair_all(later) > 2);
  BOOST_TEST(repair_all(later) == 0);
  const std::vector<std::pair<std::string, std::string>> asked{{"a", "1"}, {"explain", "true"}};
  const auto q = parse_query(*later.find("m"), query::kind::list, asked);
  const auto found = run(later, *q, node.state(), 0);
  BOOST_TEST(member(found.body, "total") == "8");
  BOOST_TEST(member(found.body, "explain").find("\"index\"") != std::string::npos);
  BOOST_TEST(repair_all(node.models()) > 2);
  for (const auto& [key, bytes] : node.items_and_what_follows()) {
    BOOST_TEST((key.front() == 'r' || key.front() == 'n'));
  }
}

BOOST_AUTO_TEST_CASE(a_field_added_later_is_read_with_its_default) {
  const std::string plain =
      "[models.m.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n";
  service_fixture node(plain);
  node.post("m", R"({"id":1})");
  const auto later = schema_from(
      plain + "a = { type = \"list<money>\", replicate = true, default = [\"1.0\", \"2\"] }\n");
  const auto q = item_query(*later.find("m"), "1");
  BOOST_TEST(run(later, *q, node.state(), 0).body == R"({"id":1,"a":["1.0","2"]})");
}

BOOST_AUTO_TEST_CASE(a_field_added_later_is_written_as_if_the_item_had_its_default) {
  const std::string plain =
      "[models.m.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n";
  service_fixture node(plain);
  node.post("m", R"({"id":1})");
  service_fixture later(plain + R"(
sum  = { type = "integer", replicate = true, default = 5, merge = "add", validate = { max = 9 } }
born = { type = "integer", replicate = true, default = 7, immutable = true }
)");
  later.mutable_state() = node.state();
  BOOST_TEST(later.patch("m", "1", R"({"sum":3,"born":7})").body == R"({"id":1,"sum":8,"born":7})");
  later.mutable_state() = node.state();
  BOOST_TEST(errors_in(later.patch("m", "1", R"({"sum":5,"born":8})")) == "born:immutable sum:max");
}

BOOST_AUTO_TEST_CASE(
    a_command_about_a_field_that_is_judged_in_apply_is_not_for_nodes_that_lack_it) {
  const std::string id =
      "[models.m.fields]\nid = { type = \"string\", primary_key = true, replicate = true }\n";
  const auto before = *parse_model_text(id, "test");
  for (const auto& [added, value, known] : std::vector<std::tuple<std::string, std::string, bool>>{
           {"type = \"string\", optional = true", "\"x\"", true},
           {"type = \"integer\", indexed = true, default = 1", "2", true},
           {"type = \"json\", optional = true", "{\"a\":1}", false},
           {"type = \"integer\", merge = \"add\", default = 0", "1", false},
           {"type = \"string\", immutable = true, optional = true", "\"x\"", false},
           {"type = \"string\", references = \"m\", optional = true", "\"k\"", false},
       }) {
    const auto now = *parse_model_text(id + "n = { replicate = true, " + added + " }\n", "test");
    BOOST_TEST(incompatibilities(before, now).empty(), added);
    const auto names_it = *prepare(
        now, {operation::create, now.find("m"), "", "{\"id\":\"k\",\"n\":" + value + "}", {}}, {});
    const auto names_it_not =
        *prepare(before, {operation::create, before.find("m"), "", R"({"id":"k"})", {}}, {});
    for (const auto* s : {&before, &now}) {
      memory_state state;
      change_set changes;
      BOOST_TEST(apply(*s, 1, names_it, state, true, changes).has_value() == (known || s == &now),
                 added);
      changes.clear();
      BOOST_TEST(apply(*s, 1, names_it_not, state, true, changes).has_value(), added);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_field_that_a_newer_node_wrote_is_kept_and_not_shown) {
  const std::string plain =
      "[models.m.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n"
      "b = { type = \"integer\", optional = true, replicate = true }\n";
  service_fixture newer(plain + "a = { type = \"integer\", replicate = true, default = 7 }\n");
  service_fixture older(plain);
  newer.post("m", R"({"id":1,"a":8})");
  change_set changes;
  const auto made = apply(older.models(), 1, newer.last_command, older.state(), true, changes);
  BOOST_TEST(made->body == R"({"id":1})");
  older.mutable_state().apply(changes);
  BOOST_TEST((older.state().pairs() == newer.state().pairs()));
  older.patch("m", "1", R"({"b":2})");
  const auto q = item_query(*newer.find("m"), "1");
  BOOST_TEST(run(newer.models(), *q, older.state(), 0).body == R"({"id":1,"b":2,"a":8})");
}

// Whether a node knows the newer models must not show in its state.
BOOST_AUTO_TEST_CASE(a_replace_that_creates_does_the_same_at_a_node_that_knows_more_fields) {
  const std::string plain =
      "[models.m.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n";
  service_fixture older(plain);
  service_fixture newer(
      plain + "a = { type = \"integer\", replicate = true, immutable = true, default = 7 }\n");
  older.put("m", "1", "{}", {{}, false, true});
  change_set changes;
  const auto made = apply(newer.models(), 1, older.last_command, newer.state(), true, changes);
  BOOST_TEST(made->status == 201);
  newer.mutable_state().apply(changes);
  BOOST_TEST((older.state().pairs() == newer.state().pairs()));
  BOOST_TEST(newer.get("m", "1").body == R"({"id":1,"a":7})");
}

BOOST_AUTO_TEST_CASE(structs_become_items_and_come_back) {
  auto made = schema_of<paint>();
  BOOST_REQUIRE(made.has_value());
  const collection& c = *made->find("paints");
  paint x;
  x.id = 7;
  x.name = "blue";
  x.price = parse_money("1.50");
  x.look = shade::pale;
  x.makers = {uuid{{1, 2}}, uuid{{3}}};
  x.looks = {shade::pale, shade::dark};
  x.data = {std::string("\0\xff", 2)};
  x.notes = {"{\"a\":[1]}"};
  x.made = {5};
  x.weight = 0.5;
  memory_state state;
  const auto command = prepare(*made, {operation::create, &c, "", to_json(c, x), {}}, {});
  BOOST_REQUIRE(command.has_value());
  change_set changes;
  const auto created = apply(*made, 1, *command, state, true, changes);
  BOOST_TEST(created->status == 201);
  BOOST_TEST(created->body.find("blue") == std::string::npos);
  state.apply(changes);
  stored_record record;
  BOOST_REQUIRE(
      read_record(state.pairs().find(record_key(c, to_key(value{x.id})))->second, record));
  const auto again = from_fields<paint>(c, record.fields);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(to_json(c, *again) == to_json(c, x));
  BOOST_TEST(again->name == "blue");
  BOOST_TEST(!again->live.has_value());
  BOOST_TEST((again->looks == x.looks));
}

// What a program declares of models that are served elsewhere.
BOOST_AUTO_TEST_CASE(a_program_works_with_models_that_serve_all_of_its_own_in_the_same_way) {
  const std::string head = "[models.m.fields]\nid = { type = \"integer\", primary_key = true";
  const auto why = [&](const std::string& its, const std::string& served) {
    const auto of = [&](const std::string& more) {
      return *parse_model_text(head + ", replicate = true }\n" + more, "x.toml");
    };
    return why_not_use(of(its), of(served));
  };
  const std::string a = "a = { type = \"integer\", replicate = true";
  const std::string e = "e = { type = \"enum\", replicate = true, values = ";
  BOOST_TEST(why(a + " }", a + " }") == "");
  BOOST_TEST(why("", a + " }") == "", "more may be served");
  BOOST_TEST(why(a + " }", a + ", validate = { min = 3 }, unique = true }") == "");
  BOOST_TEST(why(a + " }", "") == "m.a is not served there");
  BOOST_TEST(why(a + " }", "a = { type = \"string\", replicate = true }") ==
             "m.a is of another type there");
  BOOST_TEST(why(a + " }", a + ", optional = true }") == "m.a is optional at one of them only");
  BOOST_TEST(why(a + " }", a + ", merge = \"add\" }") == "m.a is merged in another way there");
  BOOST_TEST(why(e + "[\"x\"] }", e + "[\"x\", \"y\"] }") == "m.e has other values there");
  const auto other = *parse_model_text(
      "[models.o.fields]\nid = { type = \"integer\", primary_key = true, replicate = true }\n",
      "o.toml");
  const auto m = *parse_model_text(head + ", replicate = true }\n", "x.toml");
  BOOST_TEST(why_not_use(m, other) == "m is not served there");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithair::models
