#include <boost/test/unit_test.hpp>

#include <set>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/state/aggregate.hpp"
#include "actors/storage/checkpointer.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "persistence/memory_state_store.hpp"
#include "test/actors/stand_in.hpp"

namespace applying_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view models_text = R"(
[models.items.fields]
id    = { type = "integer", primary_key = true, replicate = true }
value = { type = "integer", replicate = true, indexed = true, default = 0 }
text  = { type = "string", replicate = true, optional = true }
)";

constexpr int item_count = 40;

// An aggregate that has time for one item a turn, its raft actor and its client in one. Messages go
// one by one, so that whoever asks is answered in between. Each answer says what it is as of.
struct patient {
  explicit patient(std::chrono::microseconds slice_of_lists = 3600s)
      : schema(*models::parse_model_text(models_text, "test")),
        system(config.set("scheduler.policy", caf::atom("testing"))) {
    client = system.spawn([this](caf::event_based_actor*) -> caf::behavior { return behaviour(); });
    aggregate::setup made;
    made.schema = &schema;
    made.self = protocol::node_id{1};
    made.state = base;
    made.slice = slice_of_lists;
    made.apply_slice = 0us;
    state = system.spawn<aggregate>(nullptr, std::move(made));
    tell(serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
    run();
  }
  ~patient() {
    for (auto* each : {&state, &client}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  caf::behavior behaviour() {
    return {
        [this](const applied& x) {
          through = x.through.value;
          for (auto& each : x.results) outcomes.push_back(each.result);
        },
        [this](const answered& x) {
          answers.push_back(x);
          if (asks_on) ask_for("count");
        },
        [this](const checkpoint& x) {
          base->commit(x.layer->changes(), x.point);
          checkpoints.emplace(x.point.index.value, records_in(*base));
          tell(checkpointed{x.point.index, {}});
        },
        [](const checkpointed&) {},
        [](give_back_memory) {},
        [this](const state_released&) { released = true; },
        [this](const feed_begins& x) { feed_from = x.applied; },
        [this](const feed_grew& x) {
          BOOST_TEST(x.applied >= feed_from);
          feed_from = x.applied;
          for (auto& each : x.pairs) {
            told_to_feed.push_back(each.index);
            events_told.push_back(0);
            BOOST_TEST(models::read_feed(
                each, [this](const models::feed_event&) { ++events_told.back(); }));
          }
        },
        [this](const feed_read& x) {
          for (auto& each : x.pairs) read_of_feed.push_back(each.index);
          read_through = x.through;
        },
    };
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() { scheduler().run(); }
  // Who has more to do waits behind the others: the coordinator alone would go on with it.
  bool run_next() {
    auto& jobs = scheduler().jobs;
    if (jobs.size() > 1) {
      jobs.push_back(jobs.front());
      jobs.pop_front();
    }
    return scheduler().try_run_once();
  }

  template <class Message>
  void tell(Message x) {
    state->enqueue(caf::actor_cast<caf::strong_actor_ptr>(client), caf::make_message_id(),
                   caf::make_message(std::move(x)), nullptr);
  }

  void apply(std::string command) {
    protocol::entry x;
    x.index = protocol::index_t{++index};
    x.term = protocol::term_t{1};
    x.kind = protocol::entry_kind::command;
    x.from.node = protocol::node_id{1};
    x.data = protocol::payload{std::move(command)};
    entries.push_back(x);
    tell(apply_entries{{std::move(x)}});
  }
  void create_all(std::size_t letters = 0) {
    std::string body = "[";
    const auto text = letters == 0 ? "" : ",\"text\":\"" + std::string(letters, 'x') + '"';
    for (int i = 0; i < item_count; ++i)
      body += std::string(i == 0 ? "" : ",") + "{\"id\":" + std::to_string(i) + text + "}";
    apply(*models::prepare(schema, models::bulk_request{schema.find("items"), body + "]", {}},
                           {1, {}}));
  }
  void change_all(int value) {
    std::string body = R"({"operations":[)";
    for (int i = 0; i < item_count; ++i)
      body += std::string(i == 0 ? "" : ",") + R"({"op":"patch","collection":"items","id":)" +
              std::to_string(i) + R"(,"item":{"value":)" + std::to_string(value) + "}}";
    apply(*models::prepare(schema, models::transaction_request{body + "]}", {}}, {1, {}}));
  }

  void ask_for(const std::string& what) {
    ask x;
    const auto kind = what == "count" ? models::query::kind::count : models::query::kind::list;
    x.what = *models::parse_query(*schema.find("items"), kind, {});
    tell(std::move(x));
  }
  static std::size_t records_in(const persistence::state_source& of) {
    std::size_t count = 0;
    of.scan("r", "s", persistence::scan_order::ascending, [&](std::string_view, std::string_view) {
      ++count;
      return true;
    });
    return count;
  }

  models::schema schema;
  std::shared_ptr<persistence::memory_state_store> base =
      std::make_shared<persistence::memory_state_store>();
  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor client, state;
  std::uint64_t index = 0;
  std::uint64_t through = 0;
  bool asks_on = false;
  bool released = false;
  std::vector<protocol::entry> entries;
  std::vector<models::outcome> outcomes;
  std::vector<answered> answers;
  std::uint64_t feed_from = 0;
  std::vector<std::uint64_t> told_to_feed;
  std::vector<std::size_t> events_told;
  std::vector<std::uint64_t> read_of_feed;
  std::uint64_t read_through = 0;
  std::map<std::uint64_t, std::size_t> checkpoints;  // records in each
};

struct with_slow_lists : patient {
  with_slow_lists() : patient(0us) {}
};

std::string count_of(std::size_t items) { return "{\"count\":" + std::to_string(items) + "}"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(applying)

BOOST_FIXTURE_TEST_CASE(others_get_their_turn_within_a_command_and_see_all_of_it_or_nothing,
                        patient) {
  asks_on = true;
  ask_for("count");
  create_all();
  while (through < 1) BOOST_REQUIRE(run_next());
  asks_on = false;
  run();
  ask_for("count");
  run();
  std::size_t before = 0;
  for (const auto& each : answers) {
    BOOST_TEST(each.result.body == count_of(each.applied == 0 ? 0 : item_count));
    before += each.applied == 0 ? 1 : 0;
  }
  // One for each item at least.
  BOOST_TEST(before > item_count);
  BOOST_TEST(answers.back().applied == 1);
  BOOST_TEST(outcomes.front().status == 201);
}

BOOST_FIXTURE_TEST_CASE(what_follows_a_long_command_waits_for_it, patient) {
  create_all();
  change_all(1);
  apply(*models::prepare(
      schema, {models::operation::patch, schema.find("items"), "7", R"({"value":2})", {}},
      {1, {}}));
  run();
  BOOST_TEST(through == 3);
  BOOST_REQUIRE(outcomes.size() == 3u);
  BOOST_TEST(outcomes[1].status == 200);
  BOOST_TEST(outcomes[2].body == R"({"id":7,"value":2})");
}

BOOST_FIXTURE_TEST_CASE(a_list_under_way_shows_what_was_before_a_long_command, with_slow_lists) {
  create_all();
  run();
  ask_for("list");
  // It has begun, and has many turns before it.
  for (int i = 0; i < 5; ++i) scheduler().try_run_once();
  change_all(1);
  run();
  ask_for("list");
  run();
  BOOST_REQUIRE(answers.size() == 2u);
  const auto shows = [this](std::size_t i, const char* text) {
    return answers[i].result.body.find(text) != std::string::npos;
  };
  BOOST_TEST((shows(0, "\"value\":0") && !shows(0, "\"value\":1,") && !shows(0, "\"value\":1}")));
  BOOST_TEST((!shows(1, "\"value\":0") && shows(1, "\"value\":1}")));
}

BOOST_FIXTURE_TEST_CASE(lists_that_begin_within_a_long_command_show_one_moment, with_slow_lists) {
  create_all();
  run();
  change_all(1);
  for (int i = 0; scheduler().try_run_once(); ++i)
    if (i % 7 == 0 && i < 700) ask_for("list");
  BOOST_REQUIRE(!answers.empty());
  std::set<std::uint64_t> moments;
  for (const auto& each : answers) {
    const auto& body = each.result.body;
    const bool is_new = each.applied == 2;
    moments.insert(each.applied);
    BOOST_TEST((body.find("\"value\":0") == std::string::npos) == is_new);
    BOOST_TEST((body.find("\"value\":1}") != std::string::npos) == is_new);
  }
  BOOST_TEST(moments.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_within_a_long_command_has_all_of_it_or_nothing, patient) {
  create_all();
  for (int i = 0; scheduler().try_run_once(); ++i)
    if (i % 5 == 0 && i < 500) tell(checkpoint_now{});
  BOOST_REQUIRE(!checkpoints.empty());
  for (const auto& [as_of, records] : checkpoints)
    BOOST_TEST(records == (as_of == 0 ? 0u : std::size_t{item_count}));
  BOOST_TEST(checkpoints.contains(1));
}

BOOST_FIXTURE_TEST_CASE(a_state_that_takes_over_within_a_long_command_drops_it, patient) {
  create_all();
  for (int i = 0; i < item_count; ++i) scheduler().try_run_once();
  tell(release_state{});
  while (!released) BOOST_REQUIRE(scheduler().try_run_once());
  BOOST_TEST(through == 0);
  state_replaced news;
  news.state = base;
  tell(std::move(news));
  run();
  ask_for("count");
  run();
  BOOST_TEST(answers.back().result.body == count_of(0));
  tell(apply_entries{{entries.front()}});
  run();
  ask_for("count");
  run();
  BOOST_TEST(answers.back().result.body == count_of(item_count));
}

BOOST_FIXTURE_TEST_CASE(the_feed_is_told_of_a_long_command_once, patient) {
  tell(attend_feed{true});
  create_all();
  run();
  BOOST_TEST(told_to_feed == std::vector<std::uint64_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(events_told.front() == item_count);
}

BOOST_FIXTURE_TEST_CASE(the_feed_is_told_of_what_lies_in_pieces_once_all_of_it_is_there, patient) {
  tell(attend_feed{true});
  create_all(20'000);
  apply(*models::prepare(
      schema, {models::operation::patch, schema.find("items"), "7", R"({"value":2})", {}},
      {1, {}}));
  read_feed question;
  question.limit = 1 << 20;
  // Who reads the state meanwhile is not told more than the feed was.
  for (int i = 0; told_to_feed.empty(); ++i) {
    if (i % 100 == 0) tell(question);
    BOOST_REQUIRE(run_next());
    BOOST_TEST(read_through <= feed_from);
  }
  run();
  BOOST_TEST(told_to_feed == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(events_told == (std::vector<std::size_t>{item_count, 1}),
             boost::test_tools::per_element());
  for (const auto each : read_of_feed) BOOST_TEST(each == 1u);
  read_of_feed.clear();
  tell(question);
  run();
  BOOST_TEST(read_of_feed == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
}

// Whenever somebody begins to follow, nothing is told by halves, twice or not at all.
BOOST_AUTO_TEST_CASE(a_feed_that_begins_within_a_long_command_misses_nothing) {
  for (int turns = 0; turns < 260; turns += 13) {
    patient subject;
    subject.create_all(20'000);
    for (int i = 0; i < turns; ++i) subject.run_next();
    subject.tell(attend_feed{true});
    subject.run();
    const auto began_behind = subject.told_to_feed.empty();
    BOOST_TEST(subject.feed_from == 1u);
    for (const auto events : subject.events_told) BOOST_TEST(events == item_count);
    // What it was not told of, the state tells.
    read_feed question;
    question.limit = 1;
    subject.tell(question);
    subject.run();
    BOOST_TEST(subject.read_of_feed == std::vector<std::uint64_t>{1},
               boost::test_tools::per_element());
    BOOST_TEST((began_behind || subject.told_to_feed.size() == 1u));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace applying_test
