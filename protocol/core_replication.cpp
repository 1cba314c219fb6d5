#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

progress* leading::find(node_id id) {
  auto found = std::find_if(peers.begin(), peers.end(),
                            [id](const progress& each) { return each.id == id; });
  return found == peers.end() ? nullptr : &*found;
}

// -- into the log --------------------------------------------------------------------------------

/// The time of the log: never back, whatever clocks do. Where it is ahead of all clocks it waits
/// for them.
std::int64_t raft_core::implementation::next_time() {
  last_time_us = std::max(last_time_us, clocks.at(voters, self));
  return last_time_us;
}

/// A leader only appends to its log; it never removes or replaces (figure 3, Leader Append-Only).
void raft_core::implementation::append(entry_kind kind, origin from, payload data) {
  entry x{log.last() + 1, state.term, kind, from, std::move(data), next_time()};
  lead().uncommitted_bytes += footprint(x);
  log.append(std::move(x));
  ship_wanted = true;
}

// -- from the leader -----------------------------------------------------------------------------

/// Sends every peer what it lacks. Runs when an output is taken, so that all inputs before share
/// it.
void raft_core::implementation::ship() {
  for (progress& peer : lead().peers) {
    ship_to(peer);
    tell_commit(peer);
  }
}

/// Appends are pipelined once the logs are known to agree, and bounded by the window; before that
/// one probe at a time finds where they do (§5.3; thesis §10.2.2).
void raft_core::implementation::ship_to(progress& peer) {
  if (peer.state == progress::mode::snapshot) return;
  // A follower that restarted does not know any more that its log is ours up to `match`. An append
  // without entries tells it so, and nothing is sent again.
  if (std::exchange(peer.verify, false)) {
    if (auto term = log.term_at(peer.match))
      send(peer.id, append_request{state.term, peer.match, *term, commit, lead().round, {}});
    else
      peer.probe_from(log.base() +
                      1);  // that entry left the log: ask whether it has all before ours
  }
  while (!peer.paused && !peer.fetching && peer.inflight_bytes() < opts.max_inflight_bytes) {
    bool probing = peer.state == progress::mode::probe;
    // What the peer needs next left the log, so it gets the state that the log made (§7).
    if (peer.next <= log.base()) {
      peer.await_snapshot();
      out.snapshots_wanted.push_back({peer.id, state.term});
      return;
    }
    // A probe is worth sending without entries too: its answer tells where the logs agree.
    if (peer.next > log.last() && !probing) return;
    if (peer.alone && peer.inflight()) return;
    std::vector<entry> entries = log.slice(peer.next, log.last(), opts.max_append_bytes);
    if (entries.empty() && peer.next <= log.last()) return request_entries(peer);
    if (!may_go(peer, entries)) return;
    send_entries(peer, std::move(entries));
  }
}

/// An entry larger than the window goes when nothing else is on the way, or it would come on top of
/// a full one.
bool raft_core::implementation::may_go(progress& peer, const std::vector<entry>& entries) const {
  bool large = !entries.empty() && footprint(entries.front()) > opts.max_inflight_bytes;
  peer.alone = large && peer.inflight();
  return !peer.alone;
}

/// A probe is repeated with every sign of life, so it never carries an entry that is larger than an
/// append may be.
void raft_core::implementation::send_entries(progress& peer, std::vector<entry> entries) {
  bool large = !entries.empty() && footprint(entries.front()) > opts.max_append_bytes;
  if (large && peer.state == progress::mode::probe) entries.clear();
  index_t prev = peer.next - 1;
  index_t last = entries.empty() ? prev : entries.back().index;
  if (peer.state == progress::mode::probe) {
    // Until it is answered, or the peer shows another sign of life.
    peer.paused = true;
  } else {
    std::uint64_t bytes = 0;
    for (const entry& x : entries) bytes += footprint(x);
    peer.sent(last, bytes, now);
  }
  peer.told = std::max(peer.told, std::min(commit, last));
  send(peer.id, append_request{state.term, prev, *log.term_at(prev), commit, lead().round,
                               std::move(entries)});
}

void raft_core::implementation::request_entries(progress& peer) {
  peer.fetching = true;
  out.fetches.push_back({peer.id, state.term, peer.next, log.last(), opts.max_append_bytes});
}

/// How many of them are ours and fit in an append.
std::size_t raft_core::implementation::usable(index_t first,
                                              const std::vector<entry>& entries) const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const entry& x = entries[i];
    bytes += footprint(x);
    bool fits = i == 0 || bytes <= opts.max_append_bytes;
    if (!fits || x.index != first + i || !log.matches(x.index, x.term)) return i;
  }
  return entries.size();
}

void raft_core::implementation::fetched(const entry_fetch& request, std::vector<entry> entries) {
  progress* peer = request.term == state.term ? peer_of_leader(request.peer) : nullptr;
  if (peer == nullptr || !peer->fetching) return;
  ship_wanted = true;
  peer->fetching = false;
  // The log may have been cut meanwhile: then the entry before them is not there any more.
  if (peer->next != request.first || peer->next <= log.base()) return;
  entries.resize(usable(request.first, entries));
  if (!may_go(*peer, entries)) return;
  if (entries.empty()) {
    // The disk did not give them: try again when the peer shows another sign of life.
    peer->probe_from(peer->next);
    peer->paused = true;
    return;
  }
  send_entries(*peer, std::move(entries));
}

/// Followers learn at once that entries they hold are committed, unless entries told them already.
void raft_core::implementation::tell_commit(progress& peer) {
  // A follower may commit only what is known to be in its log as it is in ours (§5.3).
  index_t safe = std::min(commit, peer.match);
  if (safe <= peer.told) return;
  peer.told = safe;
  send(peer.id, heartbeat{state.term, safe, 0});
}

void raft_core::implementation::broadcast_heartbeat() {
  lead().heartbeat_tick = now;
  ++lead().round;
  lead().round_ticks.push_back({lead().round, now});
  for (progress& peer : lead().peers) {
    index_t told =
        mutated(mutant::follows_commit_unchecked) ? commit : std::min(commit, peer.match);
    send(peer.id, heartbeat{state.term, told, lead().round});
  }
}

/// When nothing is acknowledged for an election timeout, what was sent is lost: probe again.
void raft_core::implementation::find_lost_appends() {
  for (progress& peer : lead().peers) {
    bool waits = peer.state == progress::mode::replicate && peer.inflight();
    if (!waits || now - peer.advance < opts.election_min_ticks) continue;
    peer.probe_from(peer.match + 1);
    ship_wanted = true;
  }
}

void raft_core::implementation::unreachable(node_id id) {
  send_again(id);
  progress* peer = peer_of_leader(id);
  if (peer == nullptr || peer->state != progress::mode::replicate) return;
  peer->probe_from(peer->match + 1);
  ship_wanted = true;
}

void raft_core::implementation::receiving(node_id id) {
  progress* peer = peer_of_leader(id);
  if (peer == nullptr || !peer->inflight()) return;
  peer->moving = now;
  if (!mutated(mutant::gives_up_what_still_moves)) peer->advance = now;
}

// -- commit --------------------------------------------------------------------------------------

/// An entry of our own term on a majority is committed, and all before it (§5.3, §5.4.2).
void raft_core::implementation::advance_commit() {
  index_t agreed{voters.reached([this](node_id id) {
    if (id == self) return log.durable().value;
    const progress* peer = lead().find(id);
    return peer == nullptr ? 0 : peer->match.value;
  })};
  // A leader counts replicas only for entries of its own term; older ones become committed with
  // them (§5.4.2, figure 8).
  bool own_term = log.matches(agreed, state.term);
  if (mutated(mutant::commits_old_terms_by_counting)) own_term = agreed <= log.last();
  if (agreed > commit && own_term) commit_up_to(agreed);
}

void raft_core::implementation::commit_up_to(index_t index) {
  if (index <= commit) return;
  index_t before = std::exchange(commit, index);
  if (!leads()) return;
  ship_wanted = true;
  for (index_t i = std::max(before, lead().counted_after) + 1; i <= index; ++i) {
    lead().uncommitted_bytes -= footprint(*log.cached(i));
  }
  after_commit_of_members();
}

/// `peer` holds our log up to `index`, durably.
void raft_core::implementation::matched(progress& peer, index_t index) {
  bool news = peer.acknowledged(index, now);
  // The logs are known to agree right before the next entry: from here on nothing waits for
  // answers.
  if (peer.state == progress::mode::probe && index + 1 >= peer.next) peer.replicate();
  // The peer has what follows in our log, by whatever way, so it needs no snapshot.
  if (peer.state == progress::mode::snapshot && peer.match >= log.base()) peer.replicate();
  bool caught_up = log.last() - peer.match <= opts.max_promotion_lag;
  if (peer.state == progress::mode::replicate && caught_up) peer.snapshot = index_t{};
  ship_wanted = true;
  if (!news) return;
  advance_commit();
  if (leads()) drive_transfer();
}

void raft_core::implementation::on(node_id from, const append_response& response) {
  if (!heed_answer(from, response.term) || response.match > log.last()) return;
  progress& peer = *lead().find(from);
  // The peer lost its disk since: what it had acknowledged before is not there any more.
  if (response.round < peer.believed_from) return;
  // Whoever answers a round had no later leader when it was sent (thesis §6.4).
  if (response.round <= lead().round) peer.round = std::max(peer.round, response.round);
  if (response.success) {
    peer.paused = false;
    matched(peer, response.match);
  } else if (peer.state == progress::mode::probe ? response.rejected == peer.next - 1
                                                 : response.rejected > peer.match) {
    if (peer.state == progress::mode::snapshot) return;
    // The logs can only agree where our term is not above the follower's at its hint.
    index_t agree = log.last_with_term_up_to(response.hint_index, response.hint_term);
    peer.probe_from(std::min(agree + 1, response.rejected));
    ship_wanted = true;
  }
  if (leads()) confirm_rounds();
}

void raft_core::implementation::on(node_id from, const heartbeat_response& response) {
  clocks.heard(from, response.clock_us);
  if (!heed_answer(from, response.term) || response.match > log.last()) return;
  progress& peer = *lead().find(from);
  if (response.round < peer.believed_from) return;
  if (response.round <= lead().round) peer.round = std::max(peer.round, response.round);
  // The peer is alive and its answer to the probe may be lost: probe again.
  if (peer.paused) {
    peer.paused = false;
    ship_wanted = true;
  }
  if (response.match > peer.match) {
    matched(peer, response.match);
  } else if (response.match < peer.match && peer.state == progress::mode::replicate) {
    // It forgot what it had compared with us, which a restart does: remind it.
    peer.verify = ship_wanted = true;
    peer.told = response.match;
  }
  if (leads()) confirm_rounds();
}

// -- at the follower -----------------------------------------------------------------------------

void raft_core::implementation::on(node_id from, append_request request) {
  if (!heed_leader(from, request.term)) {
    // A leader of an older term learns that it is none any more (§5.1).
    if (request.term < state.term)
      send(from, append_response{state.term, false, {}, {}, {}, {}, 0});
    return;
  }
  if (installing) return;
  follow().round = std::max(follow().round, request.round);
  // Entries are taken only behind one that is the leader's too; so the logs agree up to there
  // (§5.3, Log Matching). What is at or before the base is committed, and so the same everywhere.
  if (request.prev_index > log.base() && !log.matches(request.prev_index, request.prev_term)) {
    return reject(from, request);
  }
  index_t checked = request.prev_index + request.entries.size();
  take_entries(std::move(request.entries));
  follow().verified = std::max(follow().verified, checked);
  // Not beyond what this message compared: what follows in our log may not be the leader's (figure
  // 2, AppendEntries, step 5).
  commit_up_to(std::min(request.commit, follow().verified));
  bool say = mutated(mutant::acknowledges_before_durable) || checked <= log.durable();
  if (say) follow().answer = true;
}

/// Only a real conflict of terms removes anything: a late or repeated message may well be a prefix
/// of what we hold (§5.3).
void raft_core::implementation::take_entries(std::vector<entry> entries) {
  bool changed = false;
  index_t checked = entries.empty() ? log.last() : entries.back().index;
  for (entry& x : entries) {
    if (x.index <= log.base() || log.matches(x.index, x.term)) continue;
    if (x.index <= log.last()) {
      // Leader Completeness (figure 3): a leader's log never contradicts what is committed.
      require(x.index > commit, "a committed entry would be truncated");
      log.truncate(x.index);
      changed = history.truncate(x.index) || changed;
    }
    // In use from here on, committed or not (§6).
    if (x.kind == entry_kind::configuration) {
      history.append(x.index, *decode_configuration(x.data.view()));
      changed = true;
    }
    if (x.from.node == self) sent.taken(x.from);
    last_time_us = std::max(last_time_us, x.time_us);
    log.append(std::move(x));
  }
  if (mutated(mutant::truncates_on_late_appends) && checked < log.last() && checked > commit) {
    log.truncate(checked + 1);
    changed = history.truncate(checked + 1) || changed;
  }
  if (changed) members_changed();
}

/// Tells the leader the last place where the logs may agree, so that it skips whole terms (§5.3).
void raft_core::implementation::reject(node_id from, const append_request& request) {
  index_t hint = log.last_with_term_up_to(request.prev_index, request.prev_term);
  // What is committed is in the leader's log (§5.4), so the logs agree there at least.
  hint = std::max(hint, commit);
  send(from,
       append_response{
           state.term, false, {}, request.prev_index, hint, *log.term_at(hint), request.round});
}

/// What matches is said once it is durable: then it counts (§5.3, figure 2).
void raft_core::implementation::answer_leader() {
  if (!std::exchange(follow().answer, false) || !leader) return;
  follow().answered = std::min(follow().verified, log.durable());
  if (mutated(mutant::acknowledges_before_durable)) follow().answered = follow().verified;
  send(leader, append_response{state.term, true, follow().answered, {}, {}, {}, follow().round});
}

void raft_core::implementation::on(node_id from, const heartbeat& beat) {
  if (!heed_leader(from, beat.term)) {
    if (beat.term < state.term) send(from, heartbeat_response{state.term, 0, {}});
    return;
  }
  index_t safe = mutated(mutant::follows_commit_unchecked) ? log.last() : follow().verified;
  commit_up_to(std::min(beat.commit, safe));
  if (beat.round == 0) return;
  send(from, heartbeat_response{state.term, beat.round, std::min(follow().verified, log.durable()),
                                clocks.own()});
}

}  // namespace lithair::protocol
