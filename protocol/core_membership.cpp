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
  // Only a blank node may found a group: a term or an entry is of one that there is already.
  if (state.term || log.last() || !history.current().empty() || !sorted) return false;
  configuration founding{*std::move(sorted), {}};
  if (!founding.is_voter(self)) return false;
  save_state(term_t{1}, node_id{});
  // Before there was a group nobody could have promised anything.
  state.recovering = false;
  log.append({index_t{1}, term_t{1}, entry_kind::configuration, {}, payload{encode(founding)}});
  history.append(index_t{1}, std::move(founding));
  members_changed();
  // The others may still be on their way.
  hurries_until = now + opts.election_min_ticks;
  pre_campaign();
  return true;
}

raft_core::change_refusal raft_core::implementation::reconfigure(std::vector<member> members,
                                                                 bool force) {
  if (!leads()) return change_refusal::not_leader;
  const configuration& current = history.current();
  if (!mutated(mutant::changes_members_at_once)) {
    // A change of an earlier leader may be neither committed nor in our log, and two changes at
    // once may have majorities that share no node (thesis §4.1, and its correction of 2015).
    if (!ready()) return change_refusal::term_not_committed;
    // One change at a time: the next begins when this one is committed (thesis §4.1).
    if (current.joint() || history.current_index() > commit) return change_refusal::in_progress;
  }
  if (lead().transfer_target) return change_refusal::transferring;
  std::optional<std::vector<member>> sorted = normalized(std::move(members));
  if (!sorted) return change_refusal::invalid;
  if (*sorted == current.members) return change_refusal::same;
  for (const member& x : *sorted) {
    if (!close_enough(x)) return change_refusal::lagging;
  }
  configuration next{*std::move(sorted), {}};
  // While the voters stay the same, so do the majorities, and one step is enough. Otherwise both
  // majorities decide until the joint configuration is committed (§6; thesis §4.3).
  if (!same_voters(next.members, current.members)) next.outgoing = current.members;
  if (!force && !live_majority(next) && !mutated(mutant::begins_changes_that_cannot_end))
    return change_refusal::no_live_majority;
  if (next.joint()) {
    lead().joint_index = log.last() + 1;
    lead().joint_tick = now;
  }
  change_members_to(std::move(next));
  return change_refusal::none;
}

void raft_core::implementation::change_members_to(configuration next) {
  append(entry_kind::configuration, origin{}, payload{encode(next)});
  history.append(log.last(), std::move(next));
  members_changed();
}

/// Whether a majority of the voters, of both sets when joint, was heard lately, so that an entry
/// can be committed.
bool raft_core::implementation::live_majority(const configuration& of) const {
  return quorum{of}.reached([this](node_id id) -> std::uint64_t {
    if (id == self) return 1;
    auto peer = std::find_if(lead().peers.begin(), lead().peers.end(),
                             [id](const progress& each) { return each.id == id; });
    return peer != lead().peers.end() && peer->heard &&
                   now - peer->contact < opts.election_max_ticks
               ? 1
               : 0;
  }) == 1;
}

/// Only the leader that began a change can go back from it: nobody else adds an entry of this term,
/// so nobody else leaves the joint configuration before a majority of the old voters has a later
/// term. With a joint entry of an earlier term another leader may have gone on to the new members
/// already.
bool raft_core::implementation::can_abort_change() const {
  if (!leads()) return false;
  bool ours =
      lead().joint_index == history.current_index() || mutated(mutant::aborts_what_it_inherited);
  return history.current().joint() && ours && history.current_index() > commit;
}

/// The outgoing voters alone decide from here on, as they did before: every quorum of the joint
/// configuration holds a majority of them, so no decision is taken beside theirs.
raft_core::change_refusal raft_core::implementation::abort_change() {
  if (!leads()) return change_refusal::not_leader;
  if (!can_abort_change()) return change_refusal::nothing_to_abort;
  change_members_to({history.current().outgoing, {}});
  advance_commit();
  return change_refusal::none;
}

/// A new voter must be able to acknowledge at once, or the majority may wait for its catching up.
bool raft_core::implementation::close_enough(const member& candidate) const {
  if (!candidate.voter || candidate.id == self || history.current().is_voter(candidate.id)) {
    return true;
  }
  auto peer = std::find_if(lead().peers.begin(), lead().peers.end(),
                           [&candidate](const progress& each) { return each.id == candidate.id; });
  return peer != lead().peers.end() && peer->match &&
         now - peer->contact < opts.election_max_ticks &&
         log.last() - peer->match <= opts.max_promotion_lag;
}

/// The newest configuration counts from the moment it is in the log (§6).
void raft_core::implementation::members_changed() {
  const configuration& members = history.current();
  voters = quorum{counted(members)};
  was_member = was_member || members.contains(self);
  ++members_version;
  if (!leads()) return;
  for (progress& peer : lead().peers) {
    if (members.contains(peer.id)) {
      // Removed and added again: perhaps with another disk, so nothing that it acknowledged counts
      // any more.
      if (peer.departs_at) peer = progress{peer.id, log.last() + 1, now};
    } else if (!peer.departs_at) {
      peer.departs_at = history.current_index();
      peer.departs_by = now + 4 * std::uint64_t{opts.election_max_ticks};
    }
  }
  auto meet = [this](const std::vector<member>& all) {
    for (const member& x : all) {
      if (x.id == self || lead().find(x.id) != nullptr) continue;
      lead().peers.emplace_back(x.id, log.last() + 1, now);
    }
  };
  // Who is in either set gets the log: learners too, who only do not count (thesis §4.2.1).
  meet(members.members);
  meet(members.outgoing);
}

/// A committed joint configuration is left at once; a leader that is no voter any more goes once
/// the change that removed it is committed (thesis §4.2.2, §4.3).
void raft_core::implementation::after_commit_of_members() {
  if (!ready() || history.current_index() > commit) return;
  if (history.current().joint()) {
    change_members_to({history.current().members, {}});
    // A leader that alone decides has the majority of the new members already, once it is durable.
  } else if (!history.current().is_voter(self)) {
    // Followers get what they lack and learn that the change is committed; then one of them is
    // asked to take over, before an election timeout passes.
    ship();
    node_id successor = best_successor();
    if (successor) send(successor, timeout_now{state.term});
    become_follower(state.term, node_id{});
  }
}

/// A removed node still gets the change that removed it, so that it knows; then it is forgotten.
void raft_core::implementation::release_departed() {
  auto gone = [this](const progress& each) {
    return each.departs_at && (now >= each.departs_by || each.told >= each.departs_at);
  };
  lead().peers.erase(std::remove_if(lead().peers.begin(), lead().peers.end(), gone),
                     lead().peers.end());
}

// -- handing over (thesis §3.10)
// --------------------------------------------------------------------

bool raft_core::implementation::transfer(node_id to) {
  if (!leads() || lead().transfer_target) return false;
  node_id target = to ? to : best_successor();
  const std::vector<node_id>& all = voters.incoming();
  // Only a voter of the new set: one that is being removed would have to go again.
  if (target == self || std::find(all.begin(), all.end(), target) == all.end()) return false;
  progress* peer = lead().find(target);
  // What was sent and not answered may be lost, and there is no time to find that out, unless the
  // link moves it.
  bool moves = peer->moving != 0 && now - peer->moving < opts.heartbeat_ticks;
  if (peer->state == progress::mode::replicate && peer->inflight() && !moves)
    peer->probe_from(peer->match + 1);
  ship_wanted = true;
  lead().transfer_target = target;
  lead().transfer_tick = now;
  lead().transfer_told = false;
  drive_transfer();
  return true;
}

node_id raft_core::implementation::best_successor() const {
  // Whoever has most of our log can win (§5.4.1), and has all that is committed if any of them
  // does.
  const progress* best = nullptr;
  for (const progress& peer : lead().peers) {
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
  if (!lead().transfer_target || lead().transfer_told) return;
  const progress* peer = lead().find(lead().transfer_target);
  if (peer == nullptr || peer->match != log.last()) return;
  lead().transfer_told = lead().lease_given_up = true;
  send(lead().transfer_target, timeout_now{state.term});
}

/// A leader whose own disk hangs is carried by the others' disks; its reads, its memory and
/// whatever it must write to step down wait for the disk. It leads on only when nobody can take
/// over.
void raft_core::implementation::hand_over_when_behind() {
  if (log.durable() >= lead().behind_index) {
    lead().behind_index = log.durable() < commit ? commit : index_t{};
    lead().behind_tick = now;
    return;
  }
  if (lead().transfer_target || now - lead().behind_tick < opts.election_max_ticks) return;
  lead().behind_tick = now;
  (void)transfer(node_id{});
}

/// A majority knows that we are no voter: no entry that we forgot can count any more. A vote can:
/// the term may have been ours to vote in before, and its loser may still ask. So we abstain for
/// the rest of it. Earlier terms are over for us, and a candidate of a later one that has a
/// forgotten vote of ours lacks the change that made us no voter.
void raft_core::implementation::recovered() {
  state.recovering = false;
  if (!state.voted_for && !mutated(mutant::votes_again_after_recovering))
    state.voted_for = elected ? elected : self;
  state_dirty = true;
  follow().answer = true;
}

}  // namespace lithair::protocol
