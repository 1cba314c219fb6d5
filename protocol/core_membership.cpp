#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

namespace {

/// Those whose answers are counted: the voters, of both sets when joint.
configuration counted(configuration members) {
  if (mutated(mutant::counts_one_majority_when_joint)) members.outgoing.clear();
  for (member& x : members.members) x.voter = x.voter || mutated(mutant::counts_learners);
  return members;
}

}  // namespace

bool raft_core::implementation::bootstrap(configuration members) {
  std::optional<std::vector<member>> sorted = normalized(std::move(members.members));
  if (state.term || log.last() || !history.current().empty() || !sorted) return false;
  configuration founding{*std::move(sorted), {}};
  if (!founding.is_voter(self)) return false;
  save_state(term_t{1}, node_id{});
  state.recovering = false;
  log.append({index_t{1}, term_t{1}, entry_kind::configuration, {}, payload{encode(founding)}});
  history.append(index_t{1}, std::move(founding));
  members_changed();
  pre_campaign();
  return true;
}

raft_core::change_refusal raft_core::implementation::reconfigure(std::vector<member> members) {
  if (!leads()) return change_refusal::not_leader;
  const configuration& current = history.current();
  if (!mutated(mutant::changes_members_at_once)) {
    if (!ready()) return change_refusal::term_not_committed;
    if (current.joint() || history.current_index() > commit) return change_refusal::in_progress;
  }
  if (lead.transfer_target) return change_refusal::transferring;
  std::optional<std::vector<member>> sorted = normalized(std::move(members));
  if (!sorted) return change_refusal::invalid;
  if (*sorted == current.members) return change_refusal::same;
  for (const member& x : *sorted) {
    if (!close_enough(x)) return change_refusal::lagging;
  }
  configuration next{*std::move(sorted), {}};
  if (!same_voters(next.members, current.members)) next.outgoing = current.members;
  append(entry_kind::configuration, origin{}, payload{encode(next)});
  history.append(log.last(), std::move(next));
  members_changed();
  return change_refusal::none;
}

/// A new voter must be able to acknowledge at once, or the majority may wait for its catching up.
bool raft_core::implementation::close_enough(const member& candidate) const {
  if (!candidate.voter || candidate.id == self || history.current().is_voter(candidate.id)) {
    return true;
  }
  auto peer = std::find_if(lead.peers.begin(), lead.peers.end(),
                           [&candidate](const progress& x) { return x.id == candidate.id; });
  return peer != lead.peers.end() && peer->match && now - peer->contact < opts.election_max_ticks &&
         log.last() - peer->match <= opts.max_promotion_lag;
}

/// The newest configuration counts from the moment it is in the log (§6).
void raft_core::implementation::members_changed() {
  const configuration& members = history.current();
  voters = quorum{counted(members)};
  ++members_version;
  if (!leads()) return;
  for (progress& peer : lead.peers) {
    if (members.contains(peer.id)) {
      // Removed and added again: perhaps with another disk, so nothing that it acknowledged counts any more.
      if (peer.departs_at) peer = progress{peer.id, log.last() + 1, now};
    } else if (!peer.departs_at) {
      peer.departs_at = history.current_index();
      peer.departs_by = now + 4 * std::uint64_t{opts.election_max_ticks};
    }
  }
  auto meet = [this](const std::vector<member>& all) {
    for (const member& x : all) {
      if (x.id == self || lead.find(x.id) != nullptr) continue;
      lead.peers.emplace_back(x.id, log.last() + 1, now);
    }
  };
  meet(members.members);
  meet(members.outgoing);
}

/// A committed joint configuration is left at once; a leader that is no voter any more goes once
/// the change that removed it is committed (thesis §4.2.2, §4.3).
void raft_core::implementation::after_commit_of_members() {
  if (!ready() || history.current_index() > commit) return;
  if (history.current().joint()) {
    configuration final{history.current().members, {}};
    append(entry_kind::configuration, origin{}, payload{encode(final)});
    history.append(log.last(), std::move(final));
    members_changed();
    // A leader that alone decides has the majority of the new members already, once it is durable.
  } else if (!history.current().is_voter(self)) {
    ship();
    node_id successor = best_successor();
    if (successor) send(successor, timeout_now{state.term});
    become_follower(state.term, node_id{});
  }
}

/// A removed node still gets the change that removed it, so that it knows; then it is forgotten.
void raft_core::implementation::release_departed() {
  auto gone = [this](const progress& x) {
    return x.departs_at && (now >= x.departs_by || x.told >= x.departs_at);
  };
  lead.peers.erase(std::remove_if(lead.peers.begin(), lead.peers.end(), gone), lead.peers.end());
}

// -- handing over (thesis §3.10)
// --------------------------------------------------------------------

bool raft_core::implementation::transfer(node_id to) {
  if (!leads() || lead.transfer_target) return false;
  node_id target = to ? to : best_successor();
  const std::vector<node_id>& all = voters.incoming();
  if (target == self || std::find(all.begin(), all.end(), target) == all.end()) return false;
  progress* peer = lead.find(target);
  // What was sent and not answered may be lost, and there is no time to find that out.
  if (peer->state == progress::mode::replicate && peer->inflight())
    peer->probe_from(peer->match + 1);
  ship_wanted = true;
  lead.transfer_target = target;
  lead.transfer_tick = now;
  lead.transfer_told = false;
  drive_transfer();
  return true;
}

node_id raft_core::implementation::best_successor() const {
  const progress* best = nullptr;
  for (const progress& peer : lead.peers) {
    const std::vector<node_id>& all = voters.incoming();
    bool votes_on = std::find(all.begin(), all.end(), peer.id) != all.end();
    if (!votes_on || now - peer.contact >= opts.election_min_ticks) continue;
    if (best == nullptr || peer.match > best->match) best = &peer;
  }
  return best == nullptr ? node_id{} : best->id;
}

/// The target campaigns once it has our whole log, which no longer grows. From then on our lease
/// says nothing: the order may arrive at any time.
void raft_core::implementation::drive_transfer() {
  if (!lead.transfer_target || lead.transfer_told) return;
  const progress* peer = lead.find(lead.transfer_target);
  if (peer == nullptr || peer->match != log.last()) return;
  lead.transfer_told = lead.lease_given_up = true;
  send(lead.transfer_target, timeout_now{state.term});
}

/// A majority knows that we are no voter: nothing that we forgot can count any more.
void raft_core::implementation::recovered() {
  state.recovering = false;
  state_dirty = true;
  follow.answer = true;
}

}  // namespace lithair::protocol
