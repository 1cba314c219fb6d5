#include "actors/node.hpp"

#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <future>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/aggregate.hpp"
#include "actors/archivist.hpp"
#include "actors/checkpointer.hpp"
#include "actors/gate.hpp"
#include "actors/log_writer.hpp"
#include "actors/loop.hpp"
#include "actors/peer_registry.hpp"
#include "actors/raft_actor.hpp"
#include "actors/shipper.hpp"
#include "actors/system.hpp"
#include "actors/ticker.hpp"
#include "models/compatibility.hpp"
#include "models/model_file.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/files.hpp"
#include "persistence/lmdb_log_store.hpp"
#include "persistence/recovery.hpp"
#include "persistence/state_directory.hpp"

namespace lithair::actors {

namespace {

constexpr protocol::group_id main_group{1};
// Serials of a node's proposals: the boot count above, a counter below.
constexpr int serial_bits = 40;

std::uint64_t steady_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

std::uint64_t bytes_below(const std::filesystem::path& path) {
  std::uint64_t result = 0;
  std::error_code ignored;  // Files come and go meanwhile.
  for (std::filesystem::recursive_directory_iterator at{path, ignored}, end; at != end; at.increment(ignored))
    if (at->is_regular_file(ignored)) result += at->file_size(ignored);
  return result;
}

// Throws unless the address is one of this machine's and nobody listens there.
void require_free(const std::string& host, std::uint16_t port, std::string_view whom) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  auto fail = [&](const char* why) {
    throw std::runtime_error(fmt::format("cannot listen for {} on {}:{}: {}", whom, host, port, why));
  };
  if (int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    fail(::gai_strerror(error));
  int probe = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bool free = ::bind(probe, found->ai_addr, found->ai_addrlen) == 0 && ::listen(probe, 1) == 0;
  int error = errno;
  ::close(probe);
  ::freeaddrinfo(found);
  if (!free) fail(std::strerror(error));
}

}  // namespace

std::string node_config::validate() const {
  if (!self.id) return "the node id must be 1 or more";
  if (auto wrong = raft.validate(); !wrong.empty()) return wrong;
  std::set<protocol::node_id> ids{self.id};
  std::set<std::pair<std::string, std::uint16_t>> addresses{{self.host, self.http_port}};
  addresses.insert({self.host, self.peer_port});
  if (addresses.size() != 2) return fmt::format("port {} can't serve both clients and peers", self.http_port);
  for (auto& peer : peers) {
    if (!peer.id) return "the node id of a member must be 1 or more";
    if (!ids.insert(peer.id).second) return fmt::format("node id {} is given twice", peer.id.value);
    for (auto port : {peer.http_port, peer.peer_port})
      if (!addresses.insert({peer.host, port}).second)
        return fmt::format("address {}:{} is given twice", peer.host, port);
  }
  if (tick_ms == 0) return "a tick can't take 0 ms";
  return {};
}

struct node::implementation {
  node_config config;
  models::schema schema;
  persistence::data_directory directory;
  peer_registry peers;
  std::mutex identity_mutex;  // guards the directory's identity
  std::unique_ptr<persistence::lmdb_log_store> log;
  system_config caf_config;
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::unique_ptr<loop>> loops;
  std::shared_ptr<persistence::state_directory> states;
  caf::actor writer, aggregate_actor, checkpoints, archive, raft, gate_actor;
  std::mutex shippers_mutex;
  std::vector<caf::actor> shippers;  // guarded by shippers_mutex
  std::unique_ptr<ticker> ticks;
  bool published = false;
  bool stopped = false;

  implementation(node_config c, models::schema s)
      : config(check(std::move(c))),
        schema(std::move(s)),
        directory(config.data_dir, config.self.id),
        peers(directory.path() / "peers"),
        log(std::make_unique<persistence::lmdb_log_store>(directory.log_path(), log_options())) {
    check_models();
    system = std::make_unique<caf::actor_system>(caf_config);
    start_loops();
    spawn_actors();
    publish();
  }

  // Everything that can be wrong with the configuration shows before anything is created.
  static node_config check(node_config c) {
    if (auto wrong = c.validate(); !wrong.empty()) throw std::runtime_error(wrong);
    require_free(c.self.host, c.self.http_port, "clients");
    require_free(c.self.host, c.self.peer_port, "peers");
    return c;
  }

  persistence::lmdb_options log_options() const {
    persistence::lmdb_options result;
    result.map_limit = config.map_size;
    return result;
  }

  persistence::lmdb_options state_options() const {
    auto result = log_options();
    result.scattered_reads = true;
    return result;
  }

  void start_loops() {
    auto count = config.loops != 0 ? config.loops : std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
      loops.push_back(std::make_unique<loop>(*system, fmt::format("loop-{}", i)));
      loops.back()->start();
    }
  }

  template <class Actor, class... Args>
  caf::actor spawn_on_main_loop(Args&&... args) {
    return system->spawn<Actor>(loops.front().get(), std::forward<Args>(args)...);
  }

  void spawn_actors() {
    states = std::make_shared<persistence::state_directory>(directory.state_path(), main_group);
    std::shared_ptr<persistence::lmdb_state_store> state = states->open(state_options());
    auto restored = persistence::recover(*log, *state, main_group);
    if (restored.last_index) spdlog::info("the log holds entries up to {}, term {}", restored.last_index.value, restored.state.term.value);
    if (config.init && !directory.identity().cluster) join_cluster(new_cluster_id());
    writer = system->spawn<log_writer, caf::detached>(log.get());
    auto identity = make_identity();
    aggregate_actor = spawn_on_main_loop<actors::aggregate>(actors::aggregate::setup{
        &schema, config.self.id, state, config.checkpoint_bytes, config.checkpoint_entries,
        std::chrono::milliseconds{config.checkpoint_interval_ms}});
    checkpoints = system->spawn<checkpointer, caf::detached>(
        checkpointer::setup{main_group, directory.snapshots_path(), states, std::move(state), state_options(),
                            identity.cluster, aggregate_actor});
    archive = spawn_on_main_loop<actors::archivist>(
        actors::archivist::setup{identity.cluster, aggregate_actor, checkpoints});
    gate_actor = spawn_on_main_loop<gate>(identity);
    raft_setup setup;
    setup.group = main_group;
    setup.config = config;
    setup.restored = std::move(restored);
    setup.chance = [random = std::mt19937{std::random_device{}()}](std::uint32_t bound) mutable {
      return std::uniform_int_distribution<std::uint32_t>{0, bound - 1}(random);
    };
    setup.first_serial = (directory.identity().boots << serial_bits) + 1;
    setup.cluster = identity.cluster;
    setup.log = log.get();
    setup.writer = writer;
    setup.aggregate = aggregate_actor;
    setup.checkpointer = checkpoints;
    setup.log_margin = config.log_margin;
    setup.make_shipper = [this, identity](const peer_address& peer) { return make_shipper(identity, peer); };
    setup.now_ms = steady_ms;
    setup.members_committed = [this](protocol::index_t index, const protocol::configuration& members) {
      std::set<std::uint64_t> nodes;
      for (auto& m : members.members) nodes.insert(m.id.value);
      peers.members_committed(index, nodes);
    };
    setup.data_bytes = [path = directory.path()] { return bytes_below(path); };
    ticks = std::make_unique<ticker>(*loops.front(), config.tick_ms);
    setup.ticks_passed = [this] { return ticks->take(); };
    setup.wake_after = [this](std::uint32_t count, const caf::actor& who) { ticks->wake_after(count, who); };
    raft = spawn_on_main_loop<raft_actor>(std::move(setup));
    caf::anon_send(aggregate_actor, serve_checkpoints{checkpoints, raft});
  }

  // Called by the raft actor, on loop 0.
  caf::actor make_shipper(const link_identity& identity, const peer_address& peer) {
    auto made = spawn_on_main_loop<shipper>(shipper::setup{identity, peer, main_group, log.get()});
    caf::anon_send(gate_actor, expect_peer{peer.id, made});
    std::lock_guard guard{shippers_mutex};
    shippers.push_back(made);
    return made;
  }

  void publish() {
    auto port = system->middleman().publish(gate_actor, config.self.peer_port, config.self.host.c_str(), true);
    published = static_cast<bool>(port);
    if (published) return;
    stop(0);
    throw std::runtime_error(fmt::format("cannot listen for peers on {}:{}", config.self.host, config.self.peer_port));
  }

  link_identity make_identity() {
    return {config.self.id, models::to_model_text(schema),
            [this](const std::string& theirs) { return why_other_models(theirs); },
            [this] {
              std::lock_guard guard{identity_mutex};
              return directory.identity().cluster;
            },
            [this](std::uint64_t cluster) { return join_cluster(cluster); }, peers.own(),
            [this](std::uint64_t peer, std::uint64_t incarnation) { return peers.admit(peer, incarnation); }};
  }

  // Models may differ while nodes are restarted one by one with a compatible change.
  std::string why_other_models(const std::string& text) const {
    auto theirs = models::parse_model_text(text, "the models of the other node");
    if (!theirs) return "its models are not understood here";
    if (theirs->fingerprint() == schema.fingerprint()) return {};
    auto wrong = models::incompatibilities(*theirs, schema);
    if (wrong.empty() || models::incompatibilities(schema, *theirs).empty()) return {};
    return "it serves other models: " + wrong.front();
  }

  // Data that is there must be servable with today's models; they are remembered for the next start.
  void check_models() {
    auto file = directory.path() / "models.toml";
    if (auto text = persistence::read_file(file)) {
      auto before = models::parse_model_text(*text, file.string());
      if (!before) throw std::runtime_error(file.string() + " is damaged");
      auto wrong = models::incompatibilities(*before, schema);
      if (!wrong.empty())
        throw std::runtime_error(fmt::format("the data in {} was written with other models: {}", config.data_dir, wrong.front()));
    }
    persistence::replace_file(file, models::to_model_text(schema));
  }

  static std::uint64_t new_cluster_id() {
    std::random_device random;
    return ((std::uint64_t{random()} << 32) | random()) | 1;
  }

  bool join_cluster(std::uint64_t cluster) {
    std::lock_guard guard{identity_mutex};
    auto ours = directory.identity().cluster;
    if (cluster == 0 || ours == cluster) return true;
    if (ours != 0) return false;
    directory.join(cluster);
    spdlog::info("part of cluster {:016x} from now on", cluster);
    return true;
  }

  static void end(caf::scoped_actor& self, const std::vector<caf::actor>& actors) {
    for (auto& each : actors) {
      self->monitor(each);
      self->send_exit(each, caf::exit_reason::user_shutdown);
    }
    auto left = actors.size();
    self->receive_while([&] { return left > 0; })([&](const caf::down_msg&) { --left; });
  }

  void stop(std::uint32_t limit_ms) {
    if (std::exchange(stopped, true)) return;
    {
      caf::scoped_actor self{*system};
      if (limit_ms != 0) {
        self->send(raft, prepare_stop{});
        self->receive([](stopped_message) {}, caf::after(std::chrono::milliseconds{limit_ms}) >> [] {
          spdlog::warn("stopped with requests still in flight");
        });
      }
      if (limit_ms != 0) {
        self->send(aggregate_actor, checkpoint_now{});
        self->receive([](const checkpointed& x) {
          if (!x.failed.empty()) spdlog::warn("the last checkpoint failed: {}", x.failed);
        }, caf::after(std::chrono::milliseconds{limit_ms}) >> [] {
          spdlog::warn("stopped before the last checkpoint was done");
        });
      }
      ticks->stop();
      if (published) (void)system->middleman().unpublish(gate_actor, config.self.peer_port);
      // The raft actor first: once it is gone, no shipper is made any more.
      end(self, {raft, gate_actor, archive});
      end(self, {aggregate_actor, writer, checkpoints});
      end(self, shippers);
    }
    shippers.clear();
    writer = aggregate_actor = checkpoints = archive = raft = gate_actor = nullptr;
    for (auto& each : loops) each->stop();
    system.reset();
    loops.clear();
  }

  using stopped_message = const actors::stopped&;
};

node::node(node_config config, models::schema schema)
    : impl_(std::make_unique<implementation>(std::move(config), std::move(schema))) {}

node::~node() {
  if (impl_) impl_->stop(0);
}

const node_config& node::config() const { return impl_->config; }
const models::schema& node::schema() const { return impl_->schema; }
caf::actor_system& node::system() { return *impl_->system; }
std::size_t node::loop_count() const { return impl_->loops.size(); }
loop& node::loop_at(std::size_t i) { return *impl_->loops.at(i); }
caf::actor node::raft() const { return impl_->raft; }
caf::actor node::aggregate() const { return impl_->aggregate_actor; }
caf::actor node::archivist() const { return impl_->archive; }
void node::stop(std::uint32_t limit_ms) { impl_->stop(limit_ms); }

}  // namespace lithair::actors
