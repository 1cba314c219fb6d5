#include <rapidcheck.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace query_test {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view things = R"(
[models.things.fields]
id    = { type = "integer", primary_key = true, replicate = true }
name  = { type = "string", optional = true, replicate = true }
price = { type = "money", replicate = true, default = "1.00" }
size  = { type = "number", optional = true, replicate = true }
kind  = { type = "enum", values = ["plain", "fancy"], optional = true, replicate = true }
live  = { type = "bool", default = false, replicate = true }
made  = { type = "timestamp", optional = true, replicate = true }
total = { type = "integer", default = 5, replicate = true }
)";

/// Five things with rising keys.
struct things_fixture : service_fixture {
  things_fixture() : service_fixture(things) {
    post("things", R"({"id":1,"name":"Anna","price":"2.50","size":1.5,"kind":"plain"})");
    post("things", R"({"id":2,"name":"bob","price":"10","size":-2,"kind":"fancy","live":true})");
    post("things", R"({"id":3,"name":"\u00e9mile","price":"2.5","made":"2026-01-01T00:00:00Z"})");
    post("things", R"({"id":4,"price":"0.01","size":1e10,"made":"2026-01-01T01:30:00+02:00"})");
    post("things", R"({"id":-5,"name":"!x,y","price":"-1","kind":"plain","total":9})");
  }

  std::string ids(const parameters& asked) const { return column(list("things", asked), "id"); }
};

struct filter_case {
  const char* name;
  const char* text;
  const char* ids;
};

std::ostream& operator<<(std::ostream& out, const filter_case& x) {
  return out << x.name << '=' << x.text;
}

const filter_case filters[] = {
    {"id", "3", "3"},
    {"id", "!3", "-5 1 2 4"},
    {"id", ">2", "3 4"},
    {"id", ">=2", "2 3 4"},
    {"id", "<1", "-5"},
    {"id", "<=1", "-5 1"},
    {"id", "in(4,1,99)", "1 4"},
    {"name", "Anna", "1"},
    {"name", "anna", ""},
    {"name", "~aNN", "1"},
    {"name", "~ÉMI", "3"},
    {"name", "~", "-5 1 2 3"},
    {"name", "!Anna", "-5 2 3 4"},
    {"name", "in(!x)", ""},
    {"name", "~!x,", "-5"},
    {"name", ">z", "3"},
    {"price", "2.500", "1 3"},
    {"price", ">2", "1 2 3"},
    {"price", "in(10,-1.0)", "-5 2"},
    {"size", "1.5", "1"},
    {"size", "<0", "2"},
    {"size", ">1e9", "4"},
    {"kind", "plain", "-5 1"},
    {"kind", "!plain", "2 3 4"},
    {"kind", "~AN", "2"},
    {"live", "true", "2"},
    {"live", "!true", "-5 1 3 4"},
    {"made", "<2026-01-01T00:00:00Z", "4"},
    {"made", "2026-01-01T01:00:00+01:00", "3"},
    {"total", "9", "-5"},
    {"total", "<6", "1 2 3 4"},
};

struct refused_case {
  const char* name;
  const char* text;
};

std::ostream& operator<<(std::ostream& out, const refused_case& x) {
  return out << x.name << '=' << x.text;
}

const refused_case refused[] = {
    {"nope", "1"},     {"id", "x"},
    {"id", ""},        {"id", "~1"},
    {"price", "1.x"},  {"size", "nan"},
    {"live", "yes"},   {"kind", "odd"},
    {"made", "today"}, {"id", "in(,)"},
    {"id", "in(1,x)"}, {"take", "0"},
    {"take", "1001"},  {"take", "-1"},
    {"take", "1e2"},   {"take", ""},
    {"skip", "-1"},    {"skip", "1x"},
    {"sort", ""},      {"sort", "nope"},
    {"sort", "id,"},   {"sort", "name,-name"},
    {"fields", "x"},   {"after", "x"},
    {"after", ""},     {"total", "maybe"},
    {"name", "\xff"},  {"", "1"},
};

/// The same model with every index and unique value there can be.
std::string with_indexes() {
  std::string text(things);
  const std::string from = "replicate = true }";
  std::size_t at = text.find(from) + from.size();  // not for the key
  while ((at = text.find(from, at)) != std::string::npos) {
    text.replace(at, from.size(), "replicate = true, indexed = true }");
    at += from.size();
  }
  return text;
}

std::string explained(const service_fixture& node, parameters asked) {
  asked.emplace_back("explain", "true");
  return member(node.list("things", asked).body, "explain");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(queries, things_fixture)

BOOST_DATA_TEST_CASE_F(things_fixture, a_filter_finds_what_it_says,
                       boost::unit_test::data::make(filters), sample) {
  const auto made = list("things", {{sample.name, sample.text}});
  BOOST_TEST(made.status == 200);
  BOOST_TEST(column(made, "id") == sample.ids);
  const auto counted = ask(query::kind::count, "things", {{sample.name, sample.text}});
  BOOST_TEST(member(counted.body, "count") == member(made.body, "total"));
}

BOOST_DATA_TEST_CASE_F(things_fixture, what_can_t_be_used_is_a_400_naming_it,
                       boost::unit_test::data::make(refused), sample) {
  const auto made = list("things", {{sample.name, sample.text}});
  BOOST_TEST(made.status == 400);
  BOOST_TEST(errors_in(made) == std::string(sample.name) + ":parameter");
}

BOOST_AUTO_TEST_CASE(filters_are_anded) {
  BOOST_TEST(ids({{"id", ">1"}, {"id", "<4"}}) == "2 3");
  BOOST_TEST(ids({{"price", "2.5"}, {"size", "1.5"}}) == "1");
}

BOOST_AUTO_TEST_CASE(the_default_order_is_that_of_keys) {
  BOOST_TEST(ids({}) == "-5 1 2 3 4");
  BOOST_TEST(ids({{"sort", "-id"}}) == "4 3 2 1 -5");
  BOOST_TEST(ids({{"sort", "id,name"}}) == "-5 1 2 3 4");
}

BOOST_AUTO_TEST_CASE(sorting_is_by_type_with_absent_values_first_and_keys_last) {
  BOOST_TEST(ids({{"sort", "price"}}) == "-5 4 1 3 2");
  BOOST_TEST(ids({{"sort", "-price"}}) == "2 3 1 4 -5");
  BOOST_TEST(ids({{"sort", "-price,id"}}) == "2 1 3 4 -5");
  BOOST_TEST(ids({{"sort", "name"}}) == "4 -5 1 2 3");
  BOOST_TEST(ids({{"sort", "-name"}}) == "3 2 1 -5 4");
  BOOST_TEST(ids({{"sort", "kind,-size"}}) == "4 3 2 1 -5");
}

BOOST_AUTO_TEST_CASE(a_page_tells_what_is_around_it) {
  const auto first = list("things", {{"take", "2"}});
  BOOST_TEST(column(first, "id") == "-5 1");
  BOOST_TEST(member(first.body, "total") == "5");
  BOOST_TEST(member(first.body, "take") == "2");
  BOOST_TEST(member(first.body, "skip") == "0");
  BOOST_TEST(member(first.body, "has_more") == "true");
  const auto last = list("things", {{"take", "2"}, {"skip", "3"}});
  BOOST_TEST(column(last, "id") == "3 4");
  BOOST_TEST(member(last.body, "has_more") == "false");
  BOOST_TEST(member(last.body, "next") == "null");
  const auto beyond = list("things", {{"skip", "7"}});
  BOOST_TEST(column(beyond, "id") == "");
  BOOST_TEST(member(beyond.body, "total") == "5");
  BOOST_TEST(member(list("things", {{"total", "false"}}).body, "total") == "");
}

BOOST_AUTO_TEST_CASE(next_leads_through_all_rows_once_in_every_order) {
  for (const auto* sort : {"id", "-id", "price", "-price,name", "name", "-kind", "size,-made"}) {
    for (const parameters& also : {parameters{}, parameters{{"id", "!2"}}}) {
      parameters asked = also;
      asked.emplace_back("sort", sort);
      const std::string whole = ids(asked);
      asked.emplace_back("take", "1");
      std::string steps;
      for (auto page = list("things", asked);;) {
        BOOST_REQUIRE_EQUAL(page.status, 200);
        BOOST_TEST(member(page.body, "total") == (also.empty() ? "5" : "4"));
        steps += (steps.empty() ? "" : " ") + column(page, "id");
        const std::string next = member(page.body, "next");
        BOOST_TEST(member(page.body, "has_more") == (next == "null" ? "false" : "true"));
        if (next == "null") {
          break;
        }
        parameters go_on = asked;
        go_on.emplace_back("after", next.substr(1, next.size() - 2));
        page = list("things", go_on);
      }
      BOOST_TEST(steps == whole, sort);
    }
  }
}

BOOST_AUTO_TEST_CASE(pages_stay_put_while_others_write) {
  const auto first = list("things", {{"take", "2"}, {"total", "false"}});
  const std::string next = member(first.body, "next");
  BOOST_TEST(remove("things", "1").status == 204);
  post("things", R"({"id":0})");
  const auto second = list("things", {{"after", next.substr(1, next.size() - 2)}, {"take", "2"}});
  BOOST_TEST(column(second, "id") == "2 3");
}

BOOST_AUTO_TEST_CASE(indexes_change_how_items_are_found_and_never_which) {
  BOOST_TEST(rc::check([] {
    service_fixture plain(things);
    service_fixture indexed(with_indexes());
    const auto both = [&](auto act) {
      const outcome x = act(plain);
      const outcome y = act(indexed);
      RC_ASSERT(x.status == y.status);
      RC_ASSERT(x.body == y.body);
    };
    const auto any = [](std::vector<std::string> texts) { return *rc::gen::elementOf(texts); };
    for (int steps = *rc::gen::inRange(5, 30); steps > 0; --steps) {
      const std::string key = std::to_string(*rc::gen::inRange(-3, 8));
      std::string body =
          "{\"live\":" + any({"true", "false"}) +
          ",\"price\":" + any({"\"1\"", "\"1.0\"", "\"-2\"", "\"30\""}) +
          ",\"size\":" + any({"null", "1", "-1", "2.5"}) + ",\"name\":" +
          any({"null", "\"\"", "\"a\"", "\"a\\u0000\"", "\"ab\"", '"' + std::string(64, 'a') + '"',
               '"' + std::string(65, 'a') + '"', '"' + std::string(65, 'a') + "b\""}) +
          ",\"kind\":" + any({"null", "\"plain\"", "\"fancy\""}) + "}";
      const bool removes = *rc::gen::inRange(0, 6) == 0;
      const bool patches = *rc::gen::inRange(0, 3) == 0;
      both([&](service_fixture& node) {
        return removes   ? node.remove("things", key)
               : patches ? node.patch("things", key, body)
                         : node.put("things", key, body, {{}, false, true});
      });
    }
    for (int asks = 0; asks < 20; ++asks) {
      parameters asked;
      for (int filters = *rc::gen::inRange(0, 3); filters > 0; --filters) {
        const std::string how = any({"", "!", "<", "<=", ">", ">="});
        asked.push_back(*rc::gen::elementOf(parameters{{"price", how + "1"},
                                                       {"price", "in(1.00,-2)"},
                                                       {"size", how + "1"},
                                                       {"name", how + "a"},
                                                       {"name", how + std::string(65, 'a')},
                                                       {"name", "in(a,ab,a)"},
                                                       {"kind", how + "plain"},
                                                       {"live", "true"},
                                                       {"id", how + "2"},
                                                       {"id", "in(3,1,2)"},
                                                       {"total", how + "5"}}));
      }
      if (*rc::gen::arbitrary<bool>()) {
        asked.emplace_back("sort", any({"id", "-id", "price", "-price", "live,-size", "-name",
                                        "name", "-total", "kind"}));
      }
      asked.emplace_back("take", std::to_string(*rc::gen::inRange(1, 5)));
      asked.emplace_back("skip", std::to_string(*rc::gen::inRange(0, 3)));
      if (*rc::gen::inRange(0, 4) == 0) {
        asked.emplace_back("total", "false");
      }
      both([&](service_fixture& node) { return node.list("things", asked); });
      const std::string next = member(plain.list("things", asked).body, "next");
      if (next != "null") {
        asked.emplace_back("after", next.substr(1, next.size() - 2));
        both([&](service_fixture& node) { return node.list("things", asked); });
      }
      std::erase_if(asked, [](const auto& x) {
        return x.first == "sort" || x.first == "take" || x.first == "skip" || x.first == "after" ||
               (x.first == "total" && x.second == "false");
      });
      both([&](service_fixture& node) { return node.ask(query::kind::count, "things", asked); });
    }
  }));
}

BOOST_AUTO_TEST_CASE(explain_tells_which_way_was_taken) {
  service_fixture node(R"([models.things.fields]
id = { type = "integer", primary_key = true, replicate = true }
a = { type = "integer", indexed = true, replicate = true }
b = { type = "string", unique = true, replicate = true }
c = { type = "integer", replicate = true }
)");
  for (int i = 0; i < 100; ++i) {
    const auto n = std::to_string(i);
    node.post("things", "{\"id\":" + n + ",\"a\":" + std::to_string(i % 10) + ",\"b\":\"" + n +
                            "\",\"c\":" + n + "}");
  }
  const std::pair<parameters, const char*> cases[] = {
      {{{"take", "1"}}, R"({"access":"scan","examined":2,"sorted":false})"},
      {{{"c", "7"}}, R"({"access":"scan","examined":100,"sorted":false})"},
      {{{"sort", "c"}}, R"({"access":"scan","examined":100,"sorted":true})"},
      {{{"a", "7"}}, R"({"access":"index","field":"a","examined":10,"sorted":false})"},
      {{{"a", "7"}, {"take", "2"}},
       R"({"access":"index","field":"a","examined":3,"sorted":false})"},
      {{{"a", ">7"}}, R"({"access":"index","field":"a","examined":20,"sorted":true})"},
      {{{"a", ">7"}, {"sort", "-a"}, {"take", "3"}},
       R"({"access":"index","field":"a","examined":4,"sorted":false})"},
      {{{"sort", "a"}, {"take", "3"}},
       R"({"access":"index","field":"a","examined":4,"sorted":false})"},
      {{{"b", "7"}}, R"({"access":"unique","field":"b","examined":1,"sorted":false})"},
      {{{"id", "in(1,2,300)"}},
       R"({"access":"primary_key","field":"id","examined":2,"sorted":false})"},
      {{{"id", ">=97"}}, R"({"access":"primary_key","field":"id","examined":3,"sorted":false})"},
  };
  for (const auto& [asked, expected] : cases) {
    BOOST_TEST(explained(node, asked) == expected);
  }
}

BOOST_AUTO_TEST_CASE(a_token_belongs_to_its_collection_and_order) {
  const std::string next = member(list("things", {{"take", "2"}}).body, "next");
  const std::string token = next.substr(1, next.size() - 2);
  BOOST_TEST(list("things", {{"after", token}}).status == 200);
  BOOST_TEST(list("things", {{"after", token}, {"sort", "name"}}).status == 400);
  BOOST_TEST(list("things", {{"after", token}, {"sort", "-id"}}).status == 400);
}

BOOST_AUTO_TEST_CASE(only_the_fields_asked_for_are_shown) {
  const auto made = list("things", {{"fields", "price,id"}, {"id", "1"}});
  BOOST_TEST(made.body.starts_with(R"({"data":[{"id":1,"price":"2.50"}],)"));
}

BOOST_AUTO_TEST_CASE(parameters_are_given_once) {
  BOOST_TEST(list("things", {{"take", "1"}, {"take", "1"}}).status == 400);
  BOOST_TEST(ask(query::kind::count, "things", {{"take", "1"}}).status == 400);
  BOOST_TEST(ask(query::kind::random_id, "things", {{"id", "1"}}).status == 400);
}

BOOST_AUTO_TEST_CASE(the_count_follows_every_change) {
  const auto count = [this] { return ask(query::kind::count, "things").body; };
  BOOST_TEST(count() == R"({"count":5})");
  remove("things", "1");
  remove("things", "1");
  BOOST_TEST(count() == R"({"count":4})");
  patch("things", "2", R"({"name":"x"})");
  put("things", "2", R"({"name":"x"})");
  put("things", "7", "{}", {{}, false, true});
  BOOST_TEST(count() == R"({"count":5})");
}

BOOST_AUTO_TEST_CASE(random_ids_are_of_items_and_reach_all_of_them) {
  std::set<std::string> seen;
  for (std::uint64_t random = 0; random < 200; ++random) {
    const auto made = ask(query::kind::random_id, "things", {}, random * 0x9e3779b97f4a7c15);
    BOOST_REQUIRE_EQUAL(made.status, 200);
    seen.insert(member(made.body, "id"));
  }
  BOOST_TEST(seen.size() == 5u);
  service_fixture empty(things);
  BOOST_TEST(empty.ask(query::kind::random_id, "things").status == 404);
}

BOOST_AUTO_TEST_CASE(an_empty_collection_has_an_empty_list) {
  const service_fixture empty(things);
  BOOST_TEST(empty.list("things").body ==
             R"({"data":[],"total":0,"skip":0,"take":100,"has_more":false,"next":null})");
  BOOST_TEST(empty.list("things", {{"sort", "name"}}).body ==
             R"({"data":[],"total":0,"skip":0,"take":100,"has_more":false,"next":null})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace query_test
}  // namespace lithair::models
