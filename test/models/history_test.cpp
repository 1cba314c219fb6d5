#include "models/derived/history.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>

#include "models/query/history_page.hpp"
#include "models/query/item_options.hpp"
#include "models/query/open_cursor.hpp"
#include "models/query/page_limits.hpp"
#include "models/state/multiversion.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace history_test {

BOOST_AUTO_TEST_SUITE(history)

struct tracked_fixture : service_fixture {
  tracked_fixture()
      : service_fixture(R"([models.m.fields]
id = { type = "string", primary_key = true, replicate = true, track_history = true }
a = { type = "integer", optional = true, replicate = true, track_history = true }
s = { type = "string", optional = true, replicate = true, track_history = true, expose = false }
u = { type = "integer", optional = true, replicate = true }
[models.plain.fields]
id = { type = "string", primary_key = true, replicate = true }
)") {}

  std::string changes(std::string_view key) const {
    std::string made;
    const auto page = history("m", key);
    const std::string events = member(page.body, "events");
    for (std::size_t at = 0; (at = events.find("\"type\":", at)) != std::string::npos; ++at) {
      made += events.substr(at + 7, events.find('}', at) - at - 6) + ' ';
    }
    return made;
  }
};

BOOST_FIXTURE_TEST_CASE(every_change_is_an_event_also_behind_the_deletion, tracked_fixture) {
  post("m", R"({"id":"x","a":1,"s":"secret","u":5})");
  patch("m", "x", R"({"a":2})");
  patch("m", "x", R"({"u":6})");
  put("m", "x", "{}");
  remove("m", "x");
  post("m", R"({"id":"x","a":7})");
  BOOST_TEST(
      changes("x") ==
      R"("created","changes":{"id":"x","a":1} "updated","changes":{"a":2} "updated","changes":{} )"
      R"("updated","changes":{"a":null} "deleted","changes":{} "created","changes":{"id":"x","a":7} )");
  const auto page = history("m", "x", {{"verify", "true"}});
  BOOST_TEST(page.body.find("secret") == std::string::npos);
  BOOST_TEST(member(page.body, "verified") == "true");
  BOOST_TEST(page.body.starts_with(
      R"({"id":"x","events":[{"version":1,"index":1,"time":"2027-01-15T08:00:00.001Z",)"));
  BOOST_TEST(history("m", "y").status == 404);
  BOOST_TEST(history("plain", "x").status == 404);
}

BOOST_FIXTURE_TEST_CASE(an_item_can_be_seen_as_it_was, tracked_fixture) {
  post("m", R"({"id":"x","a":1,"u":5})");
  patch("m", "x", R"({"a":2})");
  remove("m", "x");
  const auto as_of = [this](std::string when) {
    const auto made = get("m", "x", {{"fields", "id,a"}, {"as_of", std::move(when)}});
    return made.status == 200 ? made.body : std::to_string(made.status);
  };
  BOOST_TEST(as_of("0") == "404");
  BOOST_TEST(as_of("1") == R"({"id":"x","a":1})");
  BOOST_TEST(as_of("2") == R"({"id":"x","a":2})");
  BOOST_TEST(as_of("3") == "404");
  BOOST_TEST(as_of("2027-01-15T08:00:00Z") == "404");
  BOOST_TEST(as_of("2027-01-15T08:00:00.001Z") == R"({"id":"x","a":1})");
  BOOST_TEST(as_of("2027-01-15T08:00:00.002Z") == R"({"id":"x","a":2})");
  BOOST_TEST(as_of("yesterday") == "400");
  const auto untracked = get("m", "x", {{"as_of", "1"}});
  BOOST_TEST(untracked.status == 422);
  BOOST_TEST(errors_in(untracked) == "u:untracked");
  BOOST_TEST(get("plain", "x", {{"as_of", "1"}}).status == 422);
  BOOST_TEST(get("m", "x", {{"fields", "s"}}).status == 400);
  BOOST_TEST(get("m", "x", {{"nope", "1"}}).status == 400);
}

BOOST_FIXTURE_TEST_CASE(pages_of_events_follow_each_other, tracked_fixture) {
  post("m", R"({"id":"x","a":0})");
  for (int i = 1; i < 5; ++i) {
    patch("m", "x", "{\"a\":" + std::to_string(i) + "}");
  }
  const auto first = history("m", "x", {{"take", "3"}});
  BOOST_TEST(member(first.body, "has_more") == "true");
  const auto second = history("m", "x", {{"take", "3"}, {"after", "3"}});
  BOOST_TEST(member(second.body, "has_more") == "false");
  BOOST_TEST(second.body.find("\"version\":4,") != std::string::npos);
  BOOST_TEST(second.body.find("\"version\":3,") == std::string::npos);
  BOOST_TEST(member(first.body, "next") == "3");
  BOOST_TEST(member(second.body, "next") == "null");
  BOOST_TEST(history("m", "x", {{"take", "0"}}).status == 400);
  BOOST_TEST(history("m", "x", {{"sort", "a"}}).status == 400);
}

struct long_history : service_fixture {
  long_history()
      : service_fixture(R"([models.m.fields]
id = { type = "string", primary_key = true, replicate = true, track_history = true }
t = { type = "string", optional = true, replicate = true, track_history = true }
)") {
    post("m", R"({"id":"x"})");
    for (int i = 0; i < 20; ++i) {
      patch("m", "x", "{\"t\":\"" + std::string(500'000, static_cast<char>('a' + i)) + "\"}");
    }
  }
};

BOOST_FIXTURE_TEST_CASE(a_page_of_large_events_ends_early_and_next_goes_on, long_history) {
  std::string after = "0";
  std::size_t pages = 0;
  std::size_t events = 0;
  while (after != "null") {
    const auto page = history("m", "x", {{"after", after}}).body;
    BOOST_TEST(page.size() < max_page_bytes + 600'000);
    for (std::size_t at = 0; (at = page.find("\"index\":", at)) != std::string::npos; ++at) {
      ++events;
    }
    after = member(page, "next");
    BOOST_TEST(member(page, "has_more") == (after == "null" ? "false" : "true"));
    ++pages;
  }
  BOOST_TEST(events == 21u);
  BOOST_TEST(pages == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_history_is_read_in_slices_of_few_events, long_history) {
  const std::vector<std::pair<std::string, std::string>> verify{{"verify", "true"}};
  const std::vector<std::pair<std::string, std::string>> as_of{{"as_of", "20"}};
  const auto& c = *find("m");
  for (const auto& q : {*history_query(c, "x", verify), *item_query(c, "x", as_of)}) {
    const auto work = open_cursor(q);
    std::size_t slices = 1;
    // Each slice is over after so many looks at the clock, as the bytes of one event bring.
    for (int asked = 0; !work->go_on(state(), [&asked] { return ++asked >= 100; }); asked = 0) {
      ++slices;
    }
    BOOST_TEST(slices >= 19u);
    BOOST_TEST(work->answer().body == run(models(), q, state(), 0).body);
  }
}

BOOST_FIXTURE_TEST_CASE(a_history_is_read_as_of_its_beginning, long_history) {
  const auto q = *history_query(*find("m"), "x", {});
  const auto expected = run(models(), q, state(), 0).body;
  const auto work = open_cursor(q);
  const auto since = past.hold();
  const auto go_on = [&] {
    return work->go_on(snapshot_view(past, since, state()), [] { return true; });
  };
  BOOST_TEST(!go_on());
  patch("m", "x", R"({"t":"later"})");
  while (!go_on()) {
  }
  BOOST_TEST(work->answer().body == expected);
}

BOOST_AUTO_TEST_CASE(the_future_can_not_be_read) {
  query q;
  BOOST_TEST(!why_not_yet(q, 5, 1000));
  item_options options;
  const auto why = [&] {
    q.item = std::make_shared<const item_options>(options);
    const auto refused = why_not_yet(q, 5, 1000);
    return refused ? refused->status : 0;
  };
  BOOST_TEST(why() == 0);
  options.as_of_index = 5;
  BOOST_TEST(why() == 0);
  options.as_of_index = 6;
  BOOST_TEST(why() == 400);
  options.as_of_index.reset();
  options.as_of_time_us = 1000;
  BOOST_TEST(why() == 0);
  options.as_of_time_us = 1001;
  BOOST_TEST(why() == 400);
}

BOOST_FIXTURE_TEST_CASE(a_patch_that_changes_nothing_makes_no_event, tracked_fixture) {
  const auto made = post("m", R"({"id":"x","a":1,"u":5})");
  for (const auto* body : {"{}", R"({"a":1})", R"({"id":"x","a":1,"u":5,"s":null})"}) {
    const auto before = state().pairs();
    const auto answer = patch("m", "x", body);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == made.body);
    BOOST_TEST(answer.version == made.version);
    BOOST_TEST((state().pairs() == before));
  }
  // A condition that fails still does.
  BOOST_TEST(patch("m", "x", "{}", {{made.version + 1}, false, false}).status == 412);
  const auto all =
      transact(R"({"operations":[{"op":"patch","collection":"m","id":"x","item":{}}]})");
  BOOST_TEST(all.body.find("\"version\":" + std::to_string(made.version) + ',') !=
             std::string::npos);
  const auto changed = patch("m", "x", R"({"a":2})");
  BOOST_TEST(changed.version == index());
}

BOOST_FIXTURE_TEST_CASE(whatever_is_tampered_with_shows, tracked_fixture) {
  post("m", R"({"id":"x","a":1})");
  patch("m", "x", R"({"a":2})");
  patch("m", "x", R"({"a":3})");
  const auto verified = [this] {
    const auto page = history("m", "x", {{"verify", "true"}});
    return member(page.body, "verified") + member(page.body, "broken_at");
  };
  BOOST_TEST(verified() == "true");
  const memory_state whole = state();
  const collection& c = *find("m");
  for (const auto& [key, bytes] : whole.pairs()) {
    if (key.front() != 'h' && key.front() != 'r') {
      continue;
    }
    mutable_state().apply({{key, std::nullopt}});
    BOOST_TEST(verified() != "true");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      mutable_state().apply({{key, changed}});
      // The version, count and age of the record are not in its events.
      const bool harmless = key.front() == 'r' && i >= 1 && i <= 3;
      BOOST_TEST((verified() == "true") == harmless);
    }
    mutable_state().apply({{key, bytes}});
  }
  mutable_state().apply({{event_key(c, "x", 2), std::nullopt}});
  BOOST_TEST(verified() == "false2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace history_test
}  // namespace lithair::models
