#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

namespace {

/// Rounds whose sending time is remembered for the lease; older ones only make the lease shorter.
constexpr std::size_t remembered_rounds = 64;

}  // namespace

void raft_core::implementation::read(read_token token) {
  ship_wanted = true;
  if (leads()) {
    lead().waiting.local.push_back(token);
  } else if (leader && !state.recovering) {
    follow().waiting.push_back(token);
  } else {
    // Nobody to ask. The driver may try again.
    out.reads.push_back({token, index_t{}, refusal::no_leader});
  }
}

/// Begins one round of heartbeats for all reads that wait, unless one is under way. What is
/// committed now is what the reads must see, provided that we still lead: the round shows it
/// (thesis §6.4).
void raft_core::implementation::start_round() {
  // Until an entry of its own term is committed a leader may not know of all that is (thesis §6.4,
  // step 1).
  bool may_begin = ready() || mutated(mutant::reads_before_its_first_commit);
  if (lead().waiting.empty() || !may_begin) return;
  // Alone, or within a lease, nobody else can have been elected: no round is needed.
  if (voters.only(self) || holds_lease() || mutated(mutant::reads_without_a_round)) {
    return answer_reads(lead().waiting, commit, refusal::none);
  }
  // What came after a round was sent can't be confirmed by it, and waits for the next.
  if (lead().confirming_round != 0) return;
  lead().confirming = std::exchange(lead().waiting, read_bundle{});
  lead().confirming_index = commit;
  lead().confirming_round = ++lead().round;
  lead().round_ticks.push_back({lead().round, now});
  if (lead().round_ticks.size() > remembered_rounds) lead().round_ticks.pop_front();
  for (const progress& peer : lead().peers) {
    // Only voters' answers count.
    if (!history.current().is_voter(peer.id)) continue;
    // A follower is never told of a commit beyond what its log is known to match.
    send(peer.id, heartbeat{state.term, std::min(commit, peer.match), lead().round});
  }
}

/// A majority that answered a round had no newer leader when it was sent.
void raft_core::implementation::confirm_rounds() {
  std::uint64_t agreed = voters.reached([this](node_id id) {
    if (id == self) return lead().round;
    const progress* peer = lead().find(id);
    bool old = mutated(mutant::takes_old_answers_for_the_round);
    if (peer != nullptr && old && peer->round != 0) return lead().round;
    return peer == nullptr ? 0 : peer->round;
  });
  // A lease runs from the sending of the round, for the followers' promise may be as old (thesis
  // §6.4.1).
  for (; !lead().round_ticks.empty() && lead().round_ticks.front().first <= agreed;
       lead().round_ticks.pop_front()) {
    lead().lease_tick = lead().round_ticks.front().second;
  }
  if (lead().confirming_round == 0 || agreed < lead().confirming_round) return;
  lead().confirming_round = 0;
  ship_wanted = true;
  answer_reads(lead().confirming, lead().confirming_index, refusal::none);
}

/// Followers that answered elect nobody for an election timeout by their clocks, which may run
/// faster than ours by the drift (thesis §6.4.1). They count whole ticks, and the one in which they
/// heard us was under way: so it is less by one.
bool raft_core::implementation::holds_lease() const {
  bool given_up = lead().lease_given_up && !mutated(mutant::keeps_the_lease_in_transfers);
  if (!opts.lease_reads || given_up || !lead().lease_tick) return false;
  std::uint64_t length =
      (std::uint64_t{opts.election_min_ticks} - 1) * (100 - opts.lease_drift_percent);
  // The tick that is running counts as passed.
  return (now - *lead().lease_tick + 1) * 100 < length;
}

/// With `index`, or refused when it is none.
void raft_core::implementation::answer_reads(read_bundle& reads, index_t index, refusal why) {
  for (read_token token : reads.local) out.reads.push_back({token, index, why});
  for (const remote_read& x : reads.remote) {
    bool votes_here = asker_votes(x.asker);
    // Only an index shows that we still lead: a former leader may not know the newest members.
    if (index && x.recovering && !votes_here) start_anew(x.asker);
    send(x.asker, read_response{state.term, x.id, index, votes_here});
  }
  reads = read_bundle{};
}

bool raft_core::implementation::asker_votes(node_id asker) const {
  // While a change is not committed both may decide, so it is no voter only if neither has it.
  return history.current().is_voter(asker) || history.as_of(commit).is_voter(asker);
}

/// A node that lost its disk (and is no voter), or has another one, begins again: acknowledgements
/// that it made before and that are still on the way are told from new ones by the round they
/// answer.
void raft_core::implementation::start_anew(node_id recovering) {
  progress* peer = peer_of_leader(recovering);
  if (peer == nullptr) return;
  peer->forget(++lead().round);
  ship_wanted = true;
}

// -- through the leader --------------------------------------------------------------------------

/// One question on the way at a time; what comes meanwhile shares the next.
void raft_core::implementation::ask_leader_for_reads() {
  if (!leader || follow().asked_id != 0 || follow().waiting.empty()) return;
  follow().asked = std::exchange(follow().waiting, {});
  follow().asked_id = next_number();
  follow().asked_tick = now;
  send(leader, read_request{state.term, follow().asked_id, false});
}

void raft_core::implementation::refuse_followers_reads(refusal why) {
  for (read_token token : follow().asked) out.reads.push_back({token, index_t{}, why});
  for (read_token token : follow().waiting) out.reads.push_back({token, index_t{}, why});
  follow().asked.clear();
  follow().waiting.clear();
  follow().asked_id = 0;
}

void raft_core::implementation::on(node_id from, const read_request& request) {
  // Who does not lead can't confirm anything. A recovering asker learns nothing by this either.
  if (!leads()) {
    return send(from, read_response{state.term, request.id, index_t{}, true});
  }
  ship_wanted = true;
  remote_read asked{from, request.id, request.recovering};
  auto knows = [&asked](const read_bundle& reads) {
    return std::find(reads.remote.begin(), reads.remote.end(), asked) != reads.remote.end();
  };
  // Askers repeat themselves, for messages get lost; one place in a bundle is enough.
  if (!knows(lead().waiting) && !knows(lead().confirming)) lead().waiting.remote.push_back(asked);
}

void raft_core::implementation::on(node_id, const read_response& response) {
  if (response.term > state.term) become_follower(response.term, node_id{});
  // Only an answer that a round confirmed tells what a majority knows.
  if (state.recovering && recover_id != 0 && response.id == recover_id) {
    if (response.index && !response.asker_votes) recovered();
    return;
  }
  // An answer to an older question has an older index: it says nothing about later reads.
  if (!follows() || follow().asked_id == 0 || response.id != follow().asked_id) return;
  refusal why = response.index ? refusal::none : refusal::not_leader;
  for (read_token token : follow().asked) out.reads.push_back({token, response.index, why});
  follow().asked.clear();
  follow().asked_id = 0;
  ship_wanted = true;
}

}  // namespace lithair::protocol
