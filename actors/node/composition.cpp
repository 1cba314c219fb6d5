#include "actors/node/composition.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/links/frame.hpp"
#include "actors/peers/connector.hpp"
#include "actors/peers/gate.hpp"
#include "actors/peers/member_address.hpp"
#include "actors/state/aggregate.hpp"
#include "actors/storage/file_reader.hpp"
#include "actors/storage/log_settler.hpp"
#include "actors/storage/log_writer.hpp"
#include "actors/storage/note_taker.hpp"
#include "models/command/local_fields.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/schema/cluster_records.hpp"
#include "persistence/files.hpp"
#include "persistence/journaled_log_store.hpp"
#include "persistence/salvage.hpp"

namespace lithair::actors {

namespace {

constexpr protocol::group_id main_group{1};

// Of a joint configuration the new set has the last word; 0: a founder, or an address that is not
// understood.
std::map<std::uint64_t, std::uint64_t> when_added(const protocol::configuration& members) {
  std::map<std::uint64_t, std::uint64_t> result;
  for (auto* set : {&members.outgoing, &members.members}) {
    for (auto& m : *set) {
      auto address = parse_member_address(m.address);
      result[m.id.value] = address ? address->added : 0;
    }
  }
  return result;
}

// As far as its directory and the operator say: then it is a cluster of its own.
bool knows_nobody(const node_config& config) {
  const auto text = persistence::read_file(std::filesystem::path{config.data_dir} / "peers");
  // A line that begins with a number is about a peer: see peer_registry.
  for (std::size_t at = 0; text && at < text->size(); at = text->find('\n', at) + 1) {
    if ((*text)[at] >= '0' && (*text)[at] <= '9') return false;
    if (text->find('\n', at) == std::string::npos) break;
  }
  return config.peers.empty();
}

persistence::lmdb_options log_options(const node_config& config) {
  persistence::lmdb_options result;
  result.map_limit = config.map_size;
  return result;
}

// No more of it than what a small map leaves room for.
persistence::journal_options journal_options(const node_config& config) {
  persistence::journal_options result;
  const auto most = config.map_size / (8 * persistence::journal_block) * persistence::journal_block;
  if (most != 0)
    result.segment_bytes =
        std::min(result.segment_bytes,
                 most / result.segments / persistence::journal_block * persistence::journal_block);
  return result;
}

}  // namespace

composition::composition(node_config config, std::shared_ptr<const models::schema> models,
                         surroundings where)
    : config_(std::move(config)),
      declared_(std::move(models)),
      exposure_(*declared_, models_before(config_), knows_nobody(config_)),
      models_(exposure_.withheld().empty()
                  ? declared_
                  : std::make_shared<const models::schema>(exposure_.served(*declared_))),
      schema_(*models_),
      models_text_(models::to_model_text(schema_)),
      told_models_(exposure_.told(schema_)),
      where_(std::move(where)),
      directory_(config_.data_dir, config_.self.id),
      peers_(directory_.path() / "peers", config_.self.id.value, directory_.identity().boots,
             where_.random),
      run_(where_.random()),
      cluster_(directory_.identity().cluster),
      log_(open_log()) {
  check_models();
  divide_schema();
  spawn();
}

composition::~composition() = default;

std::uint64_t composition::cluster() const { return cluster_; }

// The node's own last: others rely on its state, so it is settled after them.
std::vector<group*> composition::all() const {
  std::vector<group*> result;
  result.reserve(groups_.size() + 1);
  for (auto& each : groups_) result.push_back(each.get());
  if (own_) result.push_back(own_.get());
  return result;
}

group* composition::find(protocol::group_id id) const {
  auto found =
      std::find_if(groups_.begin(), groups_.end(), [id](auto& each) { return each->id() == id; });
  return found == groups_.end() ? nullptr : found->get();
}

group& composition::group_with(const models::collection& c) const {
  return models::is_local(c) ? *own_ : *find(group_of(c));
}

// -- making --------------------------------------------------------------------------------------

// With peers a damaged log is set aside, and each of these groups recovers from the others; with
// none, or when it holds local data that is damaged too, the start fails.
std::unique_ptr<persistence::journaled_log_store> composition::open_log() {
  std::set<protocol::group_id> replicated{main_group};
  for (auto& [name, id] : config_.groups) replicated.insert(id);
  const std::vector<protocol::group_id> ids(replicated.begin(), replicated.end());
  std::vector<protocol::group_id> alone;
  if (!models::local_part(schema_).collections().empty()) alone.push_back(persistence::own_group);
  auto opened = persistence::open_log(directory_, log_options(config_), ids, !config_.peers.empty(),
                                      alone, journal_options(config_));
  if (!opened.lost.empty()) peers_.set_recovering(opened.lost);
  // From this start, or from one before that has not caught up since.
  log_lost_ = peers_.recovering();
  if (!opened.lost.empty())
    spdlog::critical(
        "the log is damaged; it is set aside and fetched from the other members, and this node "
        "does not vote until then: {}",
        opened.lost);
  log_counts_->direct.set(opened.log->is_direct() ? 1 : 0);
  return std::move(opened.log);
}

// Looked at before the directory is opened: what is served depends on it. A damaged file is found
// later, by `check_models`.
std::optional<models::schema> composition::models_before(const node_config& config) {
  const auto file = std::filesystem::path{config.data_dir} / "models.toml";
  const auto text = persistence::read_file(file);
  if (!text) return std::nullopt;
  auto before = models::parse_model_text(*text, file.string());
  return before ? std::optional{std::move(*before)} : std::nullopt;
}

// All members are heard now, perhaps, and show what is withheld here, or would.
void composition::look_whether_shown() {
  if (!exposure_.newly_agreed()) return;
  const auto& names = exposure_.withheld();
  spdlog::warn("all members agree to show {}: this node does from its next start on",
               fmt::join(names, ", "));
  caf::anon_send(notes_, take_models{models::to_model_text(*declared_)});
}

// Data that is there must be servable with today's models; they are remembered for the next start.
void composition::check_models() {
  auto file = directory_.path() / "models.toml";
  if (auto text = persistence::read_file(file)) {
    auto before = models::parse_model_text(*text, file.string());
    if (!before) throw std::runtime_error(file.string() + " is damaged");
    auto wrong = models::incompatibilities(*before, schema_);
    if (!wrong.empty())
      throw std::runtime_error(fmt::format("the data in {} was written with other models: {}",
                                           config_.data_dir, wrong.front()));
  }
  if (told_models_.size() > longest_payload)
    throw std::runtime_error(
        fmt::format("the models take {} bytes as text, and {} is the most that nodes can tell each "
                    "other",
                    told_models_.size(), longest_payload));
  // Only once they are known to fit: a refused start changes nothing.
  persistence::replace_file(file, models_text_);
  if (const auto& names = exposure_.withheld(); !names.empty())
    spdlog::warn(
        "{} was hidden when this directory was served last, and stays so until all members of the "
        "cluster are started with models that show it, and this node once more after that",
        fmt::join(names, ", "));
}

void composition::divide_schema() {
  std::set<protocol::group_id> ids{main_group};
  // A name that no model has would silently keep its model in the main group.
  for (auto& [name, id] : config_.groups) {
    if (schema_.find(name) == nullptr)
      throw std::runtime_error("there is no model " + name + " to put into a group");
    ids.insert(id);
  }
  for (auto id : ids) {
    auto part = models::replicated_part(
        schema_, [&](const models::collection& c) { return group_of(c) == id; });
    parts_.emplace(id, id == main_group ? models::with_cluster_records(part) : std::move(part));
  }
  local_schema_ = models::local_part(schema_);
  // Named before there are actors; each is told what its log holds when it is opened.
  for (auto& [id, part] : parts_) peers_.opened_with(id, {}, {});
}

// Actors that know each other would outlive a node that could not be made.
void composition::spawn() {
  try {
    spawn_groups();
  } catch (...) {
    for (auto& each : actors()) caf::anon_send_exit(each, caf::exit_reason::kill);
    throw;
  }
}

void composition::spawn_groups() {
  // Alone there is nobody to ask; with others see `founding`. Odd, so never 0, which means none.
  if (config_.init && config_.peers.empty() && !directory_.identity().cluster)
    join_cluster(where_.random() | 1, false);
  settler_ = spawn_at_disk<log_settler>(where_, log_.get());
  writer_ = spawn_at_disk<log_writer>(where_, log_.get(), log_counts_, settler_);
  *directory_bytes_ = bytes_below(directory_.path());
  reader_ = spawn_at_disk<file_reader>(
      where_, file_reader::setup{log_.get(), directory_.path(), directory_bytes_});
  // From here on no note is written by this thread or a loop.
  notes_ = spawn_at_disk<note_taker>(
      where_,
      note_taker::setup{directory_.path() / "peers",
                        [this](std::uint64_t id, bool founds) { return join_cluster(id, founds); },
                        directory_.path() / "models.toml"});
  peers_.note_with(
      [to = notes_](std::string text) { caf::anon_send(to, take_note{std::move(text)}); });
  auto identity = make_identity();
  // Nobody calls before the node is whole.
  gate_ = spawn_at_home<actors::gate>(where_, identity, where_.open_peer_port);
  std::shared_ptr<state_window> window;
  if (!local_schema_.collections().empty()) {
    window = std::make_shared<state_window>();
    own_ = std::make_unique<group>(own_group_setup(identity, window));
  }
  // All states are open before an actor of a group lives: it would go on for a moment in a node
  // that could not be made.
  for (auto& [id, part] : parts_) {
    auto setup = group_setup(id, part, identity);
    setup.window = window;
    if (id == main_group) setup.records = records_;
    groups_.push_back(std::make_unique<group>(std::move(setup)));
  }
  // First, for the others' aggregates look into its state, and send it what is to be forgotten.
  if (own_) own_->begin({});
  for (auto& each : groups_) each->begin(own_ ? own_->raft() : raft_handle{});
  if (own_ || groups_.size() > 1)
    data_ = spawn_at_home<dispatcher>(where_, dispatcher::setup{&schema_, places(), window});
  if (!config_.backups.directory.empty()) spawn_backups();
  // Last: from here on the node meets others, and nothing of what follows fails.
  if (where_.connector)
    caf::anon_send(where_.connector, introduce_node{std::move(identity), run_, gate_});
}

void composition::spawn_backups() {
  backups::setup setup{
      config_.backups, config_.self.id,    models_text_, [this] { return cluster(); },
      log_.get(),      config_.log_margin, where_,       board_};
  backups_.push_back(std::make_unique<backups>(setup, main()));
  if (!config_.backups.local) return;
  if (!own_) {
    spdlog::warn("backups: no model has fields that stay with the node, so there is no local data");
    return;
  }
  setup.board = own_board_;
  setup.reached = protocol::index_t{own_reached_};
  backups_.push_back(std::make_unique<backups>(setup, *own_));
}

// Which group keeps a model, or its replicated fields.
protocol::group_id composition::group_of(const models::collection& c) const {
  auto found = config_.groups.find(c.name);
  return found == config_.groups.end() ? main_group : found->second;
}

std::map<std::uint32_t, dispatcher::place> composition::places() const {
  std::map<std::uint32_t, dispatcher::place> result;
  for (auto& c : schema_.collections()) {
    auto& place = result[c.id];
    auto& kept = group_with(c);
    if (!models::is_local(c)) place.replicated = {kept.raft(), kept.aggregate()};
    if (own_) place.local = {own_->raft(), own_->aggregate()};
  }
  return result;
}

group::setup composition::group_setup(protocol::group_id id, const models::schema& part,
                                      const link_identity& identity) {
  group::setup setup;
  setup.group = id;
  setup.config = config_;
  setup.schema = &part;
  setup.where = where_;
  setup.directory = &directory_;
  setup.log = log_.get();
  setup.run = run_;
  setup.identity = identity;
  setup.writer = writer_;
  setup.gate = gate_;
  setup.reader = reader_;
  // As of the last time that somebody asked, which no loop waits for.
  setup.data_bytes = [this] {
    // Once a second at most: it walks through the whole directory.
    const auto now = where_.now_ms();
    auto last = measured_ms_.load();
    if (now >= last + 1000 && measured_ms_.compare_exchange_strong(last, now))
      caf::anon_send(reader_, measure_directory{});
    return directory_bytes_->load();
  };
  setup.log_counts = log_counts_;
  setup.log_map = [store = log_.get()] {
    return std::pair{store->environment().map_size(), store->environment().used_bytes()};
  };
  setup.journal_bytes = [store = log_.get()] { return store->unmoved_bytes(); };
  setup.link_counts = where_.link_counts;
  setup.log_lost = log_lost_;
  setup.recovered = [this, id] { peers_.recovered(id, parts_.size()); };
  setup.opened = [this, id](protocol::term_t term, protocol::index_t last) {
    peers_.opened_with(id, term, last);
  };
  setup.members_known = [this, id](const protocol::configuration& members) {
    const auto added = when_added(members);
    peers_.members_known(id, added);
    if (id != main_group || added.empty()) return;
    std::set<std::uint64_t> others;
    for (auto& [node, when] : added)
      if (node != config_.self.id.value) others.insert(node);
    exposure_.members(std::move(others));
    look_whether_shown();
  };
  setup.members_committed = [this, id](protocol::index_t index,
                                       const protocol::configuration& members) {
    return peers_.members_committed(id, index, when_added(members));
  };
  setup.groups = groups_of_node_;
  setup.is_main = id == main_group;
  setup.may_found = config_.peers.empty() || directory_.founded();
  setup.why_waiting = [this] { return cluster_ == 0 ? founding_.why_waiting() : std::string{}; };
  if (setup.is_main && !config_.backups.directory.empty())
    setup.backups = [board = board_] { return board->now(); };
  if (setup.is_main && keeps_local_backups())
    setup.local_backups = [board = own_board_] { return board->now(); };
  if (!setup.is_main) setup.label = fmt::format("group {}: ", id.value);
  return setup;
}

bool composition::keeps_local_backups() const {
  return config_.backups.local && !config_.backups.directory.empty() &&
         !local_schema_.collections().empty();
}

// Local data goes through the same code, as a group of one.
group::setup composition::own_group_setup(const link_identity& identity,
                                          std::shared_ptr<state_window> window) {
  auto setup = group_setup(persistence::own_group, local_schema_, identity);
  setup.label = "local data: ";
  setup.config.peers.clear();
  setup.config.init = true;
  setup.may_found = true;
  setup.why_waiting = nullptr;
  // Its log is like any other's, but there is nobody to fetch it from, to tell, or to follow.
  setup.log_lost.clear();
  setup.recovered = nullptr;
  setup.opened = [this](protocol::term_t, protocol::index_t last) { own_reached_ = last.value; };
  setup.members_known = nullptr;
  setup.members_committed = nullptr;
  setup.groups = nullptr;
  if (keeps_local_backups()) setup.backups = [board = own_board_] { return board->now(); };
  setup.window = std::move(window);
  return setup;
}

std::vector<caf::actor> composition::actors() const {
  std::vector<caf::actor> result;
  for (auto& each : {untyped(data_), untyped(gate_), untyped(writer_), untyped(settler_),
                     untyped(reader_), untyped(notes_)})
    if (each) result.push_back(each);
  for (auto& of_group : backups_)
    for (auto& each : of_group->actors()) result.push_back(each);
  for (auto* each : all()) {
    auto some = each->actors();
    result.insert(result.end(), some.begin(), some.end());
  }
  return result;
}

// -- ending --------------------------------------------------------------------------------------

void composition::settle(caf::scoped_actor& self, std::uint32_t limit_ms) {
  for (auto* each : all()) each->settle(self, limit_ms);
  for (auto& of_group : backups_) of_group->settle(self, limit_ms);
}

// From those who ask to those who are asked: nobody is left waiting for one that is gone.
void composition::end(caf::scoped_actor& self) {
  if (data_) end_actors(self, {untyped(data_)});
  for (auto& of_group : backups_) of_group->end(self);
  for (auto* each : all()) each->end(self);
  end_actors(self, {untyped(gate_), untyped(writer_), untyped(settler_), untyped(reader_)});
  try {
    log_->settle();  // so that the next start has less to do
  } catch (const std::exception&) {
    // It is all in the journal, and there it stays.
  }
  // After those who have something to note.
  peers_.note_with([](const std::string&) {});
  end_actors(self, {untyped(notes_)});
  drop_handles(data_, writer_, settler_, reader_, notes_, gate_, where_.connector);
}

}  // namespace lithair::actors
