#include "test/actors/world.hpp"
#include "test/actors/stand_in.hpp"

#include <random>

#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_actor.hpp"
#include "actors/state/aggregate.hpp"
#include "actors/storage/log_writer.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "persistence/memory_state_store.hpp"

namespace lithair::test {

using namespace actors;

namespace {

constexpr std::string_view models_text = R"(
[models.items.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
value = { type = "string", unique = true, optional = true, replicate = true, track_history = true }
)";

models::schema the_schema() {
  auto result = models::parse_model_text(models_text, "test");
  BOOST_REQUIRE(result.has_value());
  return std::move(*result);
}

caf::actor_system_config& virtual_time(caf::actor_system_config& config) {
  return config.set("scheduler.policy", caf::atom("testing"));
}

peer_address address_of(world::id node) {
  auto port = static_cast<std::uint16_t>(8000 + node);
  return {protocol::node_id{node}, "127.0.0.1", port, static_cast<std::uint16_t>(port + 1000)};
}

// Stands for the shippers of both ends: carries what a raft actor sends straight to the peer's.
class wire final : public caf::event_based_actor {
 public:
  wire(caf::actor_config& cfg, const world* where, const persistence::log_store* log,
       world::id from, world::id to)
      : caf::event_based_actor(cfg), where_(where), log_(log), from_(from), to_(to) {}

  caf::behavior make_behavior() override {
    return {
        [](const serve_raft&) {},
        [this](const ship& x) {
          if (where_->runs(to_) && !where_->is_cut(from_, to_))
            send(where_->raft(to_), peer_step{protocol::node_id{from_}, x.messages});
        },
        [this](const fetch& x) {
          return fetched{x.what, log_->read(protocol::group_id{1}, x.what.first, x.what.last,
                                            x.what.max_bytes)};
        },
    };
  }

 private:
  const world* where_;
  const persistence::log_store* log_;
  world::id from_;
  world::id to_;
};

caf::scheduler::test_coordinator& scheduler_of(caf::actor_system& system) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
}

}  // namespace

world::world(std::size_t nodes, bool init)
    : init_(init),
      system_(std::make_unique<caf::actor_system>(virtual_time(config_))),
      schema_(the_schema()) {
  client_ = system_->spawn([this](caf::event_based_actor*) -> caf::behavior {
    return {
        [this](submitted& x) {
          BOOST_REQUIRE(!writes_.contains(x.token));
          writes_.emplace(x.token, std::move(x));
        },
        [this](answered& x) {
          BOOST_REQUIRE(!reads_.contains(x.token));
          reads_.emplace(x.token, std::move(x));
        },
        [this](node_status& x) { statuses_[x.token] = std::move(x); },
        [this](raft_answered& x) {
          BOOST_REQUIRE(!calls_.contains(x.token));
          calls_.emplace(x.token, std::move(x));
        },
        [](const stopped&) {},
    };
  });
  for (id node = 1; node <= nodes; ++node) nodes_[node];
  for (id node = 1; node <= nodes; ++node) start(node);
}

world::~world() {
  for (auto& [node, each] : nodes_)
    if (each.running) crash(node);
  caf::anon_send_exit(client_, caf::exit_reason::kill);
  client_ = nullptr;
  deliver();
}

void world::start(id node) {
  auto& m = nodes_.at(node);
  BOOST_REQUIRE(!m.running);
  m.running = true;
  m.writer = system_->spawn<log_writer>(&m.disk);
  const auto run = node << 32 | ++m.boots;
  aggregate::setup state{&schema_, protocol::node_id{node},
                         std::make_shared<persistence::memory_state_store>()};
  state.run = run;
  m.aggregate = system_->spawn<aggregate>(nullptr, std::move(state));
  raft_setup setup;
  setup.group = protocol::group_id{1};
  setup.config.self = address_of(node);
  setup.config.init = init_ && node == 1;
  setup.config.tick_ms = tick_ms;
  for (auto& [other, unused] : nodes_) {
    if (other == node) continue;
    setup.config.peers.push_back(address_of(other));
  }
  setup.end_shipper = [](protocol::node_id, const shipper_handle& x) {
    caf::anon_send_exit(x, caf::exit_reason::kill);
  };
  setup.make_shipper = [this, &m, node](const peer_address& peer) {
    m.wires.push_back(system_->spawn<wire>(this, &m.disk, node, peer.id.value));
    return stand_in{m.wires.back()};
  };
  setup.restored = m.disk.restore(setup.group);
  setup.chance = [random = std::mt19937(static_cast<unsigned>(100 * node + m.boots))](
                     std::uint32_t bound) mutable {
    return static_cast<std::uint32_t>(random() % bound);
  };
  setup.run = run;
  setup.cluster = [] { return std::uint64_t{7}; };
  setup.log = &m.disk;
  setup.writer = stand_in{m.writer};
  setup.aggregate = stand_in{m.aggregate};
  setup.now_ms = [this] { return now_ms_; };
  setup.wall_us = [this, node] { return wall_us(node); };
  m.raft = system_->spawn<raft_actor>(nullptr, std::move(setup));
  deliver();
}

void world::crash(id node) {
  auto& m = nodes_.at(node);
  m.running = false;
  for (auto& each : {m.raft, m.aggregate, m.writer})
    caf::anon_send_exit(each, caf::exit_reason::kill);
  for (auto& each : m.wires) caf::anon_send_exit(each, caf::exit_reason::kill);
  m.raft = m.aggregate = m.writer = nullptr;
  m.wires.clear();
  deliver();
}

void world::isolate(id node) {
  for (auto& [other, unused] : nodes_) {
    if (other == node) continue;
    cut(node, other);
    cut(other, node);
  }
}

void world::deliver() {
  while (scheduler_of(*system_).try_run_once()) {
  }
}

void world::tick(std::size_t n) {
  for (; n > 0; --n) {
    now_ms_ += tick_ms;
    for (auto& [node, m] : nodes_)
      if (m.running) caf::anon_send(m.raft, ticked{1});
    deliver();
  }
}

node_status world::inspect(id node) {
  auto token = next_token_++;
  caf::send_as(client_, raft(node), inspect_node{token});
  deliver();
  return statuses_.at(token);
}

bool world::leads(id node) {
  if (!runs(node)) return false;
  auto status = inspect(node);
  return status.raft.now == protocol::role::leader &&
         status.raft.commit >= status.raft.first_index &&
         status.applied == status.raft.commit.value && status.raft.commit == status.raft.last_index;
}

world::id world::await_leader(std::set<id> except, std::size_t limit) {
  for (; limit > 0; --limit) {
    for (auto& [node, m] : nodes_)
      if (!except.contains(node) && leads(node)) return node;
    tick();
  }
  BOOST_FAIL("no leader in time");
  return 0;
}

std::int64_t world::wall_us(id node) const { return right_us() + nodes_.at(node).clock_ahead_us; }

std::int64_t world::right_us() const {
  return 1'764'000'000'000'000 + static_cast<std::int64_t>(now_ms_) * 1000;
}

std::uint64_t world::write(id at, int operation, const std::string& key, const std::string& body,
                           const std::string& idempotency_key) {
  models::write_request request;
  request.op = static_cast<models::operation>(operation);
  request.target = schema_.find("items");
  request.key = key;
  request.body = body;
  request.idempotency_key = idempotency_key;
  auto command = models::prepare(schema_, request, models::stamp{wall_us(at), {}});
  BOOST_REQUIRE(command.has_value());
  auto token = next_token_++;
  caf::send_as(client_, raft(at), submit{token, std::move(*command)});
  deliver();
  return token;
}

std::uint64_t world::create(id at, const std::string& key, const std::string& value,
                            const std::string& idempotency_key) {
  auto body = value.empty() ? R"({"id":")" + key + R"("})"
                            : R"({"id":")" + key + R"(","value":")" + value + R"("})";
  return write(at, static_cast<int>(models::operation::create), {}, body, idempotency_key);
}

std::uint64_t world::remove(id at, const std::string& key) {
  return write(at, static_cast<int>(models::operation::remove), key, {});
}

std::uint64_t world::read(id at, const std::string& key, consistency level) {
  auto query = models::item_query(*schema_.find("items"), key);
  BOOST_REQUIRE(query.has_value());
  return ask_for(at, std::move(*query), level);
}

std::uint64_t world::history(id at, const std::string& key) {
  auto query = models::history_query(*schema_.find("items"), key, {});
  BOOST_REQUIRE(query.has_value());
  return ask_for(at, std::move(*query), consistency::linearizable);
}

std::uint64_t world::ask_for(id at, models::query what, consistency level) {
  auto token = next_token_++;
  ask question;
  question.token = token;
  question.level = level;
  question.what = std::move(what);
  caf::send_as(client_, level == consistency::local ? nodes_.at(at).aggregate : raft(at),
               std::move(question));
  deliver();
  return token;
}

std::optional<submitted> world::write_answer(std::uint64_t token) const {
  auto found = writes_.find(token);
  return found == writes_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<answered> world::read_answer(std::uint64_t token) const {
  auto found = reads_.find(token);
  return found == reads_.end() ? std::nullopt : std::optional{found->second};
}

std::uint64_t world::call(id at, raft_call x) {
  x.token = next_token_++;
  auto token = x.token;
  caf::send_as(client_, raft(at), std::move(x));
  deliver();
  return token;
}

std::optional<raft_answered> world::call_answer(std::uint64_t token) const {
  auto found = calls_.find(token);
  return found == calls_.end() ? std::nullopt : std::optional{found->second};
}

submitted world::await_write(std::uint64_t token, std::size_t limit) {
  for (; !writes_.contains(token) && limit > 0; --limit) tick();
  BOOST_REQUIRE(writes_.contains(token));
  return writes_.at(token);
}

answered world::await_read(std::uint64_t token, std::size_t limit) {
  for (; !reads_.contains(token) && limit > 0; --limit) tick();
  BOOST_REQUIRE(reads_.contains(token));
  return reads_.at(token);
}

}  // namespace lithair::test
