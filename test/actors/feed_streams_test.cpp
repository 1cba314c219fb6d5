#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/node/system.hpp"
#include "actors/state/feed.hpp"
#include "models/declaration/model_file.hpp"
#include "models/derived/change_recorder.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/memory_state.hpp"
#include "test/actors/stand_in.hpp"

namespace feed_streams_test {

using namespace lithair::actors;
using namespace lithair;
using models::feed_position;

namespace {

constexpr auto model = R"(
[models.things.fields]
id = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", optional = true, replicate = true }
)";

/// A feed, the aggregate before it, which has a state, and any number of followers who are one
/// actor.
struct streams_of_a_feed {
  explicit streams_of_a_feed(std::chrono::microseconds slice = std::chrono::seconds{1})
      : things(models::parse_model_text(model, "test.toml").value()),
        system(config.set("scheduler.policy", caf::atom("testing"))) {
    other = system.spawn([this](caf::event_based_actor* self) { return behaviour(self); });
    feed::setup s{lithair::test::stand_in{other}};
    s.slice = slice;
    subject = system.spawn<feed>(nullptr, s);
    run();
  }
  ~streams_of_a_feed() {
    for (auto* each : {&subject, &other}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  caf::behavior behaviour(caf::event_based_actor* self) {
    return {[this, self](const attend_feed& order) {
              attended = order.on;
              if (order.on) self->send(subject, feed_begins{applied, {}});
            },
            [this, self](const read_feed& order) {
              ++reads;
              feed_read made;
              made.token = order.token;
              auto run = models::read_run(state, applied, order.after, order.begun, order.offset,
                                          order.limit);
              for (const auto& each : run.pieces) bytes_read += each.bytes->size();
              made.pieces = std::move(run.pieces);
              made.through = run.through;
              self->send(subject, std::move(made));
            },
            [this](followed& answer) { came.push_back(std::move(answer)); }};
  }

  /// A command made these items, each with so many letters.
  void change(int first, int count, std::size_t letters) {
    std::string pair;
    models::change_recorder recorder;
    const auto& c = *things.find("things");
    std::vector<std::string> values;
    for (int i = first; i < first + count; ++i) {
      std::string id;
      std::string text;
      models::write_value(id, models::value{std::int64_t{i}});
      models::write_value(text, models::value{std::string(letters, 'x')});
      const models::stored_fields fields{{c.fields[0].id, id}, {c.fields[1].id, text}};
      recorder.add({c, id, nullptr, &fields});
    }
    models::change_set changes;
    BOOST_REQUIRE(recorder.write(
        {++applied, 0}, state, models::feed_layout::pieces, changes, [] { return false; },
        models::max_feed_bytes));
    state.apply(changes);
    feed_grew news{applied, {}};
    news.pairs.push_back(
        models::read_feed_pair(state, applied, *state.get(models::feed_key(applied))));
    caf::anon_send(subject, std::move(news));
  }

  /// Subscribes, or goes on; `token` is the follower's number.
  void ask(std::uint64_t token, feed_position at,
           const std::vector<std::pair<std::string, std::string>>& filters = {}) {
    follow question;
    question.token = token;
    question.after = at;
    question.stream = models::parse_stream(*things.find("things"), filters, {}).value().what;
    say(std::move(question));
  }
  template <class Message>
  void say(Message what) {
    subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                     caf::make_message(std::move(what)), nullptr);
  }
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() { scheduler().run(); }

  /// All that a follower is told from there on.
  std::string told_from(std::uint64_t token, feed_position at, std::size_t& pages) {
    std::string text;
    for (;; ++pages) {
      came.clear();
      ask(token, at);
      run();
      if (came.empty()) return text;
      text += *came.front().text;
      at = came.front().through;
    }
  }

  models::schema things;
  system_config config;
  caf::actor_system system;
  models::memory_state state;
  caf::actor other;
  caf::actor subject;
  std::uint64_t applied = 0;
  bool attended = false;
  std::size_t reads = 0;
  std::size_t bytes_read = 0;
  std::vector<followed> came;
};

struct in_small_slices : streams_of_a_feed {
  in_small_slices() : streams_of_a_feed(std::chrono::microseconds{0}) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(streams_of_feeds, streams_of_a_feed)

BOOST_AUTO_TEST_CASE(streams_that_tell_the_same_share_one_text) {
  for (std::uint64_t token = 1; token <= 3; ++token) ask(token, {0, 0});
  run();
  BOOST_TEST(came.empty());
  change(1, 2, 10);
  run();
  BOOST_REQUIRE(came.size() == 3u);
  BOOST_TEST(came[0].text->find("\"id\":2") != std::string::npos);
  BOOST_TEST(came[0].text == came[1].text);
  BOOST_TEST(came[0].text == came[2].text);
  // Also who comes when it is there already, from any place that it begins behind.
  came.clear();
  ask(4, {0, 0});
  run();
  BOOST_REQUIRE(came.size() == 1u);
  const auto text = came[0].text;
  ask(5, {0, 0}, {{"fields", "id"}});
  run();
  BOOST_REQUIRE(came.size() == 2u);
  BOOST_TEST(came[1].text != text);
  BOOST_TEST(reads == 0u);
}

BOOST_AUTO_TEST_CASE(what_comes_before_they_ask_again_is_one_answer) {
  ask(1, {0, 0});
  run();
  change(1, 1, 10);
  run();
  for (int i = 2; i < 10; ++i) change(i, 1, 10);
  run();
  BOOST_REQUIRE(came.size() == 1u);
  ask(1, came.front().through);
  run();
  BOOST_REQUIRE(came.size() == 2u);
  BOOST_TEST(came[1].through.index == 9u);
}

// Ten followers, each a page behind the other: as much is read as by one.
BOOST_AUTO_TEST_CASE(a_large_change_is_read_a_piece_at_a_time_and_once_for_all) {
  ask(1, {0, 0});
  run();
  change(1, 10'000, 1000);
  const auto size = models::read_feed_pair(state, 1, *state.get(models::feed_key(1))).bytes();
  BOOST_REQUIRE(size > 10'000'000u);
  run();
  std::vector<feed_position> at(11);
  std::vector<std::string> told(11);
  std::size_t pages = 0;
  for (bool again = true; again;) {
    again = false;
    for (std::uint64_t token = 1; token <= 10; ++token) {
      came.clear();
      ask(token, at[token]);
      run();
      if (came.empty()) continue;
      again = true;
      ++pages;
      at[token] = came.front().through;
      told[token] += *came.front().text;
    }
  }
  BOOST_TEST(told[1].size() > size);
  for (std::uint64_t token = 2; token <= 10; ++token) BOOST_TEST((told[token] == told[1]));
  BOOST_TEST(pages > 10 * size / stream_reader::page_bytes);
  // Two pieces of 256 KiB for a page of 128 KiB at most: not one for each follower.
  BOOST_TEST(reads <= 2 * (pages / 10 + 1));
  BOOST_TEST(bytes_read < 5 * size);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_larger_than_a_piece_is_told_whole) {
  ask(1, {0, 0});
  run();
  change(1, 3, 3'000'000);
  change(4, 1, 10'000'000);
  run();
  std::size_t pages = 0;
  const auto text = told_from(1, {0, 0}, pages);
  BOOST_TEST(pages == 4u);
  BOOST_TEST(text.size() > 19'000'000u);
}

BOOST_AUTO_TEST_CASE(who_is_farther_back_than_all_pages_catches_up) {
  ask(1, {0, 0});
  run();
  for (int i = 0; i < 40; ++i) {
    change(i * 100, 100, 5000);
    run();
  }
  std::size_t pages = 0;
  const auto first = told_from(1, {0, 0}, pages);
  const auto second = told_from(2, {0, 0}, pages);
  BOOST_TEST((first == second));
  BOOST_TEST(first.size() > 20'000'000u);
}

BOOST_AUTO_TEST_CASE(one_that_ends_without_a_word_is_forgotten) {
  auto brief = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {[](const check_again&) {}};
  });
  follow question;
  question.token = 1;
  question.after = feed_position{0, 0};
  subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(brief), caf::make_message_id(),
                   caf::make_message(std::move(question)), nullptr);
  run();
  BOOST_TEST(attended);
  caf::anon_send_exit(brief, caf::exit_reason::user_shutdown);
  brief = nullptr;
  run();
  BOOST_TEST(!attended);
}

BOOST_AUTO_TEST_CASE(a_subscription_that_is_used_for_another_place_is_judged_anew) {
  ask(1, {0, 0});
  run();
  change(1, 1, 10);
  run();
  ask(1, {0, 0}, {{"fields", "id"}});
  run();
  BOOST_REQUIRE(came.size() == 2u);
  BOOST_TEST(came.back().text->find("text") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(streams_in_slices, in_small_slices)

// A filter that nothing passes, and a slice of one event: whatever else comes has its turn between.
BOOST_AUTO_TEST_CASE(nothing_waits_until_a_stream_has_looked_at_all_of_a_change) {
  ask(1, {0, 0}, {{"text", "~yyy"}});
  run();
  change(1, 1000, 10);
  for (int i = 0; i < 10; ++i) BOOST_REQUIRE(scheduler().try_run_once());
  say(nudge{1});
  std::size_t turns = 0;
  while (came.empty() && scheduler().try_run_once()) ++turns;
  BOOST_REQUIRE(came.size() == 1u);
  BOOST_TEST(turns < 10u);
  BOOST_TEST(!came.front().text);
  BOOST_TEST((came.front().through < feed_position{1, 0}));
  // And it goes on where it was.
  ask(1, came.front().through, {{"text", "~yyy"}});
  run();
  change(2000, 1, 10);
  run();
  say(nudge{1});
  run();
  BOOST_REQUIRE(came.size() == 2u);
  BOOST_TEST((came.back().through == feed_position{2, 0}));
}

BOOST_AUTO_TEST_CASE(slices_change_nothing_of_what_is_told) {
  ask(1, {0, 0});
  run();
  change(1, 300, 2000);
  run();
  change(301, 3, 10);
  std::size_t pages = 0;
  const auto text = told_from(1, {0, 0}, pages);
  BOOST_TEST(pages > 3u);
  std::size_t events = 0;
  for (auto at = text.find("id: "); at != std::string::npos; at = text.find("\nid: ", at + 1))
    ++events;
  BOOST_TEST(events == 303u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace feed_streams_test
