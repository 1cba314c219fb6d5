#include "actors/node/node.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <stdexcept>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/node/composition.hpp"
#include "actors/node/system.hpp"
#include "actors/node/ticker.hpp"
#include "actors/peers/connector.hpp"
#include "actors/programs/program_session.hpp"
#include "actors/raft/storage_room.hpp"
#include "actors/runtime/listen_check.hpp"
#include "actors/runtime/loop.hpp"
#include "actors/runtime/memory_return.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/runtime/unix_time.hpp"

namespace lithair::actors {

namespace {

// Then the node starts without it, and serves it as soon as it is there.
constexpr std::chrono::seconds local_data_wait{10};

std::uint64_t steady_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

void require_free(const std::string& host, std::uint16_t port, std::string_view whom) {
  if (auto why = why_not_listen(host, port); !why.empty())
    throw std::runtime_error(fmt::format("cannot listen for {}: {}", whom, why));
}

// In a database that may not grow the changes that are told to streams take a share of it.
models::command_limits limits_of_commands(const node_config& config) {
  models::command_limits made;
  made.item_bytes = config.max_item;
  if (config.map_size != 0)
    made.feed_bytes = std::min(made.feed_bytes, storage_room::feed(config.map_size));
  return made;
}

}  // namespace

// In the order in which they need each other; `stop` takes them apart in the opposite one.
struct node::implementation {
  node_config config;
  system_config caf_config;
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::unique_ptr<loop>> loops;
  std::unique_ptr<memory_return> memory;
  std::shared_ptr<link_meters> link_counts = std::make_shared<link_meters>();
  connector_handle connector;
  // Handles of programs look into it as long as they live, also when the node has stopped.
  std::shared_ptr<const models::schema> models;
  std::unique_ptr<composition> parts;
  std::shared_ptr<level> programs = std::make_shared<level>();  // that are connected
  bool stopped = false;

  implementation(node_config c, models::schema schema)
      : config(check(std::move(c))),
        caf_config(config.programs),
        models(std::make_shared<const models::schema>(std::move(schema))) {
    system = make_system(caf_config);
    start_loops();
    memory = std::make_unique<memory_return>(*loops.front());
    connector = caf::actor_cast<connector_handle>(system->spawn<actors::connector>(
        loops.front().get(), config.insecure, config.links, config.peer_tls, link_counts));
    try {
      parts = std::make_unique<composition>(config, models, machine());
    } catch (...) {
      // What lives already would outlive this object, whose destructor does not run.
      stop(0);
      throw;
    }
    models = parts->models_served();
    await_local_data();
    let_programs_in();
    let_others_in();
    let_go_of_system();  // so that any thread may stop the node
  }

  // Everything that can be wrong with the configuration shows before anything is created.
  static node_config check(node_config c) {
    if (auto wrong = c.validate(); !wrong.empty()) throw std::runtime_error(wrong);
    const auto& at = c.listening();
    require_free(at.host, at.http_port, "clients");
    if (c.lets_others_in()) require_free(at.host, at.peer_port, "peers");
    return c;
  }

  surroundings machine() {
    surroundings made;
    made.system = system.get();
    made.home = loops.front().get();
    made.connector = connector;
    made.link_counts = link_counts;
    if (!config.lets_others_in())
      made.open_peer_port = [this](std::function<void(bool)> done) {
        caf::anon_send(connector, open_port{config.listening(), std::move(done)});
      };
    made.now_ms = steady_ms;
    made.wall_us = unix_time_us;
    made.random = random_word_of_system;
    made.make_ticks = [this] { return std::make_unique<ticker>(*loops.front(), config.tick_ms); };
    made.give_back_memory = [this] { memory->wanted(); };
    return made;
  }

  void start_loops() {
    // The other half of the cores has the disk, the other nodes and the clients' side to do.
    auto count =
        config.loops != 0 ? config.loops : std::max(1u, std::thread::hardware_concurrency() / 2);
    for (std::size_t i = 0; i < count; ++i) {
      loops.push_back(std::make_unique<loop>(*system, fmt::format("loop-{}", i)));
      loops.back()->start();
    }
  }

  // Nobody is asked here but this node's own disk.
  void await_local_data() {
    if (parts->own() == nullptr) return;
    caf::scoped_actor self{*system};
    self->send(parts->own()->raft(), probe_ready{});
    self->receive(
        [](const readiness& answer) {
          if (!answer.ready) spdlog::warn("local data is not there yet: {}", answer.reason);
        },
        caf::after(local_data_wait) >> [] { spdlog::warn("local data is not there yet"); });
  }

  // Each has an actor of its own, beside the connector that has let it in.
  void let_programs_in() {
    if (!config.programs) return;
    program_session::service to{parts->main().raft(), parts->main().raft(),
                                parts->main().aggregate(), models, limits_of_commands(config)};
    if (auto data = parts->data()) {
      to.writes = data;
      to.reads = to.local_reads = data;
    }
    const auto nodes = std::make_shared<claimed_nodes>();
    auto admit = [this, to, nodes](std::unique_ptr<connection> over) {
      auto setup = std::make_shared<program_session::setup>();
      *setup = {std::move(over), nodes, config.links, to};
      return caf::actor_cast<caf::actor>(
          system->spawn<program_session>(loops.front().get(), setup));
    };
    caf::anon_send(caf::actor_cast<taking<actors::let_programs_in>>(connector),
                   actors::let_programs_in{config.links.max_programs, programs, std::move(admit)});
  }

  // Last: from here on other nodes come in.
  void let_others_in() {
    if (!config.lets_others_in()) return;
    std::promise<bool> opened;
    caf::anon_send(connector,
                   open_port{config.listening(), [&](bool done) { opened.set_value(done); }});
    if (opened.get_future().get()) return;
    stop(0);
    const auto& at = config.listening();
    throw std::runtime_error(
        fmt::format("cannot listen for peers on {}", host_and_port(at.host, at.peer_port)));
  }

  void stop(std::uint32_t limit_ms) {
    if (std::exchange(stopped, true)) return;
    {
      caf::scoped_actor self{*system};
      if (parts && limit_ms != 0) parts->settle(self, limit_ms);
      if (parts) parts->end(self);
      // Behind those who use its links, which end with it.
      end_actors(self, {untyped(connector)});
    }
    connector = nullptr;
    // Log and states close; nobody reads or writes them any more.
    parts.reset();
    memory.reset();
    for (auto& each : loops) each->stop();
    system.reset();
    loops.clear();
  }
};

node::node(node_config config, models::schema schema)
    : impl_(std::make_unique<implementation>(std::move(config), std::move(schema))) {}

node::~node() {
  if (impl_) impl_->stop(0);
}

const node_config& node::config() const { return impl_->config; }
models::command_limits node::command_limits() const { return limits_of_commands(impl_->config); }
const models::schema& node::schema() const { return *impl_->models; }
caf::actor_system& node::system() { return *impl_->system; }
std::size_t node::loop_count() const { return impl_->loops.size(); }
loop& node::loop_at(std::size_t i) { return *impl_->loops.at(i); }
raft_handle node::raft() const { return impl_->parts->main().raft(); }
raft_handle node::raft(protocol::group_id id) const {
  auto* found = impl_->parts->find(id);
  return found == nullptr ? raft_handle{} : found->raft();
}
aggregate_handle node::aggregate() const { return impl_->parts->main().aggregate(); }
std::map<protocol::group_id, raft_handle> node::rafts() const {
  std::map<protocol::group_id, raft_handle> result;
  for (auto* each : impl_->parts->all()) result.emplace(each->id(), each->raft());
  return result;
}
feed_handle node::feed(const models::collection& of) const {
  return impl_->parts->group_with(of).feed();
}
archivist_handle node::archivist() const { return impl_->parts->main().archivist(); }
std::shared_ptr<change_signal> node::records() const { return impl_->parts->records(); }
data_handle node::data() const { return impl_->parts->data(); }
std::shared_ptr<const level> node::programs() const {
  return impl_->config.programs ? impl_->programs : nullptr;
}
void node::step_aside() {
  for (auto* each : impl_->parts->all())
    caf::anon_send(each->raft(), lithair::actors::step_aside{});
}
void node::stop(std::uint32_t limit_ms) { impl_->stop(limit_ms); }

}  // namespace lithair::actors
