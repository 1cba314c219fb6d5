#include <rapidcheck.h>
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "models/query/list_query.hpp"
#include "models/query/open_cursor.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/keys.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace long_item_test {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view long_notes = R"(
[models.notes.fields]
id    = { type = "integer", primary_key = true, replicate = true }
text  = { type = "string", optional = true, replicate = true }
tags  = { type = "list<string>", optional = true, replicate = true }
sizes = { type = "list<integer>", optional = true, replicate = true }
size  = { type = "number", optional = true, replicate = true }
rank  = { type = "integer", default = 7, replicate = true }
)";

constexpr std::size_t megabyte = std::size_t{1} << 20;

/// Steps between two questions whether to pause, the most of them.
struct pacer {
  explicit pacer(const matcher& of) : m(of) {}

  bool operator()() {
    most = std::max(most, m.steps() - last);
    last = m.steps();
    ++asked;
    return pauses;
  }

  const matcher& m;
  std::uint64_t last = 0;
  std::uint64_t most = 0;
  std::uint64_t asked = 0;
  bool pauses = true;
};

/// Counts how often the pairs of a state are read.
struct counting_view final : state_view {
  explicit counting_view(const state_view& all) : of(all) {}

  std::optional<std::string> get(std::string_view key) const override {
    ++read;
    return of.get(key);
  }
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override {
    of.scan(lower, upper, order, [&](std::string_view key, std::string_view bytes) {
      ++read;
      return visit(key, bytes);
    });
  }

  const state_view& of;
  mutable std::uint64_t read = 0;
};

std::vector<filter> filters_of(const collection& c, const parameters& asked) {
  return parse_query(c, query::kind::count, asked)->list->filters;
}

/// The only item of the fixture.
std::string record_of(const service_fixture& node) {
  const auto range = all_records(*node.find("notes"));
  std::string made;
  node.state().scan(range.lower, range.upper, state_view::direction::ascending,
                    [&made](std::string_view, std::string_view bytes) {
                      made = bytes;
                      return true;
                    });
  return made;
}

std::string numbers(std::size_t count) {
  std::string made = "1";
  for (std::size_t i = 1; i < count; ++i) {
    made += ",1";
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(long_items)

BOOST_AUTO_TEST_CASE(an_item_of_a_megabyte_is_judged_in_linear_work_and_small_steps) {
  service_fixture node(long_notes);
  node.max_item = 4 * megabyte;
  const std::size_t elements = 200'000;
  BOOST_REQUIRE(node.post("notes", "{\"id\":1,\"text\":\"" + std::string(megabyte, 'a') +
                                       "\",\"sizes\":[" + numbers(elements) + "]}")
                    .status == 201);
  const std::string bytes = record_of(node);
  stored_record record;
  BOOST_REQUIRE(read_record(bytes, record));
  std::string choices = "in(2";
  for (int i = 3; i < 1000; ++i) {
    choices += ',' + std::to_string(i);
  }
  const std::pair<parameters, std::uint64_t> cases[] = {
      {{{"text", "~" + std::string(255, 'a') + "b"}}, 2 * megabyte},
      {{{"sizes", "2"}}, 33 * elements},
      {{{"sizes", choices + ")"}}, 33 * elements},
      {parameters(16, {"sizes", "!2"}), 16 * 33 * elements},
  };
  for (const auto& [asked, bound] : cases) {
    const auto filters = filters_of(*node.find("notes"), asked);
    matcher m(*node.find("notes"), filters);
    pacer now(m);
    m.begin();
    auto passes = m.go_on(record.fields, std::ref(now));
    std::uint64_t turns = 1;
    for (; !passes; ++turns) {
      passes = m.go_on(record.fields, std::ref(now));
    }
    BOOST_TEST(*passes == matches(*node.find("notes"), filters, record.fields));
    BOOST_TEST(m.steps() <= bound);
    BOOST_TEST(m.steps() >= bound / 2);
    // So many that a turn may end within microseconds, and not many more than that takes.
    BOOST_TEST(now.most <= 2048u + 256);
    BOOST_TEST(now.asked >= bound / 2 / (2048 + 256));
    BOOST_TEST(turns == now.asked + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_list_and_a_count_pause_within_an_item_and_go_on_there) {
  service_fixture node(long_notes);
  node.max_item = 4 * megabyte;
  const std::string text(megabyte, 'a');
  node.post("notes", "{\"id\":1,\"text\":\"" + text + "\"}");
  node.post("notes", "{\"id\":2,\"text\":\"" + text + "\u00c9nd\"}");
  node.post("notes", "{\"id\":3,\"text\":\"\u00e9nd\"}");
  const parameters asked{{"text", "~" + std::string("\u00e9ND")}, {"fields", "id"}};
  for (const auto what : {query::kind::list, query::kind::count}) {
    for (const auto* sort : {"id", "-id", "size"}) {
      parameters all = what == query::kind::list ? asked : parameters{asked.front()};
      if (what == query::kind::list) {
        all.emplace_back("sort", sort);
      }
      const auto q = *parse_query(*node.find("notes"), what, all);
      const auto work = open_cursor(q);
      int turns = 1;
      while (!work->go_on(node.state(), [] { return true; })) {
        ++turns;
      }
      BOOST_TEST(turns > 1000);
      const auto answer = work->answer();
      BOOST_TEST(answer.body == run(node.models(), q, node.state(), 0).body);
      BOOST_TEST((what == query::kind::count ? member(answer.body, "count")
                                             : member(answer.body, "total")) == "2");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_pauses_within_the_items_that_it_shows) {
  service_fixture node(long_notes);
  for (const auto* id : {"1", "2", "3"}) {
    node.post("notes", std::string("{\"id\":") + id + ",\"sizes\":[" + numbers(200'000) +
                           "],\"tags\":[\"a\",\"b\"]}");
  }
  for (const auto* sort : {"id", "-id", "size"}) {
    for (const auto* total : {"true", "false"}) {
      const parameters asked{{"sort", sort}, {"take", "2"}, {"rank", "7"}, {"total", total}};
      const auto q = *parse_query(*node.find("notes"), query::kind::list, asked);
      const auto work = open_cursor(q);
      const counting_view state(node.state());
      std::uint64_t turns = 1;
      while (!work->go_on(state, [] { return true; })) {
        ++turns;
      }
      // However often it pauses: each item is read to be judged, and once more to be shown.
      BOOST_TEST(state.read <= 3u + 2);
      const auto body = work->answer().body;
      BOOST_TEST((body == run(node.models(), q, node.state(), 0).body));
      BOOST_TEST(turns >= 2 * 2 * 200'000u / 4096);
      BOOST_TEST(member(body, "has_more") == "true");
      BOOST_TEST(member(body, "total") == (total == std::string_view("true") ? "3" : ""));
    }
  }
}

BOOST_AUTO_TEST_CASE(slices_of_any_size_judge_as_one) {
  BOOST_TEST(rc::check([] {
    service_fixture node(long_notes);
    const auto any = [](std::vector<std::string> texts) { return *rc::gen::elementOf(texts); };
    const auto repeated = [&](std::vector<std::string> texts, const char* between) {
      std::string made;
      for (int left = *rc::gen::inRange(0, 400); left > 0; --left) {
        made += (made.empty() ? "" : between) + any(texts);
      }
      return made;
    };
    node.post("notes", "{\"id\":1,\"text\":\"" + repeated({"ab", "A", "\u212a"}, "") +
                           "\",\"sizes\":[" + repeated({"1", "2", "300"}, ",") + "],\"tags\":[" +
                           repeated({"\"a\"", "\"b\"", "\"\""}, ",") + "]}");
    const std::string bytes = record_of(node);
    stored_record record;
    RC_ASSERT(read_record(bytes, record));
    parameters asked;
    for (int left = *rc::gen::inRange(1, 6); left > 0; --left) {
      asked.push_back(*rc::gen::elementOf(parameters{{"text", "~aba"},
                                                     {"text", "~KKK"},
                                                     {"text", "!null"},
                                                     {"sizes", any({"", "!"}) + "300"},
                                                     {"sizes", "in(7,2,9)"},
                                                     {"tags", any({"", "!"}) + "b"},
                                                     {"tags", "in(c,\"\",null)"},
                                                     {"rank", "7"}}));
    }
    const auto filters = filters_of(*node.find("notes"), asked);
    matcher m(*node.find("notes"), filters);
    m.begin();
    std::optional<bool> passes;
    while (!passes) {
      // Read anew from a copy, as who paused does.
      const std::string copy = bytes;
      stored_record again;
      RC_ASSERT(read_record(copy, again));
      passes = m.go_on(again.fields, [] { return *rc::gen::arbitrary<bool>(); });
    }
    // One filter at a time, and none of them paced.
    const bool expected = std::ranges::all_of(filters, [&](const filter& each) {
      return matches(*node.find("notes"), {&each, 1}, record.fields);
    });
    RC_ASSERT(*passes == expected);
  }));
}

BOOST_AUTO_TEST_CASE(a_filter_that_is_there_twice_counts_once) {
  const service_fixture node(long_notes);
  const auto& c = *node.find("notes");
  const parameters twice{{"tags", "b"}, {"tags", "b"}, {"tags", "b"}, {"rank", "7"}, {"rank", "7"}};
  BOOST_TEST(filters_of(c, twice).size() == 2u);
  BOOST_TEST(filters_of(c, twice).front().position == c.position("rank"));
  const parameters apart{{"tags", "b"}, {"tags", "b"}, {"rank", "7"}, {"rank", "8"}};
  BOOST_TEST(filters_of(c, apart).size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace long_item_test
}  // namespace lithair::models
