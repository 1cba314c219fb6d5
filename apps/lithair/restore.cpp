#include "apps/lithair/restore.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "actors/raft/member_changes.hpp"
#include "actors/runtime/random_words.hpp"
#include "apps/lithair/restore_plan.hpp"
#include "apps/lithair/restored_state.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/value/timestamp.hpp"
#include "persistence/files.hpp"
#include "persistence/own_group.hpp"
#include "persistence/recovery.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;

/// A cluster of its own: nodes of the one that the backup came from must not take it for theirs.
std::uint64_t new_cluster_id() { return actors::random_word_of_system() | 1; }

/// The models of what is restored.
models::schema models_in(const restore_plan& plan) {
  auto found = models::parse_model_text(plan.models, plan.base.string());
  if (plan.models.empty() || !found)
    throw std::runtime_error(plan.base.string() + " does not tell the models it was made with");
  return std::move(*found);
}

protocol::configuration alone(const actors::peer_address& self) {
  const auto address = actors::to_text({self.host, self.http_port, self.peer_port, false});
  return {{{self.id, true, address}}, {}};
}

/// The models that all nodes have, or (`local`) those that each node has for itself.
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

/// What a restore is made of, and what has become of it. The second: of what a node had for itself.
struct work {
  restore_plan main;
  std::optional<restore_plan> local;
  std::uint64_t next = 0;  // where numbers go on
  replayed main_done;
  replayed local_done;
};

std::string state_text(const replayed& done) {
  return fmt::format("as of index {}, term {}; {} pairs, digest {:016x}", done.point.index.value,
                     done.point.term.value, done.point.pairs, done.point.digest);
}

/// Of what a node has for itself: what was restored, or that it was not.
std::string local_text(const settings& chosen, const models::schema& models, const work& all) {
  const auto gone = all.local_done.forgotten;
  if (all.local)
    return fmt::format("{}\n  and       what node {} had for itself, {}{}",
                       replay_text(*all.local, all.local_done), chosen.restore_local_of,
                       state_text(all.local_done),
                       gone == 0 ? ""
                                 : fmt::format("\n  note      local fields of {} items went with "
                                               "these, which are gone by then",
                                               gone));
  const auto left_out = names_of(models, true);
  return left_out.empty() ? "" : "\n  not       what each node has for itself: " + left_out;
}

std::string report(const program& self, const settings& chosen, const models::schema& models,
                   const work& all, std::uint64_t cluster) {
  const auto& node = chosen.node;
  const endpoint addr{node.self.host, node.self.http_port};
  const endpoint next{addr.host, static_cast<std::uint16_t>(addr.port + 1)};
  const auto id = node.self.id.value;
  return fmt::format(
      "Restored {} into {}{}\n"
      "  holds     {} {}{}\n"
      "  goes on   at index {}: event ids, tags and indexes from after the backup are told to be "
      "of another timeline\n"
      "  belongs   to node {}, alone in the new cluster {:016x}\n"
      "  start it  {}\n"
      "  then add  {} --join {}",
      chosen.restore_file, node.data_dir, replay_text(all.main, all.main_done),
      names_of(models, false), state_text(all.main_done), local_text(chosen, models, all), all.next,
      id, cluster, command(self, chosen, node.data_dir, id, addr),
      command(self, chosen, "ANOTHER_DIR", id + 1, next), to_string(addr));
}

/// They must be able to serve what is restored.
void require_models(const settings& chosen, const restore_plan& plan, const models::schema& by) {
  if (const auto wrong = models::incompatibilities(models_in(plan), by); !wrong.empty())
    throw std::runtime_error(chosen.restore_file + " was made with other models: " + wrong.front());
}

}  // namespace

std::string restore(const program& self, const settings& chosen, const models::schema* models) {
  work all{plan_restore(chosen.restore_file, chosen.restore_until), {}, 0, {}, {}};
  const auto before = models_in(all.main);
  if (chosen.restore_local_of != 0)
    all.local = plan_local_restore(chosen.restore_file, chosen.restore_until, all.main,
                                   protocol::node_id{chosen.restore_local_of});
  if (models != nullptr) {
    require_models(chosen, all.main, *models);
    if (all.local) require_models(chosen, *all.local, *models);
  }
  const auto cluster = new_cluster_id();
  const auto last = std::max(all.main.target, all.local ? all.local->target : protocol::index_t{});
  all.next = next_index(last.value, std::chrono::system_clock::now());
  persistence::restore_options how{cluster, alone(chosen.node.self)};
  how.amend = [&all](persistence::state_store& state) {
    all.main_done = finish_main(all.main, all.next, state);
  };
  how.other = persistence::own_group;
  how.amend_other = begin_own_anew;
  if (all.local) {
    how.other_backup = all.local->base;
    how.amend_other = [&all](persistence::state_store& own,
                             const persistence::state_store& restored) {
      all.local_done = finish_own(*all.local, all.next, own, restored);
    };
  }
  persistence::restore_backup(all.main.base, chosen.node.data_dir, chosen.node.self.id, how);
  // What the node checks its models against when it starts.
  persistence::replace_file(fs::path(chosen.node.data_dir) / "models.toml", all.main.models);
  return report(self, chosen, before, all, cluster);
}

}  // namespace lithair::apps
