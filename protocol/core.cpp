#include "protocol/core.hpp"

#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

namespace {

/// Numbers count up from a random session in the high bits, so they are new after a restart.
constexpr std::uint64_t session_bound = std::uint64_t{1} << 24;

}  // namespace

raft_core::implementation::implementation(node_id self_id, group_id group_of, options chosen,
                                          restored_state restored, jitter jitter_source)
    : self(self_id),
      group(group_of),
      opts(chosen),
      chance(std::move(jitter_source)),
      state(restored.state),
      log(restored.snapshot_index, restored.snapshot_term, restored.last_index,
          std::move(restored.terms)),
      history(restored.snapshot_index, std::move(restored.snapshot_members)),
      commit(std::max(restored.snapshot_index, restored.applied)),
      applied(commit),
      last_time_us(restored.last_time_us) {
  require(static_cast<bool>(self), "a node without an id");
  require(opts.validate().empty(), "options that make no sense together");
  // The newest configuration in the log is in use, committed or not (§6).
  for (const entry& x : restored.configurations) {
    std::optional<configuration> members = decode_configuration(x.data.view());
    require(members.has_value(), "a configuration entry of our own log is not readable");
    history.append(x.index, *std::move(members));
  }
  voters = quorum{history.current()};
  was_member = history.ever_held(self);
  if (mutated(mutant::votes_after_losing_its_disk)) state.recovering = false;
  number = std::uint64_t{chance(static_cast<std::uint32_t>(session_bound))} << 40;
  // We may have answered a leader just before we stopped, and its lease counts on that: nobody gets
  // our vote for as long as it may last (thesis §6.4.1).
  if (opts.lease_reads && state.term) no_votes_before = opts.election_min_ticks;
  restart_election_timer();
  // Nobody else could win an election, so there is nobody to wait for.
  if (voters.only(self)) election_timeout = 0;
  // What is committed is in every later leader's log (§5.4); what follows is compared anew (§5.3).
  follow().verified = commit;
  told_commit = commit;
  told_role = {visible_role(), state.term, leader};
  check();
}

void raft_core::implementation::step(node_id from, message msg) {
  objection why = objection_to(from, msg);
  // Such a message changes nothing, but its sender may campaign in vain for ever (thesis §4.2.3).
  if (why == objection::stranger || why == objection::leader_alive)
    return tell_if_removed(from, msg);
  if (why != objection::none) return;
  std::visit([this, from](auto&& each) { on(from, std::forward<decltype(each)>(each)); },
             std::move(msg));
}

/// A node that was removed while it was away campaigns for ever, unheard; so it is told.
void raft_core::implementation::tell_if_removed(node_id from, const message& msg) {
  const auto* request = std::get_if<vote_request>(&msg);
  if (request == nullptr || !request->pre) return;
  // The answer has no term and grants nothing: all that it can change is what people are told.
  if (index_t as_of = no_member_as_of(from))
    send(from, vote_response{term_t{}, false, true, as_of});
}

/// The committed index as of which `id` is no member; none when it is one, there or later.
index_t raft_core::implementation::no_member_as_of(node_id id) const {
  bool known = history.as_of(commit).contains(id) || history.current().contains(id);
  return known || history.as_of(commit).empty() ? index_t{} : commit;
}

void raft_core::implementation::send(node_id to, message content) {
  // A node that forgot its promises makes no new ones; it only asks whether it is a voter.
  if (state.recovering && !std::holds_alternative<read_request>(content)) return;
  // Whatever we say may depend on our term and vote, so these become durable first (§5.1).
  if (state_durable() || mutated(mutant::speaks_before_durable)) {
    out.messages.push_back({to, std::move(content)});
  } else {
    // They are in the next write, or in the last one that carried them.
    write_token until = state_dirty ? last_token + 1 : state_token;
    held.push_back({until, envelope{to, std::move(content)}});
  }
}

void raft_core::implementation::save_state(term_t term, node_id voted_for) {
  // What was to be said in an older term may not be true any more, and nobody needs it.
  if (term > state.term) held.clear();
  // A term has its own leader: that of an older one says nothing about it (§5.2).
  if (state.term != term) elected = node_id{};
  state.term = term;
  state.voted_for = voted_for;
  state_dirty = true;
}

void raft_core::implementation::written(write_token token) {
  require(token <= last_token, "a write is durable that was never handed out");
  // A token stands for all before it, and may be repeated or come out of order.
  written_token = std::max(written_token, token);
  log.written(token);
  // However far behind applying is: what is committed and durable is read back.
  log.trim(std::min(commit, log.durable()), opts.max_cached_bytes);
  // In the order in which they were said.
  for (; !held.empty() && held.front().first <= written_token; held.pop_front()) {
    out.messages.push_back(std::move(held.front().second));
  }
  if (leads()) {
    // A leader's own disk counts for a commit like any follower's (thesis §10.2.1).
    advance_commit();
  } else if (auto* campaign = std::get_if<campaigning>(&as)) {
    // The vote that a candidate gave itself is durable now, and so counts.
    if (campaign->real) count_votes();
  } else if (std::min(follow().verified, log.durable()) > follow().answered) {
    // More of the leader's entries are on our disk than we acknowledged.
    follow().answer = true;
  }
}

void raft_core::implementation::applied_up_to(index_t index) {
  require(index <= commit, "an entry was applied that was not handed out");
  applied = std::max(applied, index);
  log.trim(applied, opts.max_cached_bytes);
}

/// True whenever `take_output` would find anything to say: a driver that hears no asks no further.
bool raft_core::implementation::has_output() const {
  return ship_wanted || state_dirty || log.unwritten() || (follows() && follow().answer) ||
         members_version != told_members_version || commit > told_commit ||
         told_role != role_change{visible_role(), state.term, leader} || !out.messages.empty() ||
         !out.reads.empty() || !out.refused.empty() || !out.fetches.empty() ||
         !out.snapshots_wanted.empty() || out.snapshot_chunk;
}

/// Inputs only note what is to be sent. Here it is sent, so all inputs since the last output share
/// one append for each peer, one read round and one answer to the leader.
output raft_core::implementation::take_output() {
  ship_wanted = false;
  if (leads()) {
    start_round();
    ship();
  } else if (follows()) {
    answer_leader();
    forward();
    ask_leader_for_reads();
  }
  // A leader's appends go out beside its own write, not after it (thesis §10.2.1). What promises
  // something waits in `held`, or in `follow().answer`, until it is durable (figure 2).
  take_write();
  take_changes();
  check();
  return std::exchange(out, output{});
}

void raft_core::implementation::take_write() {
  if (!state_dirty && !log.unwritten()) return;
  // Term, vote and entries are durable together: no entry is on the disk without its term.
  log_write& write = out.write.emplace();
  write.token = ++last_token;
  if (std::exchange(state_dirty, false)) {
    write.state = state;
    if (mutated(mutant::forgets_its_vote)) write.state->voted_for = node_id{};
    state_token = write.token;
  }
  log.take_write(write);
}

/// Compares what is with what the driver was told, so several changes in one turn show as one.
void raft_core::implementation::take_changes() {
  role_change as_now{visible_role(), state.term, leader};
  if (as_now != told_role) out.role = told_role = as_now;
  if (std::exchange(told_members_version, members_version) != members_version) {
    out.members = history.current();
  }
  if (commit > told_commit) out.commit = told_commit = commit;
}

void raft_core::implementation::check() {
  watch.check({state, log, commit, applied, leader, leads()});
}

status raft_core::implementation::inspect() const {
  status result;
  result.id = self;
  result.group = group;
  result.now = visible_role();
  result.term = state.term;
  result.voted_for = state.voted_for;
  result.leader = leader;
  result.commit = commit;
  result.applied = applied;
  result.last_index = log.last();
  result.durable_index = log.durable();
  result.first_index = log.base() + 1;
  result.recovering = state.recovering;
  result.members = history.current();
  result.elections = elections;
  // Only a leader knows how its peers stand.
  if (!leads()) return result;
  result.transfer_target = lead().transfer_target;
  for (const progress& x : lead().peers) {
    result.peers.push_back({x.id, x.match, x.next, x.inflight_bytes(),
                            static_cast<std::uint32_t>(now - x.contact),
                            history.current().is_voter(x.id), x.state});
  }
  return result;
}

/// A node that catches up passes configurations that don't hold it yet; but then a leader speaks to
/// it.
bool raft_core::implementation::removed() const {
  const configuration& committed = history.as_of(commit);
  return was_member && !leads() && !leader && !committed.empty() && !committed.contains(self) &&
         !history.current().contains(self);
}

/// Only then does a leader know that `commit` covers all that was ever committed (thesis §6.4).
bool raft_core::implementation::ready() const { return leads() && log.matches(commit, state.term); }

// -- the public face
// --------------------------------------------------------------------------------

raft_core::raft_core(node_id self, group_id group, options opts, restored_state state,
                     jitter chance)
    : impl_(std::make_unique<implementation>(self, group, opts, std::move(state),
                                             std::move(chance))) {}
raft_core::~raft_core() = default;
raft_core::raft_core(raft_core&&) noexcept = default;
raft_core& raft_core::operator=(raft_core&&) noexcept = default;

void raft_core::tick() {
  impl_->tick();
  impl_->check();
}

std::uint32_t raft_core::ticks_until_due() const { return impl_->ticks_until_due(); }

void raft_core::step(node_id from, message msg) {
  impl_->step(from, std::move(msg));
  impl_->check();
}

objection raft_core::objection_to(node_id from, const message& msg) const {
  return impl_->objection_to(from, msg);
}

void raft_core::clock(std::int64_t wall_us, std::int64_t steady_us) {
  impl_->clocks.set(wall_us, steady_us);
}

bool raft_core::bootstrap(configuration members) {
  bool done = impl_->bootstrap(std::move(members));
  impl_->check();
  return done;
}

refusal raft_core::propose(std::vector<proposal> proposals) {
  refusal why = impl_->propose(std::move(proposals));
  impl_->check();
  return why;
}

raft_core::change_refusal raft_core::reconfigure(std::vector<member> members, bool force) {
  change_refusal why = impl_->reconfigure(std::move(members), force);
  impl_->check();
  return why;
}

raft_core::change_refusal raft_core::abort_change() {
  change_refusal why = impl_->abort_change();
  impl_->check();
  return why;
}

bool raft_core::transfer(node_id to) {
  bool begun = impl_->transfer(to);
  impl_->check();
  return begun;
}

void raft_core::read(read_token token) {
  impl_->read(token);
  impl_->check();
}

void raft_core::written(write_token token) {
  impl_->written(token);
  impl_->check();
}

void raft_core::applied(index_t index) {
  impl_->applied_up_to(index);
  impl_->check();
}

void raft_core::fetched(const entry_fetch& request, std::vector<entry> entries) {
  impl_->fetched(request, std::move(entries));
  impl_->check();
}

void raft_core::unreachable(node_id peer) {
  impl_->unreachable(peer);
  impl_->check();
}

void raft_core::gone(node_id peer) {
  impl_->gone(peer);
  impl_->check();
}

void raft_core::begun_anew(node_id peer) {
  impl_->start_anew(peer);
  impl_->check();
}

void raft_core::receiving(node_id peer) {
  impl_->receiving(peer);
  impl_->check();
}

index_t raft_core::purge_floor() const { return impl_->purge_floor(); }

void raft_core::purged(index_t index) {
  impl_->purged(index);
  impl_->check();
}

void raft_core::snapshot_started(node_id peer, term_t term, index_t index) {
  impl_->snapshot_started(peer, term, index);
  impl_->check();
}

void raft_core::snapshot_sent(node_id peer, term_t term, index_t index, bool installed) {
  impl_->snapshot_sent(peer, term, index, installed);
  impl_->check();
}

void raft_core::snapshot_installed(const snapshot_meta& meta) {
  impl_->snapshot_installed(meta);
  impl_->check();
}

void raft_core::snapshot_failed(const snapshot_meta& meta) {
  impl_->snapshot_failed(meta);
  impl_->check();
}

void raft_core::resign() {
  impl_->resign();
  impl_->check();
}

void raft_core::close(bool closed) {
  impl_->closed = closed;
  impl_->check();
}

void raft_core::promises_lost() {
  impl_->promises_lost();
  impl_->check();
}

void raft_core::state_lost() {
  impl_->state_lost();
  impl_->check();
}

bool raft_core::continues(const snapshot_meta& meta) const {
  return impl_->has_snapshot_entry(meta);
}

void raft_core::state_restored(const snapshot_meta& meta) {
  impl_->state_restored(meta);
  impl_->check();
}

void raft_core::not_before(std::int64_t time_us) {
  impl_->last_time_us = std::max(impl_->last_time_us, time_us);
}

bool raft_core::has_output() const { return impl_->has_output(); }
output raft_core::take_output() { return impl_->take_output(); }

std::vector<entry> raft_core::cached(index_t first, index_t last) const {
  return impl_->log.slice(first, last, UINT64_MAX);
}

role raft_core::current_role() const { return impl_->visible_role(); }
term_t raft_core::current_term() const { return impl_->state.term; }
node_id raft_core::leader() const { return impl_->leader; }
index_t raft_core::commit_index() const { return impl_->commit; }
index_t raft_core::last_index() const { return impl_->log.last(); }
index_t raft_core::durable_index() const { return impl_->log.durable(); }
const configuration& raft_core::members() const { return impl_->history.current(); }
bool raft_core::ready() const { return impl_->ready(); }
bool raft_core::recovering() const { return impl_->state.recovering; }
bool raft_core::removed() const { return impl_->removed(); }
bool raft_core::told_removed() const { return impl_->told_removed; }
status raft_core::inspect() const { return impl_->inspect(); }

}  // namespace lithair::protocol
