#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "actors/raft_actor.hpp"
#include "actors/shipper.hpp"

// Roles and members as they change, and the shippers to them.
namespace lithair::actors {

using namespace protocol;

namespace {

std::string_view name_of(role r) {
  switch (r) {
    case role::follower: return "follower";
    case role::pre_candidate: return "pre-candidate";
    case role::candidate: return "candidate";
    case role::leader: return "leader";
    case role::learner: return "learner";
  }
  return "unknown";
}


}  // namespace

void raft_actor::log_role(const role_change& change) const {
  auto& label = setup_.label;
  switch (change.now) {
    case role::pre_candidate:
      spdlog::info("{}no word from a leader: asking whether an election for term {} would be won", label,
                   change.term.value + 1);
      break;
    case role::candidate:
      spdlog::info("{}became candidate for term {}", label, change.term.value);
      break;
    case role::leader:
      spdlog::info("{}became leader of term {}", label, change.term.value);
      break;
    case role::follower:
    case role::learner:
      if (change.leader)
        spdlog::info("{}follows node {} in term {}", label, change.leader.value, change.term.value);
      else
        spdlog::info("{}became {} in term {}, leader not yet known", label, name_of(change.now), change.term.value);
      break;
  }
}

void raft_actor::on_role(const role_change& change) {
  if (!alone_) log_role(change);
  if (!change.leader && known_leader_) leaderless_since_ms_ = setup_.now_ms();
  known_leader_ = change.leader;
}

void raft_actor::on_members(const configuration& members) {
  for (auto* set : {&members.members, &members.outgoing}) {
    for (auto& m : *set) {
      auto address = parse_member_address(m.address);
      if (m.id != setup_.config.self.id && address)
        add_shipper({m.id, address->host, address->http_port, address->peer_port});
    }
  }
}

void raft_actor::add_shipper(const peer_address& peer) {
  if (shippers_.contains(peer.id)) return;
  auto& shipper = shippers_[peer.id] = setup_.make_shipper(peer);
  send(shipper, serve_raft{caf::actor_cast<caf::actor>(this)});
}

const caf::actor* raft_actor::shipper_for(node_id peer) const {
  auto found = shippers_.find(peer);
  return found == shippers_.end() ? nullptr : &found->second;
}

}  // namespace lithair::actors
