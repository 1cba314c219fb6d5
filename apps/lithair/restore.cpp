#include "apps/lithair/restore.hpp"

#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <optional>
#include <random>
#include <stdexcept>

#include "actors/member_changes.hpp"
#include "models/compatibility.hpp"
#include "models/model_file.hpp"
#include "models/parts.hpp"
#include "persistence/files.hpp"
#include "persistence/recovery.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;

/// A cluster of its own: nodes of the one that the backup came from must not take it for theirs.
std::uint64_t new_cluster_id() {
  std::random_device random;
  return ((std::uint64_t{random()} << 32) | random()) | 1;
}

/// The models that the backup was made with.
models::schema models_in(const persistence::snapshot_header& header, const std::string& file) {
  auto found = models::parse_model_text(header.point.extra, file);
  if (header.point.extra.empty() || !found)
    throw std::runtime_error(file + " does not tell the models it was made with");
  return std::move(*found);
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
std::string command(const program& self, const settings& x, const std::string& data_dir,
                    std::uint64_t node, const endpoint& addr) {
  std::string made = self.name;
  if (!self.compiled_models)
    made += " --models " + (x.models_file.empty() ? "FILE" : x.models_file);
  made += " --data-dir " + data_dir;
  if (node != 1) made += " --node-id " + std::to_string(node);
  return made + " --addr " + to_string(addr);
}

std::string report(const program& self, const settings& x, const models::schema& models,
                   const persistence::snapshot_header& header, std::uint64_t cluster) {
  const auto& node = x.node;
  const endpoint addr{node.self.host, node.self.http_port};
  const endpoint next{addr.host, static_cast<std::uint16_t>(addr.port + 1)};
  const auto id = node.self.id.value;
  const auto left_out = names_of(models, true);
  return fmt::format(
      "Restored {} into {}\n"
      "  holds     {} as of index {}, term {}{}\n"
      "  belongs   to node {}, alone in the new cluster {:016x}\n"
      "  start it  {}\n"
      "  then add  {} --join {}",
      x.restore_file, node.data_dir, names_of(models, false), header.point.index.value,
      header.point.term.value,
      left_out.empty() ? "" : "; not what each node has for itself: " + left_out, id, cluster, command(self, x, node.data_dir, id, addr),
      command(self, x, "ANOTHER_DIR", id + 1, next), to_string(addr));
}

}  // namespace

std::string restore(const program& self, const settings& x, const models::schema* models) {
  const persistence::snapshot_file file(x.restore_file);
  const auto before = models_in(file.header(), x.restore_file);
  if (models != nullptr) {
    if (const auto wrong = models::incompatibilities(before, *models); !wrong.empty())
      throw std::runtime_error(x.restore_file + " was made with other models: " + wrong.front());
  }
  const auto cluster = new_cluster_id();
  persistence::restore_backup(x.restore_file, x.node.data_dir, x.node.self.id, cluster,
                              alone(x.node.self));
  // What the node checks its models against when it starts.
  persistence::replace_file(fs::path(x.node.data_dir) / "models.toml", file.header().point.extra);
  return report(self, x, before, file.header(), cluster);
}

}  // namespace lithair::apps
