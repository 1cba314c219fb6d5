#include "actors/config.hpp"

#include <spdlog/fmt/fmt.h>

#include <set>
#include <utility>

#include "actors/host.hpp"

namespace lithair::actors {

namespace {

// A change and its answer are held in memory more than once.
constexpr std::uint64_t least_max_item = 1024;
constexpr std::uint64_t most_max_item = 16 << 20;

}  // namespace

std::string node_config::validate() const {
  if (!self.id) return "the node id must be 1 or more";
  if (auto wrong = raft.validate(); !wrong.empty()) return wrong;
  std::set<protocol::node_id> ids{self.id};
  std::set<std::pair<std::string, std::uint16_t>> addresses{{self.host, self.http_port}};
  addresses.insert({self.host, self.peer_port});
  if (addresses.size() != 2)
    return fmt::format("port {} can't serve both clients and peers", self.http_port);
  for (auto& peer : peers) {
    if (!peer.id) return "the node id of a member must be 1 or more";
    if (!ids.insert(peer.id).second) return fmt::format("node id {} is given twice", peer.id.value);
    for (auto port : {peer.http_port, peer.peer_port})
      if (!addresses.insert({peer.host, port}).second)
        return fmt::format("address {} is given twice", host_and_port(peer.host, port));
  }
  if (is_wildcard(self.host))
    return fmt::format("{} is no address that others could come to; say where they find this node",
                       host_and_port(self.host, self.http_port));
  const auto by = protected_by();
  for (auto* where : {&self, &listening()}) {
    auto why = why_unprotected(where->host, where->http_port, said_with::clients, by);
    // A node alone opens no port for others.
    if (why.empty() && lets_others_in())
      why = why_unprotected(where->host, where->peer_port, said_with::peers, by);
    if (!why.empty()) return why;
  }
  for (auto& peer : peers)
    if (auto why = why_unprotected(peer.host, peer.peer_port, said_with::peers, by); !why.empty())
      return why;
  if (tick_ms == 0) return "a tick can't take 0 ms";
  if (max_item < least_max_item || max_item > most_max_item)
    return fmt::format("an item can be allowed {} to {} bytes, and not {}", least_max_item,
                       most_max_item, max_item);
  return {};
}

}  // namespace lithair::actors
