#include "test/cluster/harness/cluster.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace lithair::test {
namespace {

std::string address(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::optional<boost::json::value> find(std::string_view json, std::string_view pointer) {
  boost::system::error_code error;
  const auto whole = boost::json::parse({json.data(), json.size()}, error);
  if (error) return std::nullopt;
  const auto* const found = whole.find_pointer({pointer.data(), pointer.size()}, error);
  if (found == nullptr) return std::nullopt;
  return *found;
}

}  // namespace

cluster::cluster(cluster_options options) : options_(std::move(options)), nodes_(options_.nodes) {
  if (options_.models.empty()) options_.models = LITHAIR_SOURCE "/apps/examples/shop.toml";
}

std::filesystem::path cluster::data_directory(std::size_t i) const {
  if (!options_.data_of.empty()) return options_.data_of.at(i);
  const auto name = "node-" + std::to_string(i + 1);
  return (options_.data.empty() ? directory() : options_.data) / name;
}

std::vector<std::string> cluster::command(std::size_t i) const {
  std::vector<std::string> words{
      options_.program.empty() ? LITHAIR_NODE : options_.program,
      "--node-id",
      std::to_string(i + 1),
      "--data-dir",
      data_directory(i),
      "--models",
      options_.models,
      "--init=" + std::string(i == 0 || options_.same_flags ? "true" : "false")};
  const auto place = options_.place ? options_.place(*this, i)
                                    : std::vector<std::string>{"--addr", address(port(i))};
  words.insert(words.end(), place.begin(), place.end());
  const auto founders = options_.founders == 0 ? size() : options_.founders;
  if (i >= founders) words.insert(words.end(), {"--join", host(0) + ":" + std::to_string(port(0))});
  std::string others;
  for (std::size_t j = 0; i < founders && j < founders; ++j) {
    if (j == i && !options_.same_flags) continue;
    others += (others.empty() ? "" : ",") + std::to_string(j + 1) + "=" + address(port(j));
  }
  if (!others.empty()) words.insert(words.end(), {"--cluster", others});
  words.insert(words.end(), options_.flags.begin(), options_.flags.end());
  // Most tests have no client that would go elsewhere.
  if (std::ranges::find(options_.flags, "--drain") == options_.flags.end())
    words.insert(words.end(), {"--drain", "0"});
  return words;
}

void cluster::start(std::size_t i) {
  const auto there = options_.enter ? options_.enter(i) : nullptr;
  nodes_.at(i) = std::make_unique<process>(
      launch{command(i),
             directory() / (std::to_string(i + 1) + ".log"),
             {},
             options_.variables ? options_.variables(*this, i) : std::vector<std::string>{}});
}

void cluster::start_all() {
  for (std::size_t i = 0; i < size(); ++i) start(i);
}

void cluster::kill(std::size_t i) {
  nodes_.at(i)->kill();
  nodes_.at(i).reset();
}

ending cluster::stop(std::size_t i) {
  auto& node = at(i);
  node.signal(SIGTERM);
  const auto how = node.wait(patience);
  if (!how) throw std::runtime_error("node " + std::to_string(i + 1) + " does not stop");
  nodes_.at(i).reset();
  return *how;
}

void cluster::await(const std::string& what, const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!reached()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("waited in vain until " + what);
    }
    // Between two looks, watch for what would make further ones senseless: a node that ends by
    // itself.
    for (std::size_t i = 0; i < size(); ++i) {
      if (!runs(i)) continue;
      if (const auto how = at(i).wait(5ms)) {
        throw std::runtime_error("node " + std::to_string(i + 1) + " ended with status " +
                                 std::to_string(how->status) + " before " + what);
      }
    }
  }
}

void cluster::await_ready(std::size_t i) {
  auto asked = client(i, 2000ms);
  await("node " + std::to_string(i + 1) + " is ready",
        [&asked] { return asked.get("/readyz").status == 200; });
}

void cluster::await_all_ready() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (runs(i)) await_ready(i);
  }
}

std::optional<std::size_t> cluster::leader_named_by(std::size_t i) const {
  const auto said = client(i, 2000ms).get("/raft/leader");
  const auto id = number_at(said.body, "/leader_id");
  if (!id || *id == 0) return std::nullopt;
  return static_cast<std::size_t>(*id - 1);
}

std::size_t cluster::await_leader() {
  std::optional<std::size_t> leader;
  await("the running nodes agree on a leader", [this, &leader] {
    leader.reset();
    for (std::size_t i = 0; i < size(); ++i) {
      if (!runs(i)) continue;
      const auto named = leader_named_by(i);
      if (!named || !runs(*named) || (leader && *leader != *named)) return false;
      leader = named;
    }
    return leader.has_value();
  });
  return *leader;
}

std::string cluster::log(std::size_t i) const {
  return read_file(directory() / (std::to_string(i + 1) + ".log"));
}

std::string cluster::logs() const {
  std::string made;
  for (std::size_t i = 0; i < size(); ++i) {
    made += "--- node " + std::to_string(i + 1) + "\n" + log(i);
  }
  return made;
}

std::string json_at(std::string_view json, std::string_view pointer) {
  const auto found = find(json, pointer);
  if (!found) return {};
  return found->is_string() ? std::string(found->as_string()) : boost::json::serialize(*found);
}

std::optional<std::uint64_t> number_at(std::string_view json, std::string_view pointer) {
  const auto found = find(json, pointer);
  if (!found || !(found->is_int64() || found->is_uint64())) return std::nullopt;
  return found->to_number<std::uint64_t>();
}

}  // namespace lithair::test
