#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "actors/node.hpp"

namespace lithair::test {

/// Nodes in the test's own process, linked over loopback, each with a directory of its own.
class embedded_nodes {
 public:
  embedded_nodes(models::schema schema, std::uint64_t count);
  ~embedded_nodes();

  actors::node& at(std::uint64_t id) { return *nodes_.at(id); }
  void start(std::uint64_t id);
  void erase(std::uint64_t id) { nodes_.erase(id); }

 private:
  actors::peer_address address(std::uint64_t id) const;

  models::schema schema_;
  std::uint64_t count_;
  std::filesystem::path directory_;
  std::vector<std::uint16_t> ports_;
  std::map<std::uint64_t, std::unique_ptr<actors::node>> nodes_;
};

}  // namespace lithair::test
