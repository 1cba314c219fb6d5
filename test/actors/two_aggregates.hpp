#pragma once

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/state/aggregate.hpp"
#include "actors/storage/checkpointer.hpp"
#include "models/command/joint_command.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/service.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/storage_error.hpp"
#include "test/actors/stand_in.hpp"

/// Aggregates alone: who else a node has is the test.
namespace aggregate_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

inline constexpr std::string_view models_text = R"(
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

inline bool never() { return false; }

// Each pair of the state is a slice of its own.
inline constexpr std::chrono::microseconds one_pair{0};
inline constexpr std::chrono::microseconds whole_list{3600s};

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

inline const parameters sorted{{"sort", "-value"}, {"take", "5"}};

}  // namespace aggregate_test
