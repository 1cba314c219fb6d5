#include "actors/node/dispatcher.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/node/system.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/state/memory_state.hpp"
#include "test/actors/stand_in.hpp"

namespace dispatcher_test {

using namespace lithair;
using namespace lithair::actors;

namespace {

constexpr std::string_view text = R"(
[models.users.fields]
id   = { type = "integer", primary_key = true, replicate = true }
name = { type = "string", replicate = true }
note = { type = "string", optional = true }
[models.plain.fields]
id   = { type = "integer", primary_key = true, replicate = true }
name = { type = "string", replicate = true }
)";

/// A dispatcher without time for more than one step a turn, between both groups of a node. They do
/// what they are told when the test says so.
struct around_a_dispatcher {
  struct group {
    explicit group(models::schema of) : models(std::move(of)) {}
    models::schema models;
    models::memory_state state;
    std::uint64_t index = 0;
    std::deque<submit> asked;
    caf::actor actor;
  };

  around_a_dispatcher() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    for (auto* each : {&shared, &own})
      each->actor = system.spawn([each](caf::event_based_actor*) -> caf::behavior {
        return {[each](submit& request) { each->asked.push_back(std::move(request)); }};
      });
    client = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](submitted& said) { answers[said.token] = std::move(said); }};
    });
    const test::stand_in at_shared{shared.actor};
    const test::stand_in at_own{own.actor};
    dispatcher::place place;
    place.replicated.raft = at_shared;
    place.local.raft = at_own;
    dispatcher::setup with;
    with.schema = &full;
    for (const auto& each : full.collections()) with.places.emplace(each.id, place);
    with.slice = std::chrono::microseconds{0};
    with.most_bytes = 600'000;
    subject = system.spawn<dispatcher>(nullptr, std::move(with));
    run();
  }
  ~around_a_dispatcher() {
    for (auto* each : {&subject, &shared.actor, &own.actor, &client}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  void run() { sched().run(); }
  caf::scheduler::test_coordinator& sched() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  std::string command(const char* collection, std::string_view body, bool is_bulk) const {
    models::write_request request;
    request.target = full.find(collection);
    request.body = body;
    const models::stamp at{1, {}};
    const auto made =
        is_bulk ? models::prepare(full, models::bulk_request{request.target, body, {}}, at)
                : models::prepare(full, request, at);
    BOOST_REQUIRE(made);
    return *made;
  }
  std::string bulk(const char* collection, int count, std::size_t payload) const {
    std::string body = "[";
    for (int i = 0; i < count; ++i)
      body += (i == 0 ? "" : ",") + ("{\"id\":" + std::to_string(i) + ",\"name\":\"") +
              std::string(payload, 'n') + "\"" +
              (full.find(collection)->fields.size() == 3 ? ",\"note\":\"secret\"}" : "}");
    return command(collection, body + "]", true);
  }

  void tell(std::uint64_t token, std::string command) {
    subject->enqueue(caf::actor_cast<caf::strong_actor_ptr>(client), caf::make_message_id(),
                     caf::make_message(submit{token, std::move(command)}), nullptr);
  }
  /// The group does what it was asked first.
  void carry_out(group& at, bool tells = true) {
    BOOST_REQUIRE(!at.asked.empty());
    auto request = std::move(at.asked.front());
    at.asked.pop_front();
    models::change_set changes;
    submitted said;
    said.token = request.token;
    said.index = ++at.index;
    said.result = *models::apply(at.models, at.index, request.command, at.state, true, changes);
    at.state.apply(changes);
    if (tells) answer(said);
  }
  void answer(submitted said) {
    caf::anon_send(subject, std::move(said));
    run();
  }

  caf::actor_system_config config;
  models::schema full = *models::parse_model_text(text, "test");
  group shared{models::replicated_part(full)};
  group own{models::local_part(full)};
  caf::actor_system system;
  caf::actor subject, client;
  std::map<std::uint64_t, submitted> answers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dispatchers, around_a_dispatcher)

BOOST_AUTO_TEST_CASE(a_large_write_of_both_groups_is_done_a_little_a_turn_and_answered_whole) {
  tell(7, bulk("users", 200, 1000));
  run();
  BOOST_REQUIRE(shared.asked.size() == 1u);
  // No local field leaves the node.
  BOOST_TEST(shared.asked.front().command.find("secret") == std::string::npos);
  carry_out(shared);
  BOOST_REQUIRE(own.asked.size() == 1u);
  BOOST_TEST(own.asked.front().command.find("nnnn") == std::string::npos);
  BOOST_TEST(answers.empty());
  carry_out(own);
  BOOST_REQUIRE(answers.contains(7));
  const auto& said = answers[7];
  BOOST_TEST(said.index == 1u);
  BOOST_TEST(said.result.status == 201);
  const auto item = ",\"name\":\"" + std::string(1000, 'n') + "\",\"note\":\"secret\"}";
  std::string wanted = "[";
  for (int i = 0; i < 200; ++i)
    wanted += (i == 0 ? "" : ",") + ("{\"id\":" + std::to_string(i)) + item;
  BOOST_TEST((said.result.body == wanted + "]"));
}

BOOST_AUTO_TEST_CASE(a_small_write_waits_for_no_large_one) {
  tell(1, bulk("users", 200, 1000));
  tell(2, command("plain", R"({"id":1,"name":"x"})", false));
  while (shared.asked.empty()) BOOST_REQUIRE(sched().try_run_once());
  BOOST_TEST(shared.asked.front().token == 2u);
  run();
  BOOST_TEST(shared.asked.size() == 2u);
}

BOOST_AUTO_TEST_CASE(large_writes_go_on_in_turn) {
  tell(1, bulk("users", 400, 1000));
  tell(2, bulk("users", 100, 1000));
  while (shared.asked.empty()) BOOST_REQUIRE(sched().try_run_once());
  // The shorter one, though it came later.
  BOOST_TEST(shared.asked.front().command.size() < 200'000u);
  run();
  BOOST_TEST(shared.asked.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_large_writes_hold_is_bounded_and_given_back) {
  const auto large = bulk("users", 200, 1000);
  for (std::uint64_t token = 1; token <= 3; ++token) tell(token, large);
  tell(4, command("users", R"({"id":999,"name":"x"})", false));
  run();
  // The third is one too many, and a small one is not.
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST((answers[3].what == disposition::unavailable));
  BOOST_TEST(shared.asked.size() == 3u);
  carry_out(shared);
  carry_out(shared);
  carry_out(shared);
  while (!own.asked.empty()) carry_out(own);
  BOOST_TEST(answers.size() == 4u);
  for (std::uint64_t token = 5; token <= 6; ++token) tell(token, large);
  run();
  BOOST_TEST(answers.size() == 4u);
  BOOST_TEST(shared.asked.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_large_write_of_one_group_is_passed_on_as_it_came) {
  const auto sent = bulk("plain", 200, 1000);
  tell(3, sent);
  run();
  BOOST_REQUIRE(shared.asked.size() == 1u);
  BOOST_TEST(shared.asked.front().token == 3u);
  BOOST_TEST((shared.asked.front().command == sent));
  BOOST_TEST(own.asked.empty());
}

BOOST_AUTO_TEST_CASE(what_the_shared_group_refuses_leaves_nothing_in_the_own_one) {
  tell(4, bulk("users", 100, 1000));
  run();
  carry_out(shared);
  carry_out(own);
  tell(5, bulk("users", 100, 1000));
  run();
  carry_out(shared);
  BOOST_TEST(own.asked.empty());
  BOOST_REQUIRE(answers.contains(5));
  BOOST_TEST(answers[5].result.status == 409);
}

BOOST_AUTO_TEST_CASE(whoever_asked_has_to_look_when_only_the_shared_part_is_known_to_be_written) {
  tell(6, command("users", R"({"id":1,"name":"x","note":"y"})", false));
  run();
  carry_out(shared);
  BOOST_REQUIRE(own.asked.size() == 1u);
  submitted lost;
  lost.token = own.asked.front().token;
  lost.what = disposition::unavailable;
  lost.reason = "the disk is full";
  answer(lost);
  BOOST_REQUIRE(answers.contains(6));
  BOOST_TEST((answers[6].what == disposition::unknown));
  BOOST_TEST(answers[6].reason.ends_with("is not known: the disk is full"));
  // It has ended: who answers late is not heard.
  lost.what = disposition::done;
  answers.clear();
  answer(lost);
  BOOST_TEST(answers.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dispatcher_test
