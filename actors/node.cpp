#include "actors/node.hpp"

#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <future>
#include <mutex>
#include <random>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/aggregate.hpp"
#include "actors/dispatcher.hpp"
#include "actors/file_reader.hpp"
#include "actors/gate.hpp"
#include "actors/group.hpp"
#include "actors/log_writer.hpp"
#include "actors/loop.hpp"
#include "actors/note_taker.hpp"
#include "actors/peer_registry.hpp"
#include "actors/system.hpp"
#include "models/compatibility.hpp"
#include "models/model_file.hpp"
#include "models/parts.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/files.hpp"
#include "persistence/lmdb_log_store.hpp"
#include "persistence/salvage.hpp"

namespace lithair::actors {

namespace {

constexpr protocol::group_id main_group{1};
// Local data has no other member, so its number means something on this node only.
constexpr protocol::group_id own_group{std::uint64_t{1} << 32};
// Serials of a node's proposals: the boot count above, a counter below.
constexpr int serial_bits = 40;

// Then the node starts without it, and serves it as soon as it is there.
constexpr std::chrono::seconds local_data_wait{10};

std::uint64_t steady_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
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
  std::map<protocol::group_id, models::schema> parts;  // what each replicated group keeps
  models::schema local_schema;                         // what the node's own does
  persistence::data_directory directory;
  peer_registry peers;
  std::mutex identity_mutex;  // guards the directory's identity
  std::atomic<std::uint64_t> cluster;  // of the directory; read without waiting for the disk
  std::string log_lost;
  std::unique_ptr<persistence::lmdb_log_store> log;
  system_config caf_config;
  std::unique_ptr<caf::actor_system> system;
  std::vector<std::unique_ptr<loop>> loops;
  caf::actor writer, reader, notes, gate_actor, data;
  std::vector<std::unique_ptr<group>> groups;  // the replicated ones, the main one first
  std::shared_ptr<log_meters> log_counts = std::make_shared<log_meters>();
  std::shared_ptr<std::atomic<std::uint64_t>> directory_bytes = std::make_shared<std::atomic<std::uint64_t>>();
  std::unique_ptr<group> own;                  // of local data, if any model has some
  bool published = false;
  bool stopped = false;

  implementation(node_config c, models::schema s)
      : config(check(std::move(c))),
        schema(std::move(s)),
        directory(config.data_dir, config.self.id),
        peers(directory.path() / "peers", directory.identity().boots),
        cluster(directory.identity().cluster),
        log(open_log()) {
    check_models();
    divide_schema();
    system = std::make_unique<caf::actor_system>(caf_config);
    start_loops();
    spawn_groups();
    publish();
    let_go_of_system();  // so that any thread may stop the node
  }

  // Everything that can be wrong with the configuration shows before anything is created.
  static node_config check(node_config c) {
    if (auto wrong = c.validate(); !wrong.empty()) throw std::runtime_error(wrong);
    require_free(c.self.host, c.self.http_port, "clients");
    require_free(c.self.host, c.self.peer_port, "peers");
    return c;
  }

  std::unique_ptr<persistence::lmdb_log_store> open_log() {
    std::set<protocol::group_id> replicated{main_group};
    for (auto& [name, id] : config.groups) replicated.insert(id);
    const std::vector<protocol::group_id> ids(replicated.begin(), replicated.end());
    auto opened = persistence::open_log(directory, log_options(), ids, !config.peers.empty());
    if (!opened.lost.empty()) peers.set_recovering(opened.lost);
    log_lost = peers.recovering();
    if (!opened.lost.empty())
      spdlog::critical("the log is damaged; it is set aside and fetched from the other members, and this node does "
                       "not vote until then: {}", opened.lost);
    return std::move(opened.log);
  }

  persistence::lmdb_options log_options() const {
    persistence::lmdb_options result;
    result.map_limit = config.map_size;
    return result;
  }

  void start_loops() {
    // The other half of the cores has the disk, the other nodes and the clients' side to do.
    auto count = config.loops != 0 ? config.loops : std::max(1u, std::thread::hardware_concurrency() / 2);
    for (std::size_t i = 0; i < count; ++i) {
      loops.push_back(std::make_unique<loop>(*system, fmt::format("loop-{}", i)));
      loops.back()->start();
    }
  }

  void spawn_groups() {
    if (config.init && !directory.identity().cluster) join_cluster(new_cluster_id());
    writer = system->spawn<log_writer, caf::detached>(log.get(), log_counts);
    reader = system->spawn<file_reader, caf::detached>(file_reader::setup{log.get(), directory.path(), directory_bytes});
    *directory_bytes = bytes_below(directory.path());
    notes = system->spawn<note_taker, caf::detached>(
        note_taker::setup{directory.path() / "peers", [this](std::uint64_t id) { return join_cluster(id); }});
    peers.note_with([to = notes](std::string text) { caf::anon_send(to, take_note{std::move(text)}); });
    auto identity = make_identity();
    gate_actor = system->spawn<gate>(loops.front().get(), identity);
    std::shared_ptr<state_window> window;
    if (!local_schema.collections().empty()) {
      window = std::make_shared<state_window>();
      own = std::make_unique<group>(own_group_setup(identity, window));
      await_local_data();
    }
    for (auto& [id, part] : parts) {
      auto setup = group_setup(id, part, identity);
      setup.window = window;
      if (own) setup.local_raft = own->raft();
      groups.push_back(std::make_unique<group>(std::move(setup)));
    }
    if (own || groups.size() > 1)
      data = system->spawn<dispatcher>(loops.front().get(), dispatcher::setup{&schema, places(), window});
  }

  // Nobody is asked here but this node's own disk.
  void await_local_data() {
    caf::scoped_actor self{*system};
    self->send(own->raft(), probe_ready{});
    self->receive([](const readiness& x) {
      if (!x.ready) spdlog::warn("local data is not there yet: {}", x.reason);
    }, caf::after(local_data_wait) >> [] { spdlog::warn("local data is not there yet"); });
  }

  // Which group keeps a model, or its replicated fields.
  protocol::group_id group_of(const models::collection& c) const {
    auto found = config.groups.find(c.name);
    return found == config.groups.end() ? main_group : found->second;
  }

  void divide_schema() {
    std::set<protocol::group_id> ids{main_group};
    for (auto& [name, id] : config.groups) {
      if (schema.find(name) == nullptr) throw std::runtime_error("there is no model " + name + " to put into a group");
      ids.insert(id);
    }
    for (auto id : ids)
      parts.emplace(id, models::replicated_part(schema, [&](const models::collection& c) { return group_of(c) == id; }));
    local_schema = models::local_part(schema);
  }

  std::map<std::uint32_t, dispatcher::place> places() const {
    std::map<std::uint32_t, dispatcher::place> result;
    for (auto& c : schema.collections()) {
      auto& place = result[c.id];
      auto& kept = group_with(c);
      if (!models::is_local(c)) place.replicated = {kept.raft(), kept.aggregate()};
      if (own) place.local = {own->raft(), own->aggregate()};
    }
    return result;
  }

  group& main() const { return *groups.front(); }

  // The one that keeps a model, or its replicated fields.
  group& group_with(const models::collection& c) const {
    if (models::is_local(c)) return *own;
    return **std::find_if(groups.begin(), groups.end(), [&](auto& x) { return x->id() == group_of(c); });
  }

  group::setup group_setup(protocol::group_id id, const models::schema& part, const link_identity& identity) {
    group::setup setup;
    setup.id = id;
    setup.config = config;
    setup.schema = &part;
    setup.system = system.get();
    setup.home = loops.front().get();
    setup.directory = &directory;
    setup.log = log.get();
    setup.first_serial = (directory.identity().boots << serial_bits) + 1;
    setup.identity = identity;
    setup.writer = writer;
    setup.gate = gate_actor;
    setup.reader = reader;
    // As of the last time that somebody asked, which no loop waits for.
    setup.data_bytes = [this] {
      caf::anon_send(reader, measure_directory{});
      return directory_bytes->load();
    };
    setup.now_ms = steady_ms;
    setup.log_counts = log_counts;
    setup.log_map = [store = log.get()] {
      return std::pair{store->environment().map_size(), store->environment().used_bytes()};
    };
    setup.log_lost = log_lost;
    setup.recovered = [this, id] { peers.recovered(id, parts.size()); };
    if (id == main_group)
      setup.opened = [this](protocol::term_t term, protocol::index_t last) { peers.opened_with(term, last); };
    if (id == main_group)
      setup.members_committed = [this](protocol::index_t index, const protocol::configuration& members) {
        std::set<std::uint64_t> nodes;
        for (auto& m : members.members) nodes.insert(m.id.value);
        peers.members_committed(index, nodes);
      };
    else
      setup.label = fmt::format("group {}: ", id.value);
    return setup;
  }

  // Local data goes through the same code, as a group of one.
  group::setup own_group_setup(const link_identity& identity, std::shared_ptr<state_window> window) {
    auto setup = group_setup(own_group, local_schema, identity);
    setup.label = "local data: ";
    setup.config.peers.clear();
    setup.config.init = true;
    setup.log_lost.clear();
    setup.recovered = nullptr;
    setup.window = std::move(window);
    return setup;
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
            [this] { return cluster.load(); }, notes, peers.own(),
            [this](std::uint64_t peer, std::uint64_t incarnation) { return peers.admit(peer, incarnation); },
            [this](std::uint64_t peer) { return peers.present(peer); },
            [this](std::uint64_t peer, protocol::group_id on, const std::string& proof) {
              return peers.examine(peer, on, proof);
            },
            [this](std::uint64_t peer, protocol::group_id in, std::uint64_t term, std::uint64_t match) {
              if (in == main_group) peers.promised(peer, {term, match});
            },
            [this](std::uint64_t peer) { peers.link_lost(peer); }};
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

  bool join_cluster(std::uint64_t id) {
    std::lock_guard guard{identity_mutex};
    auto ours = directory.identity().cluster;
    if (id == 0 || ours == id) return true;
    if (ours != 0) return false;
    directory.join(id);
    cluster = id;
    spdlog::info("part of cluster {:016x} from now on", id);
    return true;
  }

  template <class Function>
  void for_each_group(Function f) {
    for (auto& each : groups) f(*each);
    if (own) f(*own);
  }

  void stop(std::uint32_t limit_ms) {
    if (std::exchange(stopped, true)) return;
    {
      caf::scoped_actor self{*system};
      if (limit_ms != 0)
        for_each_group([&](group& x) { x.settle(self, limit_ms); });
      if (published) (void)system->middleman().unpublish(gate_actor, config.self.peer_port);
      if (data) end_actors(self, {data});
      for_each_group([&](group& x) { x.end(self); });
      end_actors(self, {gate_actor, writer, reader});
      // After those who have something to note.
      peers.note_with([](const std::string&) {});
      end_actors(self, {notes});
    }
    data = writer = reader = notes = gate_actor = nullptr;
    groups.clear();
    own.reset();
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
const models::schema& node::schema() const { return impl_->schema; }
caf::actor_system& node::system() { return *impl_->system; }
std::size_t node::loop_count() const { return impl_->loops.size(); }
loop& node::loop_at(std::size_t i) { return *impl_->loops.at(i); }
caf::actor node::raft() const { return impl_->main().raft(); }
caf::actor node::raft(protocol::group_id group) const {
  auto& all = impl_->groups;
  auto found = std::find_if(all.begin(), all.end(), [group](auto& x) { return x->id() == group; });
  return found == all.end() ? nullptr : (*found)->raft();
}
caf::actor node::aggregate() const { return impl_->main().aggregate(); }
std::map<protocol::group_id, caf::actor> node::rafts() const {
  std::map<protocol::group_id, caf::actor> result;
  impl_->for_each_group([&result](group& each) { result.emplace(each.id(), each.raft()); });
  return result;
}
caf::actor node::feed(const models::collection& of) const { return impl_->group_with(of).feed(); }
caf::actor node::archivist() const { return impl_->main().archivist(); }
caf::actor node::data() const { return impl_->data; }
void node::stop(std::uint32_t limit_ms) { impl_->stop(limit_ms); }

}  // namespace lithair::actors
