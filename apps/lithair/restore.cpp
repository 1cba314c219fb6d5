#include "apps/lithair/restore.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>

#include "actors/node/composition.hpp"
#include "actors/raft/member_changes.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/storage/replay.hpp"
#include "apps/lithair/restore_plan.hpp"
#include "models/command/local_fields.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/derived/timeline.hpp"
#include "models/value/timestamp.hpp"
#include "persistence/files.hpp"
#include "persistence/recovery.hpp"
#include "persistence/state_store.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;

/// A cluster of its own: nodes of the one that the backup came from must not take it for theirs.
std::uint64_t new_cluster_id() { return actors::random_word_of_system() | 1; }

// Numbers go on where no log that gave out fewer than this many indexes a second can have come.
constexpr std::uint64_t indexes_a_second = std::uint64_t{1} << 22;
constexpr std::chrono::sys_seconds epoch = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};

// At least so far, whatever the clock says.
constexpr std::uint64_t least_step = std::uint64_t{1} << 40;

/// Where the numbers of data that are restored now go on behind `last`: never where those of the
/// log that they come from, or of an earlier restore, may have been.
std::uint64_t next_index(std::uint64_t last, std::chrono::system_clock::time_point now) {
  const auto since = std::chrono::floor<std::chrono::seconds>(now) - epoch;
  const auto seconds = since.count() > 0 ? static_cast<std::uint64_t>(since.count()) : 0;
  return std::max(last + least_step, seconds * indexes_a_second);
}

/// The restored state is one as of `next`, and remembers which numbers are none of its own.
void go_on_at(std::uint64_t next, persistence::state_store& state) {
  auto point = state.applied();
  const auto gap = models::with_gap(state.get(models::timeline_key), {point.index.value, next});
  point.index = protocol::index_t{next};
  const persistence::change_view change{gap.key, *gap.value};
  state.commit(std::span(&change, 1), std::move(point));
}

/// What a node has for itself is in no backup: it begins anew, and with numbers that it never had
/// either.
void begin_there_too(persistence::state_store& own, persistence::applied_point beside) {
  const auto gap = models::with_gap({}, {0, beside.index.value});
  beside.extra.clear();
  const persistence::change_view change{gap.key, *gap.value};
  own.commit(std::span(&change, 1), std::move(beside));
}

/// The models of what is restored.
models::schema models_in(const restore_plan& plan) {
  auto found = models::parse_model_text(plan.models, plan.base.string());
  if (plan.models.empty() || !found)
    throw std::runtime_error(plan.base.string() + " does not tell the models it was made with");
  return std::move(*found);
}

/// What the state is as of, before its numbers go on elsewhere.
struct replayed {
  std::uint64_t entries = 0;
  std::int64_t time_us = 0;  // of the last; 0: none was replayed
  persistence::applied_point point;
};

/// Carries out the archived entries up to the target, all of which were read before.
replayed replay_log(const restore_plan& plan, persistence::state_store& state) {
  actors::replay work(state);
  if (plan.log && plan.target > work.applied()) {
    work.use(plan.header.point.extra);
    plan.log->walk(
        work.applied() + 1, plan.header.point.term,
        [&](const persistence::entry_view& entry, const persistence::archive_origin& from) {
          work.use(from.models);
          work.apply(entry);
          return entry.index < plan.target;
        });
  }
  work.finish();
  if (work.applied() != plan.target)
    throw std::runtime_error("the archived log changed while it was read");
  return {work.count(), work.time_us(), state.applied()};
}

protocol::configuration alone(const actors::peer_address& self) {
  const auto address = actors::to_text({self.host, self.http_port, self.peer_port, false});
  return {{{self.id, true, address}}, {}};
}

/// What is in a backup, or (`local`) what each node has for itself and is in none.
std::string names_of(const models::schema& schema, bool local) {
  std::string made;
  for (const auto& c : schema.collections())
    if (models::is_local(c) == local) made += (made.empty() ? "" : ", ") + c.name;
  return made;
}

/// The command that starts a node, as far as it differs from the defaults.
std::string command(const program& self, const settings& chosen, const std::string& data_dir,
                    std::uint64_t node, const endpoint& addr) {
  std::string made = self.name;
  if (!self.compiled_models)
    made += " --models " + (chosen.models_file.empty() ? "FILE" : chosen.models_file);
  made += " --data-dir " + data_dir;
  if (node != 1) made += " --node-id " + std::to_string(node);
  return made + " --addr " + to_string(addr);
}

std::string replay_text(const restore_plan& plan, const replayed& done) {
  std::string made;
  if (plan.log)
    made = fmt::format(
        "\n  from      {} as of index {}, and {} archived entries behind it{}", plan.base.string(),
        plan.header.point.index.value, done.entries,
        done.time_us == 0 ? "" : "; the last is of " + to_string(models::timestamp{done.time_us}));
  for (const auto& each : plan.remarks) made += "\n  note      " + each;
  return made;
}

std::string report(const program& self, const settings& chosen, const models::schema& models,
                   const restore_plan& plan, const replayed& done, std::uint64_t cluster,
                   std::uint64_t goes_on) {
  const auto& node = chosen.node;
  const endpoint addr{node.self.host, node.self.http_port};
  const endpoint next{addr.host, static_cast<std::uint16_t>(addr.port + 1)};
  const auto id = node.self.id.value;
  const auto left_out = names_of(models, true);
  return fmt::format(
      "Restored {} into {}{}\n"
      "  holds     {} as of index {}, term {}{}; {} pairs, digest {:016x}\n"
      "  goes on   at index {}: event ids, tags and indexes from after the backup are told to be "
      "of another timeline\n"
      "  belongs   to node {}, alone in the new cluster {:016x}\n"
      "  start it  {}\n"
      "  then add  {} --join {}",
      chosen.restore_file, node.data_dir, replay_text(plan, done), names_of(models, false),
      done.point.index.value, done.point.term.value,
      left_out.empty() ? "" : "; not what each node has for itself: " + left_out, done.point.pairs,
      done.point.digest, goes_on, id, cluster, command(self, chosen, node.data_dir, id, addr),
      command(self, chosen, "ANOTHER_DIR", id + 1, next), to_string(addr));
}

}  // namespace

std::string restore(const program& self, const settings& chosen, const models::schema* models) {
  const auto plan = plan_restore(chosen.restore_file, chosen.restore_until);
  const auto before = models_in(plan);
  if (models != nullptr) {
    if (const auto wrong = models::incompatibilities(before, *models); !wrong.empty())
      throw std::runtime_error(chosen.restore_file +
                               " was made with other models: " + wrong.front());
  }
  const auto cluster = new_cluster_id();
  const auto next = next_index(plan.target.value, std::chrono::system_clock::now());
  replayed done;
  persistence::restore_backup(plan.base, chosen.node.data_dir, chosen.node.self.id,
                              {cluster, alone(chosen.node.self),
                               [&](persistence::state_store& state) {
                                 done = replay_log(plan, state);
                                 go_on_at(next, state);
                               },
                               actors::own_group, begin_there_too});
  // What the node checks its models against when it starts.
  persistence::replace_file(fs::path(chosen.node.data_dir) / "models.toml", plan.models);
  return report(self, chosen, before, plan, done, cluster, next);
}

}  // namespace lithair::apps
