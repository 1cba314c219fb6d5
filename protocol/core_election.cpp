#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

namespace {

/// How long the followers of a leader that is gone wait for each other: a vote on its way there and
/// back, and on the disk.
constexpr std::uint64_t turn_ticks = 2;
/// For how long whoever has nothing to wait for may sleep.
constexpr std::uint32_t ticks_of_sleep = 1 << 16;

}  // namespace

// -- time ----------------------------------------------------------------------------------------

void raft_core::implementation::tick() {
  ++now;
  if (leads()) return tick_leader();
  ++election_elapsed;
  ask_again();
  // It may speak again once a leader with a majority says that it is no voter. The question has one
  // number, however often it is asked.
  if (state.recovering && leader) {
    if (recover_id == 0) recover_id = next_number();
    if (now - recover_tick >= opts.heartbeat_ticks) {
      recover_tick = now;
      send(leader, read_request{state.term, recover_id, true});
    }
  }
  // Whoever waits for a leader that is silent is told so, and may ask elsewhere.
  if (leader && now - leader_contact >= opts.election_max_ticks) lose_leader();
  // The question or its answer may be lost.
  if (follows() && follow().asked_id != 0 && now - follow().asked_tick >= opts.heartbeat_ticks) {
    follow().asked_tick = now;
    send(leader, read_request{state.term, follow().asked_id, false});
  }
  // Without a word from a leader for an election timeout a follower begins an election (§5.2).
  if (election_elapsed < election_timeout) return;
  if (can_campaign()) {
    pre_campaign();
  } else if (may_ask_whether_removed()) {
    ask_whether_removed();
  }
}

void raft_core::implementation::tick_leader() {
  // A transfer that takes an election timeout has failed; proposals are taken again (thesis §3.10).
  if (lead().transfer_target && now - lead().transfer_tick >= opts.election_min_ticks) {
    lead().transfer_target = node_id{};
  }
  release_departed();
  hand_over_when_behind();
  find_lost_appends();
  // Heartbeats keep the others from beginning elections, whether there are entries or not (§5.2).
  if (now - lead().heartbeat_tick >= opts.heartbeat_ticks) broadcast_heartbeat();
  confirm_rounds();
  check_quorum();
}

std::uint32_t raft_core::implementation::ticks_until_due() const {
  // Nobody to send heartbeats to, and nobody's silence to notice.
  if (leads() && lead().peers.empty()) return ticks_of_sleep;
  // A leader's other deadlines are no shorter than a heartbeat, and may be noticed with the next
  // one.
  std::uint64_t due = now + opts.election_max_ticks;
  auto at = [&due](std::uint64_t tick) { due = std::min(due, tick); };
  if (leads()) {
    at(lead().heartbeat_tick + opts.heartbeat_ticks);
  } else {
    if (can_campaign() || may_ask_whether_removed())
      at(now + election_timeout - std::min(election_timeout, election_elapsed));
    if (leader) at(leader_contact + opts.election_max_ticks);
    if (auto* campaign = std::get_if<campaigning>(&as); campaign && now < campaign->asks_until)
      at(now + 1);
    if (follows() && follow().asked_id != 0) at(follow().asked_tick + opts.heartbeat_ticks);
    if (state.recovering) at(now + opts.heartbeat_ticks);
  }
  return static_cast<std::uint32_t>(std::max(due, now + 1) - now);
}

/// A random timeout keeps candidates apart (§5.2).
void raft_core::implementation::restart_election_timer() {
  election_elapsed = 0;
  election_timeout = opts.election_min_ticks;
  election_timeout += chance(opts.election_max_ticks - opts.election_min_ticks);
  election_timeout *= opts.priority_delay;
}

/// A leader that a majority has not answered for an election timeout steps down (thesis §6.2), so
/// that its clients look elsewhere and its refusal of elections ends.
///
/// While only the new voters of a change that is not committed are silent, stepping down would
/// leave a cluster in which nobody can be elected: the change is given up instead. They have an
/// election timeout from its begin.
void raft_core::implementation::check_quorum() {
  auto contact_of = [this](node_id id) {
    if (id == self) return now;
    const progress* peer = lead().find(id);
    return peer == nullptr ? 0 : peer->contact;
  };
  auto silent = [this, &contact_of](const quorum& all) {
    return now >= all.reached(contact_of) + opts.election_max_ticks;
  };
  if (!silent(voters)) return;
  // Nothing can be committed any more: others may elect someone who can.
  if (!can_abort_change() || silent(quorum{{history.current().outgoing, {}}}))
    return become_follower(state.term, node_id{});
  if (now - lead().joint_tick >= opts.election_max_ticks) (void)abort_change();
}

// -- roles ---------------------------------------------------------------------------------------

role raft_core::implementation::visible_role() const {
  if (leads()) return role::leader;
  if (auto* campaign = std::get_if<campaigning>(&as))
    return campaign->real ? role::candidate : role::pre_candidate;
  const configuration& members = history.current();
  return members.empty() || members.is_voter(self) ? role::follower : role::learner;
}

/// A node that its newest configuration removes may still be needed until that is committed: the
/// others may lack just this entry (thesis §4.2.2). Its own vote counts for nothing then.
bool raft_core::implementation::can_campaign() const {
  return history.voter_since(commit, self) && !state.recovering && !installing && !lacks_state;
}

/// A learner that hears nobody may have been removed, and never campaigns to be told so; it asks
/// like a candidate.
bool raft_core::implementation::may_ask_whether_removed() const {
  return !leader && history.current().contains(self) && !history.current().is_voter(self) &&
         !state.recovering && !told_removed;
}

void raft_core::implementation::ask_whether_removed() {
  restart_election_timer();
  ask_for_votes({state.term + 1, log.last(), log.last_term(), true, false});
}

/// Whether a leader was heard so lately that no majority may elect another one yet (thesis §6.2,
/// §9.6). A leader itself hears from a majority, or steps down.
bool raft_core::implementation::leader_alive() const { return leads() || now < no_votes_before; }

/// Forgets the leader; what waits for it can't be answered any more.
void raft_core::implementation::lose_leader() {
  leader = node_id{};
  if (!follows()) return;
  refuse_followers_reads(refusal::not_leader);
  if (follow().forwards.empty()) return;
  proposal_refused& refused = out.refused.emplace_back();
  for (const proposal& x : follow().forwards) refused.serials.push_back(x.from.serial);
  refused.why = refusal::not_leader;
  refused.under = state.term;
  follow().forwards.clear();
}

void raft_core::implementation::become_follower(term_t term, node_id new_leader) {
  if (leads()) {
    // Reads that no majority confirmed are refused (thesis §6.4). Proposals are not: the next
    // leader may still commit them.
    answer_reads(lead().confirming, index_t{}, refusal::not_leader);
    answer_reads(lead().waiting, index_t{}, refusal::not_leader);
    restart_election_timer();
  }
  lose_leader();
  // A later term is taken over at once, and nobody has our vote in it yet (§5.1).
  if (term > state.term) save_state(term, node_id{});
  as = following{};
  leader = new_leader;
  // Our log is known to agree with the new leader's only where it is committed (§5.4).
  follow().verified = commit;
}

void raft_core::implementation::become_no_candidate() {
  if (std::holds_alternative<campaigning>(as)) become_follower(state.term, node_id{});
}

void raft_core::implementation::become_leader() {
  require(can_campaign() || mutated(mutant::leads_without_state), "a node leads that must not");
  as = leading{};
  leader = elected = self;
  lead().heartbeat_tick = now;
  // What earlier leaders left does not count for the limit of what waits.
  lead().counted_after = log.last();
  requests = {state.term, {}};
  // Every peer is first asked whether it has our last entry (§5.3).
  members_changed();
  // Entries of earlier terms are committed only by one of our own on top of them (§5.4.2).
  append(entry_kind::noop, origin{}, payload{});
}

// -- campaigns -----------------------------------------------------------------------------------

/// Asks whether an election could be won before it disturbs anybody's term (thesis §9.6).
void raft_core::implementation::pre_campaign() {
  lose_leader();
  as = campaigning{false, {{self, true}}, hurries_until};
  restart_election_timer();
  ask_for_votes({state.term + 1, log.last(), log.last_term(), true, false});
  // A voter that is alone has won already.
  count_votes();
}

void raft_core::implementation::campaign(bool transfer) {
  lose_leader();
  // A candidate votes for itself in the term that it begins (§5.2).
  save_state(state.term + 1, self);
  as = campaigning{true, {{self, true}}, 0};
  ++elections;
  restart_election_timer();
  ask_for_votes({state.term, log.last(), log.last_term(), false, transfer});
}

/// Of whoever has not answered yet.
void raft_core::implementation::ask_for_votes(vote_request request) {
  auto* campaign = std::get_if<campaigning>(&as);
  auto answered = [campaign](node_id id) {
    return campaign != nullptr && std::any_of(campaign->votes.begin(), campaign->votes.end(),
                                              [id](const auto& vote) { return vote.first == id; });
  };
  for (node_id id : voters.incoming()) {
    if (id != self && !answered(id)) send(id, request);
  }
  for (node_id id : voters.outgoing()) {
    // Whoever votes in both sets is asked once, and its answer counts in both (§6).
    bool asked = std::count(voters.incoming().begin(), voters.incoming().end(), id) > 0;
    if (id != self && !asked && !answered(id)) send(id, request);
  }
}

// -- leaders that are gone -----------------------------------------------------------------------

/// A timeout is how one learns of a leader's end where nothing tells of it (§5.2). Something did:
/// so the followers need not wait, and as pre-votes change nobody's term (thesis §9.6), a leader
/// that others hear is not disturbed by who is wrong. A lease would be broken by it: it counts on
/// votes being refused for as long as it was told (thesis §6.4.1).
///
/// All hear of it at nearly the same time, and would split their votes. So they take turns by their
/// ids; and whoever has its turn asks again, for some hear of it later than they are asked.
void raft_core::implementation::gone(node_id id) {
  const bool leased = opts.lease_reads && !mutated(mutant::leaves_gone_leaders_early);
  if (!follows() || leader != id || leased) return;
  lose_leader();
  no_votes_before = now;
  if (!can_campaign() || opts.priority_delay > 1) return;
  auto goes_first = [this, id](node_id other) { return other < self && other != id; };
  auto before =
      std::max(std::count_if(voters.incoming().begin(), voters.incoming().end(), goes_first),
               std::count_if(voters.outgoing().begin(), voters.outgoing().end(), goes_first));
  election_timeout = std::min(election_timeout,
                              election_elapsed + static_cast<std::uint64_t>(before) * turn_ticks);
  hurries_until = now + static_cast<std::uint64_t>(before) * turn_ticks + opts.election_min_ticks;
  if (before == 0) pre_campaign();
}

/// Once a tick, as long as a leader has just gone.
void raft_core::implementation::ask_again() {
  auto* campaign = std::get_if<campaigning>(&as);
  if (campaign == nullptr || campaign->real || now >= campaign->asks_until) return;
  ask_for_votes({state.term + 1, log.last(), log.last_term(), true, false});
}

/// Whether this node asks for pre-votes itself, with as good a log, and has the first turn: then it
/// answers later, or both would go on to split the votes.
bool raft_core::implementation::goes_before(node_id from, const vote_request& request) const {
  auto* campaign = std::get_if<campaigning>(&as);
  const bool asks = campaign != nullptr && !campaign->real && now < campaign->asks_until;
  return asks && self < from && request.last_index == log.last() &&
         request.last_term == log.last_term();
}

void raft_core::implementation::count_votes() {
  const bool real = std::get<campaigning>(as).real;
  const auto& votes = std::get<campaigning>(as).votes;
  // Of both sets when joint: an election needs a majority of each (§6).
  vote_result result = voters.decide([this, real, &votes](node_id id) {
    // Our own vote counts like any other: only once it is durable.
    if (id == self && real && !state_durable()) return vote_result::pending;
    auto found = std::find_if(votes.begin(), votes.end(),
                              [id](const auto& vote) { return vote.first == id; });
    if (found == votes.end()) return vote_result::pending;
    return found->second ? vote_result::won : vote_result::lost;
  });
  bool may_go_on = can_campaign() || mutated(mutant::leads_without_state);
  // A majority that says no leaves nothing to wait for; the next election timeout tries again.
  if (result == vote_result::lost || !may_go_on) return become_follower(state.term, node_id{});
  // A pre-vote that is won permits the election (thesis §9.6); an election makes the leader (§5.2).
  if (result == vote_result::won) return real ? become_leader() : campaign(false);
}

// -- messages ------------------------------------------------------------------------------------

/// Whether a message that only a leader sends is heeded; its sender leads us from here on.
bool raft_core::implementation::heed_leader(node_id from, term_t term) {
  // What an older term's leader says counts for nothing (§5.1), and a term has one leader (§5.2).
  if (term < state.term || (term == state.term && elected && elected != from)) return false;
  // A candidate gives way to whoever won the term that it campaigned in (§5.2).
  if (term > state.term || !follows()) become_follower(term, from);
  leader = elected = from;
  told_removed = false;
  leader_contact = now;
  // While a leader is alive we vote for nobody else, however late its term (thesis §4.2.3).
  no_votes_before = now + opts.election_min_ticks;
  restart_election_timer();
  return true;
}

/// Whether an answer to a leader's message is for this leader and this term.
bool raft_core::implementation::heed_answer(node_id from, term_t term) {
  // A later term than ours ends our leadership (§5.1).
  if (term > state.term) become_follower(term, node_id{});
  progress* peer = term == state.term ? peer_of_leader(from) : nullptr;
  if (peer == nullptr) return false;
  peer->contact = now;
  peer->heard = true;
  return true;
}

bool raft_core::implementation::would_vote(node_id from, const vote_request& request) const {
  // One vote a term, for whoever asks first; repeated to the same candidate (§5.2).
  bool free = request.term > state.term || !state.voted_for || state.voted_for == from;
  // A leader has all committed entries: so a candidate whose log is less complete than ours, and
  // may lack one, gets no vote (§5.4.1).
  bool complete = mutated(mutant::votes_for_shorter_logs) ||
                  log.is_up_to_date(request.last_index, request.last_term);
  return request.term >= state.term && free && complete;
}

void raft_core::implementation::on(node_id from, const vote_request& request) {
  // A pre-vote binds nobody, so it changes neither term, vote nor timer (thesis §9.6).
  if (request.pre) {
    if (goes_before(from, request)) return;
    bool granted = would_vote(from, request);
    return send(from, vote_response{granted ? request.term : state.term, granted, true,
                                    no_member_as_of(from), clocks.own()});
  }
  if (request.term > state.term) become_follower(request.term, node_id{});
  bool granted = would_vote(from, request);
  if (granted && state.voted_for != from) save_state(state.term, from);
  // A request puts our own campaign off only if we gave the vote (figure 2): a candidate that can't
  // win must not silence those who can.
  if (granted) restart_election_timer();
  send(from, vote_response{state.term, granted, false, {}, clocks.own()});
}

void raft_core::implementation::on(node_id from, const vote_response& response) {
  clocks.heard(from, response.clock_us);
  // A configuration that we know and that is newer may hold us again. One that we don't know to be
  // committed may be the very one that removed us.
  const index_t newest = history.current_index();
  const bool is_newer = response.no_member_as_of > newest;
  if (!leader && (is_newer || (response.no_member_as_of == newest && newest > commit)))
    told_removed = true;
  if (!response.granted && response.term > state.term) {
    return become_follower(response.term, node_id{});
  }
  // Answers to an earlier campaign, or to a pre-vote of another term, count for nothing.
  auto* campaign = std::get_if<campaigning>(&as);
  if (campaign == nullptr || campaign->real == response.pre) return;
  term_t asked = response.pre ? state.term + 1 : state.term;
  if (response.granted ? response.term != asked : response.term < state.term) return;
  campaign->votes.push_back({from, response.granted});
  count_votes();
}

void raft_core::implementation::on(node_id from, const timeout_now& order) {
  // Without a pre-vote, which the others would refuse while this leader is alive (thesis §3.10). An
  // order that is late, or comes from someone else, counts for nothing.
  if (order.term == state.term && leader == from && can_campaign() && !closed) campaign(true);
}

}  // namespace lithair::protocol
