#include "test/persistence/world.hpp"

#include "persistence/recovery.hpp"

namespace lithair::persistence::test {

namespace fs = std::filesystem;
using protocol::index_t;
using protocol::node_id;

namespace {

constexpr std::uint64_t cluster = 99;

protocol::snapshot_meta point_of(const state_store& state) {
  const auto point = state.applied();
  return {point.index, point.term, point.members, 0, 0};
}

void checkpoint(world& in, std::uint64_t index, std::uint64_t term) {
  changes all;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto key = std::to_string(1000 + (i * index) % 997);
    if (all.empty() || all.back().key < key) all.push_back({key, std::to_string(index)});
  }
  commit(in.state(), index, all, term);
}

}  // namespace

std::string world::describe() {
  const auto point = state().applied();
  return test::describe(log()) + "\napplied " + std::to_string(point.index.value) + " digest " +
         std::to_string(point.digest) + '\n' + scanned(state(), "", "");
}

void memory_world::write_snapshot_and_purge() { log_.purge(group, point_of(*state_)); }

void memory_world::install(const fs::path& snapshot) {
  const snapshot_file from(snapshot);
  changes all;
  from.read([&](std::string_view key, std::string_view value) {
    all.push_back({std::string(key), std::string(value)});
    return true;
  });
  state_ = std::make_unique<memory_state_store>();
  commit(*state_, from.header().point.index.value, all, from.header().point.term.value);
  log_.reset(group, point_of(*state_));
}

disk_world::disk_world(const fs::path& path)
    : directory_(path, node_id{1}, cluster),
      log_(directory_.log_path(), {}, small_journal),
      states_(directory_.state_path(), group),
      state_(states_.open(in_parts_of(300))) {
  recover(log_, *state_, group);
}

void disk_world::write_snapshot_and_purge() {
  const auto point = point_of(*state_);
  write_snapshot(*state_, group, cluster,
                 snapshot_path(directory_.snapshots_path(), group, point.index));
  remove_snapshots_before(directory_.snapshots_path(), group, point.index);
  log_.purge(group, point);
}

void disk_world::install(const fs::path& snapshot) {
  const snapshot_file sent(snapshot);
  const auto meta = meta_of(sent.header());
  incoming_snapshot incoming(directory_.snapshots_path(), group);
  for (auto offset = incoming.received(meta); offset < meta.size;)
    offset = incoming.receive(meta, offset, sent.bytes(offset, 4000));
  const snapshot_file arrived(incoming.finish(meta, cluster));
  states_.install(arrived);
  state_.reset();
  state_ = states_.open(in_parts_of(300));
  log_.reset(group, point_of(*state_));
}

void disk_world::check_snapshots() const {
  for (const auto& entry : fs::directory_iterator(directory_.snapshots_path()))
    if (entry.path().extension() == ".snapshot") snapshot_file(entry.path()).verify();
}

const std::vector<story_step>& story() {
  static const std::vector<story_step> steps{
      [](world& in, const fs::path&) { vote(in.log(), 1, 1); },
      [](world& in, const fs::path&) {
        append(in.log(), {change_of_members(1, 1, members_up_to(3))});
      },
      [](world& in, const fs::path&) { append(in.log(), commands(2, 60, 1)); },
      [](world& in, const fs::path&) { in.log().settle(); },
      [](world& in, const fs::path&) { checkpoint(in, 40, 1); },
      [](world& in, const fs::path&) { truncate(in.log(), 51); },
      [](world& in, const fs::path&) {
        protocol::log_write write;
        write.state = protocol::hard_state{protocol::term_t{3}, node_id{2}};
        write.truncate_from = index_t{45};
        write.entries = commands(45, 3000, 3);
        const group_write one{group, write};
        in.log().write(std::span(&one, 1));
      },
      [](world& in, const fs::path&) { checkpoint(in, 2500, 3); },
      [](world& in, const fs::path&) { in.write_snapshot_and_purge(); },
      [](world& in, const fs::path&) { append(in.log(), commands(3045, 10, 4)); },
      [](world& in, const fs::path&) { in.log().settle(); },
      [](world& in, const fs::path& snapshot) { in.install(snapshot); },
      [](world& in, const fs::path&) { append(in.log(), commands(9001, 10, 6)); },
      [](world& in, const fs::path&) { checkpoint(in, 9005, 6); },
      [](world& in, const fs::path&) { in.write_snapshot_and_purge(); },
      [](world& in, const fs::path&) { in.log().settle(); },
      [](world& in, const fs::path&) { vote(in.log(), 7, 3); },
  };
  return steps;
}

void write_story_snapshot(const fs::path& path) {
  memory_state_store state;
  changes all;
  for (int i = 0; i < 500; ++i) all.push_back({std::to_string(5000 + i), std::to_string(i)});
  commit(state, 9000, all, 5);
  write_snapshot(state, group, cluster, path);
}

std::vector<std::string> story_in_memory(const fs::path& snapshot) {
  memory_world in;
  std::vector<std::string> out{in.describe()};
  for (const auto& step : story()) {
    step(in, snapshot);
    out.push_back(in.describe());
  }
  return out;
}

}  // namespace lithair::persistence::test
