#include <algorithm>

#include <spdlog/fmt/fmt.h>

#include "actors/raft/raft_actor.hpp"

// How the group stands, for people.
namespace lithair::actors {

using namespace protocol;

node_status raft_actor::describe(std::uint64_t token) const {
  node_status result;
  result.token = token;
  result.raft = core_.inspect();
  result.cluster = setup_.cluster();
  result.addr = fmt::format("{}:{}", setup_.config.self.host, setup_.config.self.http_port);
  result.applied = window_.applied().value;
  result.pending = submissions_.size();
  result.data_bytes = setup_.data_bytes ? setup_.data_bytes() : 0;
  if (setup_.log_map) std::tie(result.log_map_bytes, result.log_used_bytes) = setup_.log_map();
  result.meters = meter_.shared();
  result.log = setup_.log_counts;
  result.uptime_ms = static_cast<std::int64_t>(setup_.now_ms() - started_ms_);
  result.compared = comparison_.agreed().value;
  result.diverged = comparison_.first().index.value;
  result.diverged_from = comparison_.first().peer.value;
  if (setup_.set_aside) result.set_aside = setup_.set_aside();
  result.trouble = health_.trouble();
  // Without asking a majority: readiness itself is `probe_ready`.
  result.ready = health_.why_no_reads().empty() && !stopper_ && known_leader_ &&
                 !(health_.held_up && !health_.state_full.empty());
  if (!result.ready) result.not_ready = why_unavailable();
  for (auto& m : result.raft.members.members)
    result.members.push_back(describe_member(m, result.raft));
  for (auto& m : result.members)
    if (m.id == result.raft.leader.value) result.leader_addr = m.addr;
  return result;
}

member_status raft_actor::describe_member(const member& m, const status& raft) const {
  member_status result;
  result.id = m.id.value;
  result.voter = m.voter;
  if (auto address = parse_member_address(m.address)) {
    result.addr = fmt::format("{}:{}", address->host, address->http_port);
    result.peer_addr = fmt::format("{}:{}", address->host, address->peer_port);
  }
  bool is_self = m.id == setup_.config.self.id;
  result.connected = is_self || ways_.is_linked(m.id);
  result.role = m.id == raft.leader ? "leader" : !m.voter ? "learner" : "follower";
  // Only a leader knows how far the others are.
  if (raft.now != role::leader) return result;
  if (is_self) {
    result.match = raft.durable_index.value;
    result.lag_ms = result.last_contact_ms = 0;
  }
  for (auto& peer : raft.peers) {
    if (peer.id != m.id) continue;
    result.match = peer.match.value;
    result.last_contact_ms = std::int64_t{peer.ticks_since_contact} * setup_.config.tick_ms;
    result.lag_ms = peer.match >= raft.commit ? 0 : result.last_contact_ms;
  }
  result.lag_entries = raft.last_index.value - std::min(raft.last_index.value, result.match);
  return result;
}

}  // namespace lithair::actors
