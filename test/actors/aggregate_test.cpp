#include "actors/state/aggregate.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/storage/checkpointer.hpp"
#include "models/command/joint_command.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/service.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/storage_error.hpp"
#include "test/actors/stand_in.hpp"

namespace aggregate_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view models_text = R"(
[models.items.fields]
id    = { type = "integer", primary_key = true, immutable = true, replicate = true }
value = { type = "integer", replicate = true }
note  = { type = "string", optional = true }
)";

// A state that can't be read for a while.
struct unsteady_state final : persistence::memory_state_store {
  std::optional<persistence::storage_errc> trouble;
  std::optional<std::string> get(std::string_view key) const override {
    if (trouble) throw persistence::storage_error(*trouble, "trouble");
    return memory_state_store::get(key);
  }
  void scan(std::string_view lower, std::string_view upper, persistence::scan_order order,
            const persistence::pair_visitor& visit) const override {
    if (trouble) throw persistence::storage_error(*trouble, "trouble");
    memory_state_store::scan(lower, upper, order, visit);
  }
};

using parameters = std::vector<std::pair<std::string, std::string>>;

bool never() { return false; }

// Each pair of the state is a slice of its own.
constexpr std::chrono::microseconds one_pair{0};
constexpr std::chrono::microseconds whole_list{3600s};

// The aggregates of the shared group and of the node's own, without their raft actors, in one
// thread under virtual time. What they tell the client is in `told`, in its order.
struct two_aggregates {
  explicit two_aggregates(std::chrono::microseconds slice = one_pair,
                          std::size_t max_kept_bytes = 64 << 20,
                          std::uint64_t checkpoint_bytes = 32 << 20)
      : full(*models::parse_model_text(models_text, "test")),
        replicated(models::replicated_part(full)),
        local(models::local_part(full)),
        system(config.set("scheduler.policy", caf::atom("testing"))) {
    client = system.spawn([this](caf::event_based_actor*) -> caf::behavior { return behaviour(); });
    auto window = std::make_shared<state_window>();
    auto setup = [&](const models::schema& part) {
      aggregate::setup made;
      made.schema = &part;
      made.self = protocol::node_id{1};
      made.state = std::make_shared<persistence::memory_state_store>();
      made.window = window;
      made.slice = slice;
      made.max_kept_bytes = max_kept_bytes;
      made.checkpoint_bytes = checkpoint_bytes;
      return made;
    };
    own = system.spawn<aggregate>(nullptr, setup(local));
    auto shared = setup(replicated);
    shared.local_raft = test::stand_in{client};
    shared.state = base;
    group = system.spawn<aggregate>(nullptr, std::move(shared));
    caf::anon_send(own, apply_entries{});  // shows the window
    run();
  }
  ~two_aggregates() {
    for (auto* each : {&group, &own, &client}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  caf::behavior behaviour() {
    return {
        [this](const applied& x) {
          for (auto& each : x.results) outcomes.push_back(each.result);
          told.push_back("applied " + std::to_string(x.through.value) + x.stopped);
        },
        [this](const answered& x) {
          answers[x.token] = x;
          told.push_back("answered " + std::to_string(x.token));
        },
        [this](const checkpoint& x) {
          if (disk_hangs) {
            hanging.push_back(x);
            return;
          }
          base->commit(x.layer->changes(), x.point);
          tell(group, checkpointed{x.point.index, {}});
          told.push_back("checkpoint");
        },
        [this](const checkpointed& x) { told.push_back(x.failed); },
        [this](const feed_begins& x) { feed_began = x.applied; },
        [this](const feed_stops& x) { feed_ended = x.reason; },
        [this](const state_damaged& x) { told.push_back("damaged: " + x.reason); },
        [this](const feed_read& x) { told.push_back("feed: " + x.failed); },
        [](give_back_memory) {},
        [](const state_released&) {},
        [](const submit&) {},
    };
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  std::size_t run() { return scheduler().run(); }
  void advance(std::chrono::milliseconds by) {
    scheduler().advance_time(by);
    run();
  }

  template <class Message>
  void tell(const caf::actor& to, Message x) {
    to->enqueue(caf::actor_cast<caf::strong_actor_ptr>(client), caf::make_message_id(),
                caf::make_message(std::move(x)), nullptr);
  }

  std::string prepare(models::operation op, int id, const std::string& body) const {
    auto key = op == models::operation::create ? std::string() : std::to_string(id);
    return *models::prepare(full, {op, full.find("items"), key, body, {}},
                            {1, [] { return std::string(16, 'u'); }});
  }
  void apply(const caf::actor& to, std::uint64_t& last, std::string command) {
    protocol::entry x;
    x.index = protocol::index_t{++last};
    x.term = protocol::term_t{1};
    x.kind = protocol::entry_kind::command;
    x.from.node = protocol::node_id{1};
    x.data = protocol::payload{std::move(command)};
    tell(to, apply_entries{{std::move(x)}});
  }
  // What is for the shared group, and after its answer for the own one.
  std::string shared_part(models::joint_command& of) const {
    of.read(never);
    of.split(never);
    return of.take_replicated();
  }
  std::string own_part(models::joint_command& of, const models::outcome& decided) const {
    of.decided(decided);
    of.localize(never);
    return of.take_local();
  }
  // Sends the command that changes the replicated fields; what it does comes with `run`.
  void write(models::operation op, int id, const std::string& body = {}) {
    models::joint_command both(full, prepare(op, id, body));
    apply(group, index, shared_part(both));
  }
  // Both parts at once.
  void write_both(models::operation op, int id, const std::string& body) {
    models::joint_command both(full, prepare(op, id, body));
    apply(group, index, shared_part(both));
    run();
    auto part = own_part(both, outcomes.back());
    if (!part.empty()) apply(own, local_index, part);
    run();
  }
  void fill(int items) {
    for (int id = 0; id < items; ++id)
      write(models::operation::create, id,
            "{\"id\":" + std::to_string(id) + ",\"value\":" + std::to_string(id % 7) + "}");
    run();
  }

  std::uint64_t list(const parameters& asked,
                     models::query::kind kind = models::query::kind::list) {
    ask x;
    x.token = ++token;
    x.what = *models::parse_query(*full.find("items"), kind, asked);
    tell(group, std::move(x));
    return token;
  }
  std::string body(std::uint64_t of) const {
    return answers.contains(of) ? answers.at(of).result.body : "none";
  }
  // Of a list that is asked for while nothing else is going on.
  std::string list_now(const parameters& asked) {
    auto of = list(asked);
    run();
    return body(of);
  }
  std::size_t place(const std::string& of) const {
    return static_cast<std::size_t>(std::find(told.begin(), told.end(), of) - told.begin());
  }

  models::schema full, replicated, local;
  std::shared_ptr<unsteady_state> base = std::make_shared<unsteady_state>();
  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor client, group, own;
  std::uint64_t index = 0;
  std::uint64_t local_index = 0;
  std::uint64_t token = 0;
  std::vector<std::string> told;
  std::uint64_t feed_began = 0;
  std::string feed_ended;
  std::vector<models::outcome> outcomes;
  std::map<std::uint64_t, answered> answers;
  bool disk_hangs = false;
  std::vector<checkpoint> hanging;  // asked for meanwhile
};

struct one_slice : two_aggregates {
  one_slice() : two_aggregates(whole_list) {}
};
struct little_memory : two_aggregates {
  little_memory() : two_aggregates(one_pair, 2000) {}
};

struct small_checkpoints : two_aggregates {
  small_checkpoints() : two_aggregates(one_pair, 64 << 20, 1000) {}
};

const parameters sorted{{"sort", "-value"}, {"take", "5"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(lists_of_an_aggregate)

BOOST_FIXTURE_TEST_CASE(writes_go_on_while_a_long_list_is_under_way_and_the_list_shows_none_of_them,
                        two_aggregates) {
  fill(60);
  const auto before = list_now(sorted);
  const auto count_before = list_now({{"value", ">2"}});
  const auto began = index;
  const auto of_sort = list(sorted);
  const auto of_filter = list({{"value", ">2"}});
  for (int id = 0; id < 60; id += 2) write(models::operation::remove, id);
  for (int id = 1; id < 60; id += 2) write(models::operation::patch, id, "{\"value\":9}");
  run();
  BOOST_TEST(place("applied " + std::to_string(index)) <
             place("answered " + std::to_string(of_sort)));
  BOOST_TEST(body(of_sort) == before);
  BOOST_TEST(body(of_filter) == count_before);
  BOOST_TEST(answers[of_sort].applied == began);
  BOOST_TEST(list_now(sorted) != before);
}

BOOST_FIXTURE_TEST_CASE(a_list_that_fits_into_its_turn_is_answered_at_once, one_slice) {
  fill(60);
  const auto of = list(sorted);
  write(models::operation::remove, 1);
  run();
  BOOST_TEST(place("answered " + std::to_string(of)) < place("applied " + std::to_string(index)));
}

BOOST_FIXTURE_TEST_CASE(many_lists_take_turns_and_too_many_are_refused, two_aggregates) {
  fill(8);
  const auto right = list_now(sorted);
  for (int i = 0; i < 4200; ++i) list(sorted);
  const auto first = list({{"value", "5"}}, models::query::kind::count);
  run();
  std::size_t refused = 0;
  for (std::uint64_t of = 2; of <= token; ++of) {
    BOOST_REQUIRE(answers.contains(of));
    const auto& x = answers[of];
    if (x.what == disposition::done && of != first) BOOST_REQUIRE_EQUAL(x.result.body, right);
    if (x.what != disposition::done)
      BOOST_REQUIRE_EQUAL(x.reason, "too many lists are under way on this node");
    refused += x.what == disposition::done ? 0 : 1;
  }
  BOOST_TEST(refused > 0u);
  BOOST_TEST(refused < 200u);
  BOOST_TEST(list_now(sorted) == right);
}

BOOST_FIXTURE_TEST_CASE(a_list_is_refused_when_what_is_kept_for_it_takes_too_much_memory,
                        little_memory) {
  fill(60);
  const auto of = list(sorted);
  for (int id = 0; id < 60; ++id) write(models::operation::remove, id);
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
  BOOST_TEST(answers[of].reason.starts_with("too much was written while this was read"));
  BOOST_TEST(list_now({}).starts_with("{\"data\":[],\"total\":0"));
}

BOOST_FIXTURE_TEST_CASE(a_list_begins_again_when_the_state_is_replaced, two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  tell(group, release_state{});
  run();
  BOOST_TEST(!answers.contains(of));
  auto replacement = std::make_shared<persistence::memory_state_store>();
  replacement->commit({}, {protocol::index_t{index + 10}, protocol::term_t{1}, {}, {}});
  caf::anon_send(group, state_replaced{{}, replacement});
  run();
  BOOST_TEST(body(of).starts_with("{\"data\":[],\"total\":0"));
  BOOST_TEST(answers[of].applied == index + 10);
}

BOOST_FIXTURE_TEST_CASE(no_list_is_answered_from_a_state_older_than_the_one_it_was_asked_of,
                        two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  tell(group, release_state{});
  run();
  caf::anon_send(group, state_replaced{{}, std::make_shared<persistence::memory_state_store>()});
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
}

BOOST_FIXTURE_TEST_CASE(a_list_goes_on_over_a_checkpoint, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(60);
  const auto before = list_now(sorted);
  const auto of = list(sorted);
  tell(group, checkpoint_now{});
  for (int id = 0; id < 60; ++id) write(models::operation::remove, id);
  run();
  BOOST_TEST(place("checkpoint") < place("answered " + std::to_string(of)));
  BOOST_TEST(base->applied().index.value > 0u);
  BOOST_TEST(body(of) == before);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_read_on_for_an_asker_that_has_ended, two_aggregates) {
  fill(500);
  auto leaver = system.spawn(
      [](caf::event_based_actor*) -> caf::behavior { return {[](const answered&) {}}; });
  ask x;
  x.what = *models::parse_query(*full.find("items"), models::query::kind::list, sorted);
  group->enqueue(caf::actor_cast<caf::strong_actor_ptr>(leaver), caf::make_message_id(),
                 caf::make_message(x), nullptr);
  caf::anon_send_exit(leaver, caf::exit_reason::kill);
  BOOST_TEST(run() < 100u);
}

BOOST_FIXTURE_TEST_CASE(what_is_under_way_is_answered_when_the_node_stops, two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  caf::anon_send_exit(group, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
  BOOST_TEST(answers[of].reason == "the node is stopping");
}

BOOST_FIXTURE_TEST_CASE(local_fields_are_read_as_of_the_beginning_too, two_aggregates) {
  for (int id = 0; id < 20; ++id)
    write_both(models::operation::create, id,
               "{\"id\":" + std::to_string(id) + ",\"value\":1,\"note\":\"first " +
                   std::to_string(id % 3) + "\"}");
  const parameters by_note{{"sort", "note"}, {"note", "~FIRST"}};
  const auto before = list_now(by_note);
  BOOST_TEST(before.find("\"total\":20") != std::string::npos);
  const auto of = list(by_note);
  // The node's own group has changed all of them before the list goes on.
  for (int id = 0; id < 20; ++id) {
    models::joint_command both(full,
                               prepare(models::operation::patch, id, "{\"note\":\"second\"}"));
    both.read(never);
    apply(own, local_index, own_part(both, outcomes.at(static_cast<std::size_t>(id))));
  }
  run();
  BOOST_TEST(body(of) == before);
  BOOST_TEST(list_now(by_note).find("\"total\":0") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(changes_in_memory)

BOOST_FIXTURE_TEST_CASE(applying_waits_for_a_disk_that_is_many_checkpoints_behind_and_then_goes_on,
                        small_checkpoints) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  disk_hangs = true;
  fill(1500);
  const auto applied = outcomes.size();
  BOOST_TEST(applied > 0u);
  BOOST_TEST(applied < 1500u);
  BOOST_TEST(hanging.size() == 1u);
  // What is there is read meanwhile.
  BOOST_TEST(list_now({{"take", "1"}}).find("\"total\":" + std::to_string(applied)) !=
             std::string::npos);
  disk_hangs = false;
  for (const auto& x : std::exchange(hanging, {})) tell(client, x);
  run();
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_FIXTURE_TEST_CASE(
    a_checkpoint_without_room_is_tried_again_by_itself_and_applying_waits_for_it,
    small_checkpoints) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  disk_hangs = true;
  fill(1500);
  const auto before = outcomes.size();
  BOOST_TEST(before < 1500u);
  const auto first = std::exchange(hanging, {}).front();
  tell(group, checkpointed{first.point.index, "no room", checkpointed::trouble::full});
  run();
  // Nothing is applied that memory has no room for, and whoever has to refuse writes is told why.
  BOOST_TEST(outcomes.size() == before);
  BOOST_TEST(told.back() == "no room");
  disk_hangs = false;
  advance(5s);
  BOOST_TEST(base->applied().index.value > first.point.index.value);
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_an_aggregate_can_not_read)

// The next start may read it: it is not to be given up.
BOOST_FIXTURE_TEST_CASE(a_state_that_can_not_be_read_is_not_called_damaged, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::io;
  write(models::operation::create, 7, R"({"id":7,"value":1})");
  run();
  BOOST_TEST(told.back() == "applied 1trouble");
}

BOOST_FIXTURE_TEST_CASE(a_state_that_is_not_as_it_was_written_is_called_damaged, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::damaged;
  write(models::operation::create, 7, R"({"id":7,"value":1})");
  run();
  BOOST_TEST(place("damaged: trouble") < told.size());
}

// Who asks is the feed; an aggregate that ended by it would take the group along in silence.
BOOST_FIXTURE_TEST_CASE(a_feed_that_can_not_be_read_ends_nothing, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::io;
  tell(group, read_feed{});
  run();
  BOOST_TEST(told.back() == "feed: trouble");
  base->trouble.reset();
  BOOST_TEST(list_now({}).find("\"total\":1") != std::string::npos);
  base->trouble = persistence::storage_errc::damaged;
  tell(group, read_feed{});
  run();
  BOOST_TEST(place("damaged: trouble") < told.size());
}

// As it happens where the state is replaced while entries are on their way.
BOOST_FIXTURE_TEST_CASE(entries_that_the_state_has_already_are_passed_over, two_aggregates) {
  fill(3);
  index = 1;
  write(models::operation::create, 1, R"({"id":1,"value":1})");
  write(models::operation::create, 2, R"({"id":2,"value":2})");
  write(models::operation::create, 3, R"({"id":3,"value":3})");
  run();
  BOOST_TEST(told.back() == "applied 4");
  BOOST_TEST(list_now({}).find("\"total\":4") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(word_of_damage_in_a_state_that_was_replaced_means_nothing, two_aggregates) {
  tell(group, state_replaced{{}, std::make_shared<persistence::memory_state_store>(), 0});
  tell(group, state_damaged{"the old one", 0});
  run();
  BOOST_TEST(list_now({}).find("\"total\":0") != std::string::npos);
  tell(group, state_damaged{"this one", 1});
  run();
  const auto of = list({});
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_a_checkpoint_holds)

BOOST_FIXTURE_TEST_CASE(a_state_is_saved_with_the_members_as_of_its_index, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  protocol::configuration members;
  members.members.push_back({protocol::node_id{1}, true, "here"});
  protocol::entry x;
  x.index = protocol::index_t{++index};
  x.term = protocol::term_t{1};
  x.kind = protocol::entry_kind::configuration;
  x.data = protocol::payload{protocol::encode(members)};
  tell(group, apply_entries{{std::move(x)}});
  tell(group, checkpoint_now{});
  run();
  BOOST_TEST((base->applied().index == protocol::index_t{index}));
  BOOST_TEST((base->applied().members == members));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reads_of_an_index)

namespace {

struct held_back : small_checkpoints {
  held_back() {
    caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
    disk_hangs = true;
    fill(1500);
    held_from = outcomes.size();
  }

  // As the raft actor sends it, once it has given the entries up to there.
  std::uint64_t query(models::query what, std::uint64_t least, std::uint64_t wait_ms = 5000) {
    run_query x;
    x.asker = caf::actor_cast<caf::strong_actor_ptr>(client);
    x.what.token = ++token;
    x.what.what = std::move(what);
    x.what.min_index = least;
    x.wait_ms = wait_ms;
    tell(group, run_queries{{std::move(x)}});
    run();
    return token;
  }
  models::query item(int id) const {
    return *models::item_query(*full.find("items"), std::to_string(id));
  }
  models::query count() const {
    return *models::parse_query(*full.find("items"), models::query::kind::count, {});
  }
  void release_disk() {
    disk_hangs = false;
    for (const auto& x : std::exchange(hanging, {})) tell(client, x);
    run();
  }

  std::size_t held_from = 0;  // items before it are applied
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(
    a_read_is_answered_from_a_state_that_has_applied_its_index_while_applying_is_held_back,
    held_back) {
  BOOST_REQUIRE(held_from < 1500u);
  const auto late = query(item(1499), 1500);
  const auto list = query(count(), 1500);
  const auto early = query(item(0), 1);
  BOOST_TEST(answers[early].result.status == 200);
  BOOST_TEST(!answers.contains(late));
  BOOST_TEST(!answers.contains(list));
  release_disk();
  BOOST_TEST(answers[late].result.status == 200);
  BOOST_TEST(answers[late].applied >= 1500u);
  BOOST_TEST(body(list).find("1500") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_read_whose_index_is_not_applied_in_its_time_is_told_so, held_back) {
  const auto of = query(item(1499), 1500, 1000);
  advance(900ms);
  BOOST_TEST(!answers.contains(of));
  advance(200ms);
  BOOST_REQUIRE(answers.contains(of));
  BOOST_TEST((answers[of].what == disposition::unknown));
  BOOST_TEST(answers[of].reason == "index 1500 is not applied here yet");
  release_disk();
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_FIXTURE_TEST_CASE(reads_that_wait_for_an_index_are_bounded, held_back) {
  std::size_t refused = 0;
  for (int i = 0; i < 4200; ++i) {
    const auto of = query(item(1499), 1500);
    refused += answers.contains(of) && answers[of].what == disposition::unavailable ? 1 : 0;
  }
  BOOST_TEST(refused == 4200u - 4096u);
  release_disk();
  for (std::uint64_t of = 1; of <= token; ++of) BOOST_REQUIRE(answers.contains(of));
}

BOOST_FIXTURE_TEST_CASE(a_read_waits_for_its_index_over_a_state_that_is_older_than_it, held_back) {
  tell(group, release_state{});
  run();
  auto older = std::make_shared<persistence::memory_state_store>();
  older->commit({}, {protocol::index_t{10}, protocol::term_t{1}, {}, {}});
  caf::anon_send(group, state_replaced{{}, older});
  run();
  const auto of = query(item(11), 11);
  BOOST_TEST(!answers.contains(of));
  index = 10;
  write(models::operation::create, 11, R"({"id":11,"value":1})");
  run();
  BOOST_TEST(answers[of].result.status == 200);
}

BOOST_AUTO_TEST_CASE(
    the_state_of_a_node_that_was_removed_is_not_answered_from_until_it_is_a_member_again) {
  two_aggregates x;
  x.fill(3);
  const auto before = x.list({});
  x.run();
  BOOST_TEST((x.answers.at(before).what == disposition::done));

  x.tell(x.group, membership_lost{"it was removed"});
  const auto after = x.list({});
  x.tell(x.group, attend_feed{true});
  x.run();
  BOOST_TEST((x.answers.at(after).what == disposition::unavailable));
  BOOST_TEST(x.answers.at(after).reason == "it was removed");
  BOOST_TEST(x.feed_ended == "it was removed");

  x.tell(x.group, membership_lost{});
  const auto again = x.list({});
  x.tell(x.group, attend_feed{true});
  x.run();
  BOOST_TEST((x.answers.at(again).what == disposition::done));
  BOOST_TEST(x.feed_began == 3u);
  // Who follows then hears of the end at once.
  x.tell(x.group, membership_lost{"it was removed again"});
  x.run();
  BOOST_TEST(x.feed_ended == "it was removed again");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace aggregate_test
