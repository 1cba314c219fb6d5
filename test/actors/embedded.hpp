#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "actors/node/node.hpp"
#include "test/cluster/harness/ports.hpp"

namespace lithair::test {

/// Nodes in the test's own process, linked over loopback, each with a directory of its own.
class embedded_nodes {
 public:
  /// Changes what a node is told at start.
  using tuning = std::function<void(actors::node_config&)>;

  embedded_nodes(models::schema schema, std::uint64_t count, tuning tune = {});
  ~embedded_nodes();

  actors::node& at(std::uint64_t id) { return *nodes_.at(id); }
  bool runs(std::uint64_t id) const { return nodes_.contains(id); }
  std::uint64_t count() const { return count_; }
  actors::peer_address address(std::uint64_t id) const;
  void start(std::uint64_t id);
  /// Without a last checkpoint, unless the node was stopped before.
  void erase(std::uint64_t id) { nodes_.erase(id); }

 private:
  models::schema schema_;
  std::uint64_t count_;
  tuning tune_;
  std::filesystem::path directory_;
  port_block ports_;
  std::map<std::uint64_t, std::unique_ptr<actors::node>> nodes_;
};

}  // namespace lithair::test
