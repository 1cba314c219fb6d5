#include <rapidcheck.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "models/query/read_filter.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace filter_test {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view notes = R"(
[models.notes.fields]
id    = { type = "integer", primary_key = true, replicate = true }
text  = { type = "string", optional = true, replicate = true }
tags  = { type = "list<string>", optional = true, replicate = true }
sizes = { type = "list<integer>", optional = true, replicate = true }
doc   = { type = "json", optional = true, replicate = true }
at    = { type = "timestamp", optional = true, replicate = true, indexed = true }
price = { type = "money", optional = true, replicate = true, indexed = true }
size  = { type = "number", optional = true, replicate = true }
kind  = { type = "enum", values = ["plain", "null"], optional = true, replicate = true }
live  = { type = "bool", optional = true, replicate = true }
data  = { type = "bytes", optional = true, replicate = true }
owner = { type = "uuid", optional = true, replicate = true }
rank  = { type = "integer", default = 7, replicate = true }
)";

struct notes_fixture : service_fixture {
  notes_fixture() : service_fixture(notes) {
    post("notes", R"({"id":1,"text":"!x","tags":["a,b","c"],"doc":{"a":1},"kind":"null"})");
    post("notes", R"({"id":2,"text":">= 5, or","tags":[],"price":"1e3","size":1000,"live":true})");
    post("notes", R"({"id":3,"text":"~","at":"2026-01-01T00:00:00+02:00","data":"+/8="})");
    post("notes", R"_({"id":4,"text":"in(a,b)","sizes":[3,1],"price":"2.50"})_");
    post("notes", R"({"id":5,"text":"null","tags":["null"]})");
    post("notes",
         R"({"id":6,"text":"say \"hi\" \\o/","owner":"0190abcd-0000-7000-8000-00000000000a"})");
    post("notes", R"({"id":7,"text":""})");
    post("notes", R"({"id":8})");
  }

  std::string ids(const parameters& asked) const { return column(list("notes", asked), "id"); }
};  // namespace

struct asked_case {
  const char* name;
  const char* text;
  const char* ids;
};

std::ostream& operator<<(std::ostream& out, const asked_case& x) {
  return out << x.name << '=' << x.text;
}

const asked_case understood[] = {
    // Quoted text is what it is.
    {"text", R"("!x")", "1"},
    {"text", R"(!"!x")", "2 3 4 5 6 7 8"},
    {"text", R"(">= 5, or")", "2"},
    {"text", R"("~")", "3"},
    {"text", R"(~"~")", "3"},
    {"text", R"_("in(a,b)")_", "4"},
    {"text", R"("null")", "5"},
    {"text", R"("say \"hi\" \\o/")", "6"},
    {"text", R"("say \"hi\" \o/")", "6"},
    {"text", R"(~"\"HI\"")", "6"},
    {"text", R"(say "hi" \o/)", "6"},
    {"text", R"("")", "7"},
    {"text", "", "7"},
    // And within in(), where it may hold commas.
    {"text", R"(in("!x",">= 5, or",~))", "1 2 3"},
    {"text", R"(in( "null" , "" ))", "5 7"},
    {"text", R"(in(,null))", "7 8"},
    {"text", "in(null)", "8"},
    {"tags", R"("a,b")", "1"},
    {"tags", R"(in("a,b","x"))", "1"},
    {"tags", R"("null")", "5"},
    // Absence and presence.
    {"text", "null", "8"},
    {"text", "!null", "1 2 3 4 5 6 7"},
    {"tags", "null", "3 4 6 7 8"},
    {"tags", "!null", "1 2 5"},
    {"tags", "in(null,c)", "1 3 4 6 7 8"},
    {"doc", "null", "2 3 4 5 6 7 8"},
    {"doc", "!null", "1"},
    {"doc", "in(null)", "2 3 4 5 6 7 8"},
    {"at", "null", "1 2 4 5 6 7 8"},
    {"at", "!null", "3"},
    {"price", "in(null,1000)", "1 2 3 5 6 7 8"},
    {"kind", "null", "2 3 4 5 6 7 8"},
    {"kind", R"("null")", "1"},
    {"kind", "~null", "1"},
    {"rank", "null", ""},
    {"rank", "!null", "1 2 3 4 5 6 7 8"},
    {"id", "null", ""},
    {"id", "!null", "1 2 3 4 5 6 7 8"},
    // Numbers as JSON has them; a "+" that was not escaped is a blank.
    {"price", "1e3", "2"},
    {"price", "1e+3", "2"},
    {"price", "1e 3", "2"},
    {"size", "1.0e 3", "2"},
    {"id", "3.0", "3"},
    {"id", "in(1e0,20e-1)", "1 2"},
    {"sizes", "1.0", "4"},
    {"sizes", "in(2,1)", "4"},
    {"at", "2026-01-01T00:00:00 02:00", "3"},
    {"at", "2025-12-31t22:00:00.000000999z", "3"},
    {"at", ">2025-12-31T21:59:59.9999999Z", "3"},
    {"data", " /8=", "3"},
    {"data", "+/8", "3"},
    {"owner", "0190ABCD-0000-7000-8000-00000000000A", "6"},
};

struct refused_case {
  const char* name;
  const char* text;
};

std::ostream& operator<<(std::ostream& out, const refused_case& x) {
  return out << x.name << '=' << x.text;
}

const refused_case refused[] = {
    {"text", R"(~")"},
    {"text", R"("open)"},
    {"text", R"("a"b)"},
    {"text", R"("\")"},
    {"text", R"_(in("a))_"},
    {"text", R"(in("a"b))"},
    {"text", R"(~"open)"},
    {"text", "~\xff"},
    {"text", "\xff"},
    {"price", ">null"},
    {"id", "~1"},
    {"id", "in(1,)"},
    {"id", "in(1, 2)"},
    {"tags", ">a"},
    {"tags", "~a"},
    {"doc", "{}"},
    {"doc", "in({})"},
    {"data", "+/9="},
    {"data", "-_8="},
    {"live", "TRUE"},
    {"at", "2016-12-31T23:59:60Z"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(filter_texts, notes_fixture)

BOOST_DATA_TEST_CASE_F(notes_fixture, a_filter_is_read_as_it_is_meant,
                       boost::unit_test::data::make(understood), sample) {
  BOOST_TEST(ids({{sample.name, sample.text}}) == sample.ids);
  const auto counted = ask(query::kind::count, "notes", {{sample.name, sample.text}});
  BOOST_TEST(member(counted.body, "count") ==
             member(list("notes", {{sample.name, sample.text}}).body, "total"));
}

BOOST_DATA_TEST_CASE_F(notes_fixture, a_filter_that_can_t_be_read_is_told_what_the_field_takes,
                       boost::unit_test::data::make(refused), sample) {
  const auto made = list("notes", {{sample.name, sample.text}});
  BOOST_TEST(made.status == 400);
  BOOST_TEST(made.body.find("The field takes ") != std::string::npos);
  BOOST_TEST(made.body.find("null or !null") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(in_of_nothing_finds_nothing_whatever_the_type) {
  for (const auto& f : find("notes")->fields) {
    const auto made = list("notes", {{f.name, "in()"}});
    BOOST_TEST(made.status == 200, f.name);
    BOOST_TEST(column(made, "id") == "", f.name);
    BOOST_TEST(member(made.body, "total") == "0", f.name);
    for (const auto* sort : {"id", "-id", "price", "-at"}) {
      BOOST_TEST(ids({{f.name, "in()"}, {"sort", sort}}) == "", f.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_looked_for_is_bounded) {
  BOOST_TEST(list("notes", {{"text", "~" + std::string(256, 'a')}}).status == 200);
  BOOST_TEST(list("notes", {{"text", "~" + std::string(257, 'a')}}).status == 400);
  const auto numbers = [](int count) {
    std::string text = "in(0";
    for (int i = 1; i < count; ++i) {
      text += ',' + std::to_string(i);
    }
    return text + ')';
  };
  BOOST_TEST(list("notes", {{"id", numbers(1000)}}).status == 200);
  BOOST_TEST(list("notes", {{"id", numbers(1001)}}).status == 400);
  const std::string half(32 << 10, 'a');
  BOOST_TEST(list("notes", {{"text", "in(" + half + ',' + half + ')'}}).status == 200);
  BOOST_TEST(list("notes", {{"text", "in(" + half + ',' + half + "b)"}}).status == 400);
  parameters many(16, {"text", "~a"});
  BOOST_TEST(list("notes", many).status == 200);
  many.emplace_back("tags", "a");
  BOOST_TEST(list("notes", many).status == 400);
}

BOOST_AUTO_TEST_CASE(a_field_called_total_can_be_asked_for_whatever_its_type) {
  service_fixture node(R"([models.sums.fields]
id = { type = "integer", primary_key = true, replicate = true }
total = { type = "bool", replicate = true }
)");
  node.post("sums", R"({"id":1,"total":true})");
  node.post("sums", R"({"id":2,"total":false})");
  BOOST_TEST(column(node.list("sums", {{"total", "true"}}), "id") == "1 2");
  BOOST_TEST(column(node.list("sums", {{"total", "\"true\""}}), "id") == "1");
  BOOST_TEST(column(node.list("sums", {{"total", "!true"}, {"total", "false"}}), "id") == "2");
  // A count has no parameter of this name.
  BOOST_TEST(node.ask(query::kind::count, "sums", {{"total", "true"}}).body == R"({"count":1})");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_not_there_yet_is_its_default) {
  service_fixture node(R"([models.bags.fields]
id = { type = "integer", primary_key = true, replicate = true }
)");
  node.post("bags", R"({"id":1})");
  const auto later = schema_from(R"([models.bags.fields]
id = { type = "integer", primary_key = true, replicate = true }
tags = { type = "list<string>", default = ["a", "b"], replicate = true }
)");
  const auto ask = [&](const char* text) {
    const auto q = parse_query(*later.find("bags"), query::kind::count, parameters{{"tags", text}});
    return member(run(later, *q, node.state(), 0).body, "count");
  };
  for (const auto* passed : {"a", "b", "!c", "in(b,c)", "!null"}) {
    BOOST_TEST(ask(passed) == "1", passed);
  }
  for (const auto* failed : {"c", "!a", "in(c)", "null"}) {
    BOOST_TEST(ask(failed) == "0", failed);
  }
}

BOOST_AUTO_TEST_CASE(any_text_can_be_asked_for_in_quotes) {
  BOOST_TEST(rc::check([] {
    service_fixture node(notes);
    const auto any_text = [] {
      std::string made;
      for (int left = *rc::gen::inRange(0, 6); left > 0; --left) {
        made += *rc::gen::elementOf(std::vector<std::string>{"\"", "\\", "!", ">", "=", "~", "in(",
                                                             ")", ",", "null", " ", "a"});
      }
      return made;
    };
    const auto quoted = [](std::string_view text) {
      std::string made = "\"";
      for (const char c : text) {
        made += c == '"' || c == '\\' ? "\\" : "";
        made += c;
      }
      return made + '"';
    };
    std::vector<std::string> texts;
    for (int id = 0; id < 8; ++id) {
      texts.push_back(any_text());
      std::string json;
      for (const char c : texts.back()) {
        json += c == '"' || c == '\\' ? "\\" : "";
        json += c;
      }
      node.post("notes", "{\"id\":" + std::to_string(id) + ",\"text\":\"" + json + "\"}");
    }
    std::set<std::string> wanted;
    std::string choices;
    for (int left = *rc::gen::inRange(1, 4); left > 0; --left) {
      wanted.insert(*rc::gen::elementOf(texts));
      choices += (choices.empty() ? "" : ",") + quoted(*rc::gen::elementOf(texts));
    }
    const auto ids = [&](auto passes) {
      std::string made;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        made += passes(texts[i]) ? (made.empty() ? "" : " ") + std::to_string(i) : "";
      }
      return made;
    };
    choices.clear();
    for (const auto& each : wanted) {
      choices += (choices.empty() ? "" : ",") + quoted(each);
    }
    const auto ask = [&](const std::string& text) {
      return column(node.list("notes", {{"text", text}}), "id");
    };
    const std::string& one = *wanted.begin();
    RC_ASSERT(ask(quoted(one)) == ids([&](const auto& text) { return text == one; }));
    RC_ASSERT(ask('!' + quoted(one)) == ids([&](const auto& text) { return text != one; }));
    RC_ASSERT(ask(">=" + quoted(one)) == ids([&](const auto& text) { return text >= one; }));
    RC_ASSERT(ask("in(" + choices + ')') ==
              ids([&](const auto& text) { return wanted.contains(text); }));
    RC_ASSERT(ask('~' + quoted(one)) ==
              ids([&](const auto& text) { return text.find(one) != std::string::npos; }));
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace filter_test
}  // namespace lithair::models
