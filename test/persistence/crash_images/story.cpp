#include "test/persistence/crash_images/story.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "persistence/incoming_snapshot.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/salvage.hpp"
#include "persistence/set_aside.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::persistence::images {

namespace fs = std::filesystem;
using namespace lithair::protocol;

namespace {

constexpr group_id group{1};
constexpr std::uint64_t cluster = 99;
const std::vector<group_id> groups{group};

lmdb_options small(bool in_parts) {
  lmdb_options out;
  out.map_size = 1 << 20;
  out.min_free_bytes = 0;
  // For small commits and not for large ones: of neighbours the first counts as a page, and what it
  // weighs counts twice.
  if (in_parts) out.part_bytes = 4096 + 1200;
  return out;
}

/// Stories go round it.
constexpr journal_options journal{6 * journal_block, 2, true};

configuration members() {
  configuration out;
  for (std::uint64_t id = 1; id <= 3; ++id)
    out.members.push_back({node_id{id}, true, "host:" + std::to_string(id)});
  return out;
}

/// Later values differ, and some keys go.
std::map<std::string, std::optional<std::string>> changes_at(std::uint64_t index,
                                                             std::uint64_t count) {
  std::map<std::string, std::optional<std::string>> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& value = out["k" + std::to_string((index * 7 + i * 13) % 40)];
    if ((index + i) % 5 != 0) value = std::to_string(index) + std::string((index * i) % 300, 'v');
  }
  return out;
}

void commit_changes(state_store& to, index_t index, term_t term, std::uint64_t count) {
  const auto changes = changes_at(index.value, count);
  std::vector<change_view> views;
  for (const auto& [key, value] : changes) views.push_back({key, value});
  applied_point point;
  point.index = index;
  point.term = term;
  point.members = members();
  to.commit(views, std::move(point));
}

}  // namespace

std::vector<step> make_story(std::uint64_t seed, std::size_t steps) {
  std::mt19937_64 random(seed);
  std::vector<step> out{{step::kind::vote, 1}, {step::kind::append, 3}};
  while (out.size() < steps)
    out.push_back(
        {static_cast<step::kind>(random() % static_cast<std::uint64_t>(step::kind::count)),
         random()});
  return out;
}

void make_backup(std::uint64_t seed, const fs::path& to) {
  memory_state_store kept;
  commit_changes(kept, index_t{10 + seed % 50}, term_t{2}, 35);
  write_snapshot(kept, group, cluster, to);
}

node::node(fs::path directory, fs::path elsewhere)
    : path_(std::move(directory)), elsewhere_(std::move(elsewhere)) {
  open();
}

void node::open() {
  state_.reset();
  states_.reset();
  log_.reset();
  directory_.reset();
  directory_ = std::make_unique<data_directory>(path_, node_id{1});
  auto log = open_log(*directory_, small(false), groups, true, {}, journal);
  log_ = std::move(log.log);
  states_ = std::make_unique<state_directory>(directory_->state_path(), group);
  auto state = open_state(*states_, *log_, group, small(true), true);
  state_ = std::move(state.state);
  damaged_log_ = log.lost;
  damaged_state_ = state.lost + state.rebuilt;
  directory_->join(cluster);
}

void node::perform(const step& x) {
  const auto log = log_->restore(group);
  const auto last = log.last_index.value;
  const auto applied = state_->applied();
  group_write one{group, {}};
  switch (x.what) {
    case step::kind::vote:
      one.write.state = hard_state{term_t{log.state.term.value + 1}, node_id{1 + x.chance % 3}};
      return log_->write(std::span(&one, 1));
    case step::kind::truncate:
      if (last <= std::max(applied.index.value, log.snapshot_index.value) + 1) return;
      one.write.truncate_from = index_t{last};
      [[fallthrough]];
    case step::kind::append: {
      const auto first = one.write.truncate_from ? last : last + 1;
      const auto term = std::max<std::uint64_t>(log.state.term.value, 1);
      for (std::uint64_t i = 0; i <= x.chance % 4; ++i) {
        entry added;
        added.index = index_t{first + i};
        added.term = term_t{term};
        added.data =
            payload("e" + std::to_string(x.chance % 1000) + std::string(x.chance % 700, 'e'));
        one.write.entries.push_back(std::move(added));
      }
      return log_->write(std::span(&one, 1));
    }
    case step::kind::checkpoint:
      return checkpoint(x.chance, false);
    case step::kind::large_checkpoint:
      return checkpoint(x.chance, true);
    case step::kind::snapshot: {
      if (!applied.index) return;
      write_snapshot(*state_, group, cluster,
                     snapshot_path(directory_->snapshots_path(), group, applied.index));
      remove_snapshots_before(directory_->snapshots_path(), group, applied.index);
      if (log.snapshot_index < applied.index)
        log_->purge(group, {applied.index, applied.term, applied.members, 0, 0});
      return;
    }
    case step::kind::install:
      return install(x.chance);
    case step::kind::settle:
      return log_->settle();
    case step::kind::condemn:
      if (applied.index) states_->condemn("for a test");
      [[fallthrough]];
    case step::kind::reopen:
    case step::kind::count:
      return open();
  }
}

void node::checkpoint(std::uint64_t chance, bool large) {
  const auto log = log_->restore(group);
  const auto applied = state_->applied().index.value;
  // A state that waits for its snapshot takes no checkpoints.
  if (log.snapshot_index.value > applied || log.last_index.value <= applied) return;
  const auto index = index_t{applied + 1 + chance % (log.last_index.value - applied)};
  commit_changes(*state_, index, log_->point_at(group, index)->term, large ? 30 : 2);
}

void node::install(std::uint64_t chance) {
  const auto log = log_->restore(group);
  const auto applied = state_->applied().index.value;
  memory_state_store sent;
  const auto index = index_t{std::max(log.last_index.value, applied) + 1 + chance % 3};
  const auto term = std::max(log.state.term, term_t{1});
  commit_changes(sent, index, term, 35);
  const auto path = elsewhere_ / "sent";
  write_snapshot(sent, group, cluster, path);
  const snapshot_file from(path);
  const auto meta = meta_of(from.header());
  incoming_snapshot incoming(directory_->snapshots_path(), group);
  for (auto offset = incoming.received(meta); offset < meta.size;)
    offset = incoming.receive(meta, offset, from.bytes(offset, 3000));
  states_->install(snapshot_file(incoming.finish(meta, cluster)));
  state_.reset();
  state_ = states_->open(small(true));
  log_->reset(group, {index, term, state_->applied().members, 0, 0});
}

std::size_t node::kept() const { return set_aside(*directory_).size(); }

std::string node::describe() {
  const auto log = log_->restore(group);
  auto out = "term " + std::to_string(log.state.term.value) + " vote " +
             std::to_string(log.state.voted_for.value) +
             (log.state.recovering ? " recovering" : "") + " log " +
             std::to_string(log.snapshot_index.value) + ':';
  if (log.last_index > log.snapshot_index)
    for (const auto& each :
         log_->read(group, index_t{log.snapshot_index.value + 1}, log.last_index, 1 << 20))
      out += ' ' + std::to_string(each.term.value) + '/' + std::to_string(each.data.view().size()) +
             std::string(each.data.view().substr(0, 5));
  const auto applied = state_->applied();
  state_->verify();
  out += " applied " + std::to_string(applied.index.value) + " digest " +
         std::to_string(applied.digest) + " aside";
  for (const auto& each : set_aside(*directory_)) {
    out += ' ' + each.why;
    if (!fs::exists(each.path / "data.mdb")) out += " without data";
  }
  if (const auto made = latest_snapshot(directory_->snapshots_path(), group))
    snapshot_file(*made).verify();
  return out;
}

}  // namespace lithair::persistence::images
