#include "models/query/open_cursor.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include "models/state/multiversion.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace reading_test {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view tasks = R"toml(
[models.tasks.fields]
id    = { type = "integer", primary_key = true, replicate = true }
name  = { type = "string", optional = true, unique = true, replicate = true }
kind  = { type = "enum", values = ["plain", "fancy"], indexed = true, replicate = true }
size  = { type = "integer", indexed = true, replicate = true, default = 0 }
price = { type = "money", optional = true, replicate = true }

[projections.by_size]
from     = "tasks"
group_by = "size"
measures = { all = "count", dearest = "max(price)" }
)toml";

std::string any(const std::vector<std::string>& texts) { return *rc::gen::elementOf(texts); }

parameters any_filters() {
  parameters made;
  for (int left = *rc::gen::inRange(0, 3); left > 0; --left) {
    const std::string how = any({"", "!", "<", ">="});
    made.push_back(*rc::gen::elementOf(parameters{{"kind", "plain"},
                                                  {"kind", "in(plain,fancy)"},
                                                  {"size", how + "2"},
                                                  {"size", "in(4,1,3)"},
                                                  {"name", "in(a,b,c,d)"},
                                                  {"name", how + "b"},
                                                  {"price", how + "1.5"},
                                                  {"id", how + "9"},
                                                  {"id", "in(7,3,12,4)"}}));
  }
  return made;
}

/// A list, a count or rows of a projection.
query any_query(const service_fixture& node) {
  const collection& c = *node.find("tasks");
  parameters asked = any_filters();
  if (*rc::gen::inRange(0, 5) == 0) {
    return *parse_query(c, query::kind::count, asked);
  }
  const bool rows = *rc::gen::inRange(0, 6) == 0;
  if (rows) {
    asked.clear();
  } else if (*rc::gen::inRange(0, 3) > 0) {
    asked.emplace_back("sort", any({"id", "-id", "price", "-price,kind", "size", "-size", "name",
                                    "-kind", "kind,-size"}));
  }
  if (!rows) {
    asked.emplace_back("explain", any({"true", "false"}));
  }
  asked.emplace_back("take", std::to_string(*rc::gen::inRange(1, 8)));
  asked.emplace_back("skip", std::to_string(*rc::gen::inRange(0, 5)));
  asked.emplace_back("total", any({"true", "false"}));
  const auto parse = [&] {
    return rows ? *projection_query(node.models(), "by_size", asked)
                : *parse_query(c, query::kind::list, asked);
  };
  const std::string next = member(run(node.models(), parse(), node.state(), 0).body, "next");
  if (next != "null" && *rc::gen::arbitrary<bool>()) {
    asked.emplace_back("after", next.substr(1, next.size() - 2));
  }
  return parse();
}

void write_something(service_fixture& node) {
  const std::string key = std::to_string(*rc::gen::inRange(0, 16));
  const std::string body = "{\"kind\":" + any({"\"plain\"", "\"fancy\""}) +
                           ",\"size\":" + std::to_string(*rc::gen::inRange(0, 5)) +
                           ",\"name\":" + any({"null", "\"a\"", "\"b\"", "\"c\"", "\"d\""}) +
                           ",\"price\":" + any({"null", "\"1.5\"", "\"1.50\"", "\"7\""}) + "}";
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      node.remove("tasks", key);
      return;
    case 1:
      node.patch("tasks", key, body);
      return;
    default:
      node.put("tasks", key, body, {{}, false, true});
  }
}

/// A reading under way, and what it must answer: what one run at its beginning did.
struct under_way {
  under_way(service_fixture& node, const query& q)
      : work(open_cursor(q)),
        since(node.past.hold()),
        expected(run(node.models(), q, node.state(), 0).body) {}

  /// At most so many steps. Whether it is done.
  bool go_on(service_fixture& node, int steps) const {
    const snapshot_view then(node.past, since, node.state());
    return work->go_on(then, [&steps] { return --steps <= 0; });
  }

  std::unique_ptr<query_cursor> work;
  multiversion::moment since;
  std::string expected;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(readings)

BOOST_AUTO_TEST_CASE(
    a_reading_in_slices_answers_as_of_its_beginning_whatever_is_written_meanwhile) {
  BOOST_TEST(rc::check([] {
    service_fixture node(tasks);
    for (int n = *rc::gen::inRange(0, 40); n > 0; --n) {
      write_something(node);
    }
    std::vector<under_way> all;
    for (int turns = 60; turns > 0 || !all.empty(); --turns) {
      if (turns > 0 && all.size() < 4) {
        all.emplace_back(node, any_query(node));
      }
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
        write_something(node);
      }
      const auto at = static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(0, all.size()));
      if (all[at].go_on(node, *rc::gen::inRange(1, 6))) {
        RC_ASSERT(all[at].work->answer().body == all[at].expected);
        node.past.release(all[at].since);
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    RC_ASSERT(!node.past.holds_any());
    RC_ASSERT(node.past.bytes() == 0u);
  }));
}

BOOST_AUTO_TEST_CASE(the_past_holds_no_more_than_what_changed_since_somebody_reads) {
  service_fixture node(tasks);
  node.post("tasks", R"({"id":1,"kind":"plain"})");
  BOOST_TEST(node.past.bytes() == 0u);
  const auto first = node.past.hold();
  node.post("tasks", R"({"id":2,"kind":"plain"})");
  const auto after_one = node.past.bytes();
  BOOST_TEST(after_one > 0u);
  node.remove("tasks", "2");
  BOOST_TEST(node.past.bytes() == after_one);
  const auto second = node.past.hold();
  node.post("tasks", R"({"id":2,"kind":"plain"})");
  BOOST_TEST(node.past.bytes() > after_one);
  // What the second needs and the first knows of otherwise is not kept.
  node.past.release(second);
  BOOST_TEST(node.past.bytes() == after_one);
  BOOST_TEST(node.past.oldest() == first);
  node.past.release(first);
  BOOST_TEST(!node.past.holds_any());
  BOOST_TEST(node.past.bytes() == 0u);
}

// Three moments, of which the middle one goes while much is kept for it: the earlier one still
// sees what it saw, at every step of the way.
BOOST_AUTO_TEST_CASE(much_that_was_kept_is_dropped_bit_by_bit_and_nobody_sees_it) {
  multiversion past;
  memory_state state;
  const auto key = [](int i) { return "r" + std::to_string(10'000 + i); };
  const auto change_all = [&](const std::string& text, int step) {
    for (int i = 0; i < 1000; i += step) {
      past.keep(key(i), state);
      state.apply({{key(i), text}});
    }
  };
  const auto seen = [&](multiversion::moment at) {
    std::string all;
    const snapshot_view then(past, at, state);
    then.scan("r", "s", state_view::direction::ascending,
              [&all](std::string_view, std::string_view value) {
                all += value;
                return true;
              });
    return all;
  };
  change_all("a", 1);
  const auto first = past.hold();
  const auto at_first = seen(first);
  change_all("b", 2);
  const auto second = past.hold();
  change_all("c", 1);
  const auto third = past.hold();
  const auto at_third = seen(third);
  change_all("d", 3);
  past.release(second);
  BOOST_TEST(!past.holds(second));
  BOOST_TEST(!past.is_tidy());
  std::size_t turns = 0;
  for (bool all = false; !all; ++turns) {
    all = past.tidy([asked = 0]() mutable { return ++asked > 1; });
    BOOST_TEST((seen(first) == at_first));
    BOOST_TEST((seen(third) == at_third));
    change_all("e" + std::to_string(turns), 7);
    BOOST_TEST((seen(first) == at_first));
    BOOST_TEST((seen(third) == at_third));
  }
  BOOST_TEST(turns > 5u);
  past.release(first);
  BOOST_TEST(past.oldest() == third);
  BOOST_TEST((seen(third) == at_third));
  past.release(third);
  BOOST_TEST(!past.holds_any());
  BOOST_TEST(past.bytes() == 0u);
  // Nobody needs what changes now.
  past.keep(key(1), state);
  while (!past.tidy([asked = 0]() mutable { return ++asked > 1; })) {
  }
  BOOST_TEST(past.is_tidy());
}

BOOST_AUTO_TEST_CASE(a_moment_that_was_forgotten_is_held_no_more_and_never_comes_back) {
  service_fixture node(tasks);
  const auto before = node.past.hold();
  node.past.forget_all();
  BOOST_TEST(!node.past.holds(before));
  BOOST_TEST(node.past.hold() != before);
  BOOST_TEST(!node.past.holds(before));
}

BOOST_AUTO_TEST_CASE(a_sort_by_values_that_fill_the_memory_is_refused) {
  service_fixture node(R"(
[models.texts.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)");
  const std::string text((1 << 20) - 100, 't');
  for (int id = 0; id < 40; ++id) {
    node.post("texts", "{\"id\":" + std::to_string(id) + ",\"text\":\"" + text + "\"}");
  }
  const parameters by_text{{"sort", "text"}, {"fields", "id"}};
  const auto refused = node.list("texts", by_text);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(member(refused.body, "error") == "\"too_much_to_sort\"");
  auto fewer = by_text;
  fewer.emplace_back("take", "10");
  BOOST_TEST(column(node.list("texts", fewer), "id") == "0 1 2 3 4 5 6 7 8 9");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reading_test
}  // namespace lithair::models
