#include "test/actors/embedded.hpp"

#include <stdlib.h>

#include "models/schema/projection.hpp"

namespace lithair::test {

embedded_nodes::embedded_nodes(models::schema schema, std::uint64_t count, tuning tune)
    : schema_(std::move(schema)), count_(count), tune_(std::move(tune)) {
  auto pattern = (std::filesystem::temp_directory_path() / "lithair-embedded-XXXXXX").string();
  directory_ = ::mkdtemp(pattern.data());
  for (std::uint64_t id = 1; id <= count; ++id) start(id);
}

embedded_nodes::~embedded_nodes() {
  nodes_.clear();
  std::filesystem::remove_all(directory_);
}

actors::peer_address embedded_nodes::address(std::uint64_t id) const {
  return {protocol::node_id{id}, "127.0.0.1", ports_.http(id - 1), ports_.peer(id - 1)};
}

void embedded_nodes::start(std::uint64_t id) {
  actors::node_config made;
  made.self = address(id);
  for (std::uint64_t peer = 1; peer <= count_; ++peer)
    if (peer != id) made.peers.push_back(address(peer));
  made.init = id == 1;
  made.loops = 2;
  made.data_dir = directory_ / std::to_string(id);
  // A busy machine may take its time; what is tested is never how long.
  made.request_timeout_ms = 60'000;
  made.leaderless_wait_ms = 60'000;
  if (tune_) tune_(made);
  nodes_[id] = std::make_unique<actors::node>(made, schema_);
}

}  // namespace lithair::test
