#include <algorithm>

#include <spdlog/spdlog.h>

#include "actors/host.hpp"
#include "actors/raft/raft_actor.hpp"

// How the group stands, for people.
namespace lithair::actors {

using namespace protocol;

namespace {

// What passes sooner by itself nobody has to read.
constexpr std::uint64_t lasting_ms = 1000;

}  // namespace

node_status raft_actor::describe(std::uint64_t token) const {
  node_status result;
  result.token = token;
  result.raft = core_.inspect();
  result.cluster = setup_.cluster();
  result.addr = host_and_port(setup_.config.self.host, setup_.config.self.http_port);
  result.applied = window_.applied().value;
  result.pending = submissions_.size();
  result.data_bytes = setup_.data_bytes ? setup_.data_bytes() : 0;
  if (setup_.log_map) std::tie(result.log_map_bytes, result.log_used_bytes) = setup_.log_map();
  if (setup_.journal_bytes) result.journal_bytes = setup_.journal_bytes();
  result.meters = meter_.shared();
  result.log = setup_.log_counts;
  result.links = setup_.link_counts;
  result.uptime_ms = static_cast<std::int64_t>(setup_.now_ms() - started_ms_);
  result.compared = comparison_.agreed().value;
  result.diverged = comparison_.first().index.value;
  result.diverged_from = comparison_.first().peer.value;
  if (setup_.set_aside) result.set_aside = setup_.set_aside();
  result.trouble = health_.trouble();
  if (setup_.backups) result.backups = setup_.backups();
  if (setup_.local_backups) result.local_backups = setup_.local_backups();
  if (result.trouble.empty() && result.backups && result.backups->overdue)
    result.trouble = "backups fail: " + result.backups->trouble;
  if (result.trouble.empty() && result.local_backups && result.local_backups->overdue)
    result.trouble = "backups of local data fail: " + result.local_backups->trouble;
  // Without asking a majority, as `probe_ready` does besides.
  result.ready = serves_reads() && !stopper_ && known_leader_;
  if (!result.ready) result.not_ready = why_unavailable();
  for (auto& m : result.raft.members.members)
    result.members.push_back(describe_member(m, result.raft));
  for (auto& m : result.members)
    if (m.id == result.raft.leader.value) result.leader_addr = m.addr;
  return result;
}

// What keeps the group from having a leader, the surest reason first, and what helps.
std::string raft_actor::why_leaderless() const {
  std::string refused;
  for (auto& [peer, why] : refusals_) refused += (refused.empty() ? "" : "; ") + why;
  if (!refused.empty()) return "no leader is known: " + refused;
  if (setup_.why_waiting)
    if (auto why = setup_.why_waiting(); !why.empty()) return why;
  const auto& members = core_.members();
  if (members.empty())
    return "this node has nothing of its cluster's log yet, and waits for the leader to send it";
  std::vector<std::string> missing;
  std::size_t voters = 0;
  for (auto& m : members.members) {
    if (!m.voter) continue;
    ++voters;
    if (m.id == setup_.config.self.id || ways_.is_linked(m.id)) continue;
    const auto address = parse_member_address(m.address);
    missing.push_back(address ? fmt::format("{} at {}", m.id.value,
                                            host_and_port(address->host, address->peer_port))
                              : std::to_string(m.id.value));
  }
  if (voters - missing.size() > voters / 2) return "no leader is known yet; the members elect one";
  return fmt::format(
      "no leader is known: a majority of {} voters has to be reached, and node {} is not; start "
      "what is missing, or see why it is not reached",
      voters, fmt::join(missing, ", node "));
}

// The log tells each reason once, and only what lasts.
void raft_actor::tell_why_leaderless() {
  if (alone_ || !setup_.is_main || known_leader_ || !leaderless_too_long()) return;
  auto why = why_leaderless();
  const auto now = setup_.now_ms();
  if (why != leaderless_.why) leaderless_ = {std::move(why), now, false};
  if (leaderless_.told || now - leaderless_.since_ms < lasting_ms) return;
  spdlog::warn("not ready: {}", leaderless_.why);
  leaderless_.told = true;
}

member_status raft_actor::describe_member(const member& m, const status& raft) const {
  member_status result;
  result.id = m.id.value;
  result.voter = m.voter;
  bool is_self = m.id == setup_.config.self.id;
  auto address = parse_member_address(m.address);
  // Nobody can come to a wildcard, which logs of earlier versions may name.
  if (address && !is_wildcard(address->host)) {
    result.addr = host_and_port(address->host, address->http_port);
    result.peer_addr = host_and_port(address->host, address->peer_port);
  }
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
