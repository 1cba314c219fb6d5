#include "actors/gate.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace lithair::actors {

namespace {

// Bounds what strangers can make this node remember.
constexpr std::uint64_t max_node = 65535;

}  // namespace

gate::gate(caf::actor_config& cfg, loop* home, link_identity identity)
    : hosted_actor(cfg, home), identity_(std::move(identity)) {}

caf::behavior gate::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return {
      [this](const expect_peer& x) { shippers_[{x.peer, x.group}] = x.shipper; },
      [this](const hello& x) {
        welcome answer{identity_.cluster(), identity_.self.value, identity_.incarnation, identity_.schema, {}, why_not(x), {}};
        if (answer.refused.empty()) {
          auto& shipper = shippers_.at({protocol::node_id{x.node}, protocol::group_id{x.group}});
          answer.cluster = identity_.cluster();
          if (auto old = identity_.examine(x.node, protocol::group_id{x.group}, x.proof)) send(shipper, promises_lost{*old});
          answer.proof = identity_.present(x.node);
          answer.endpoint = shipper;
          send(shipper, linked_by_peer{x.endpoint});
          refused_.erase(x.node);
        } else {
          auto& last = refused_[std::min(x.node, max_node + 1)];
          if (last != answer.refused) spdlog::warn("refused a link from node {}: {}", x.node, answer.refused);
          last = answer.refused;
        }
        return answer;
      },
  };
}

std::string gate::why_not(const hello& x) const {
  if (x.node > max_node) return "its node id is not one that clusters use";
  if (x.version != peer_version)
    return fmt::format("it speaks version {} of the peer protocol, this node {}", x.version, peer_version);
  if (x.to != identity_.self.value) return fmt::format("this is node {}, not {}", identity_.self.value, x.to);
  if (!shippers_.contains({protocol::node_id{x.node}, protocol::group_id{x.group}}))
    return fmt::format("node {} is not a member here", x.node);
  if (auto why = identity_.why_other_models(x.schema); !why.empty()) return why;
  if (!x.endpoint) return "it named no endpoint";
  if (!identity_.join_cluster(x.cluster)) return "it belongs to another cluster";
  if (!identity_.admit(x.node, x.incarnation))
    return fmt::format("the data directory of node {} is not the one it had before; remove the node from the cluster, "
                       "then add it again", x.node);
  return {};
}

}  // namespace lithair::actors
