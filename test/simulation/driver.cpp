#include <algorithm>

#include "protocol/print.hpp"
#include "test/simulation/world.hpp"

/// A driver as real ones are, with a simulated disk: the duties of protocol/README.md in order.
namespace lithair::simulation {

namespace {

constexpr std::uint64_t chunks_of_a_snapshot = 3;
constexpr std::uint64_t resend_chunk_ms = 60;
constexpr std::uint64_t give_up_snapshot_ms = 1500;

}  // namespace

void world::start(server& x) {
  ++x.life;
  x.alive = true;
  restored_state restored = x.store.restore();
  bool blank = !restored.state.term && !restored.last_index;
  bool joins_later = x.id.value > settings_.founders;
  if (blank && (x.wiped || joins_later)) restored.state.recovering = true;
  x.shadow = x.store.log();
  x.state = *x.store.state();
  x.commit = x.state.applied;
  x.applying = x.settling = x.saving = false;
  x.installing.reset();
  x.writes.clear();
  x.reads.clear();
  x.waiting.clear();
  x.sending.clear();
  x.receiving = {};
  x.received = 0;
  x.log_free_at = x.state_free_at = now_;
  auto jitter = [this](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  };
  x.core = std::make_unique<raft_core>(x.id, group_id{1}, settings_.options, std::move(restored),
                                       jitter);
  note(&x, "starts, log (" + std::to_string(x.shadow.base.value) + ", " +
               std::to_string(x.shadow.last().value) + "]");
  for (auto& p : properties_) p->on_start(x);
  if (x.stateless) {
    x.core->state_lost();
    schedule(what::ask_state, ms(random_.between(1, 100)), &x);
  }
  if (blank && !x.wiped && x.id.value == 1) found(x);
  x.last_tick = now_ - std::min(now_, random_.below(x.tick_us));
  x.wakes_at = 0;
  wake_in_time(x);
  schedule(what::checkpoint, ms(random_.between(1, settings_.checkpoint_every_ms)), &x);
}

/// The founder founds again when it crashed before that was durable: nobody was told then.
void world::found(server& x) {
  std::vector<member> founders;
  for (std::uint64_t i = 1; i <= settings_.founders; ++i)
    founders.push_back({node_id{i}, true, ""});
  demand(x.core->bootstrap({founders, {}}), "the founder refused to found");
  after_input(x);
}

void world::stop(server& x) {
  ++x.life;
  x.alive = false;
  x.core.reset();
  for (auto& [serial, w] : x.writes) finish(w.operation, client_operation::end::unknown);
  for (auto& [token, operation] : x.reads) finish(operation, client_operation::end::unknown);
  for (auto& [index, operation] : x.waiting) finish(operation, client_operation::end::unknown);
}

/// Gives the core the ticks that passed, before anything else: after a nap, and after a pause of
/// the process.
void world::catch_up(server& x) {
  for (; x.last_tick + x.tick_us <= now_; x.last_tick += x.tick_us) x.core->tick();
}

/// Sees to it that the next tick that matters is not missed.
void world::wake_in_time(server& x) {
  std::uint64_t ticks = settings_.naps ? x.core->ticks_until_due() : 1;
  std::uint64_t due = x.last_tick + ticks * x.tick_us;
  if (x.wakes_at > now_ && x.wakes_at <= due) return;
  x.wakes_at = due;
  schedule(what::tick, due > now_ ? due - now_ : 1, &x);
}

void world::after_input(server& x, bool at_once) {
  if (x.settling && !at_once) return;
  if (!at_once && !healing_ && random_.percent(settings_.settle_late_percent)) {
    x.settling = true;
    return schedule(what::settle, random_.between(1, 3000), &x);
  }
  settle(x);
}

void world::settle(server& x) {
  x.settling = false;
  while (x.core->has_output()) perform(x, x.core->take_output());
  demand(!x.stateless || x.core->current_role() != role::leader, "a node leads without a state");
  for (auto& p : properties_) p->on_step(x);
  wake_in_time(x);
}

void world::perform(server& x, output out) {
  if (out.write) x.shadow.write(*out.write);
  for (auto& p : properties_) p->on_output(x, out);
  if (out.role) {
    note(&x, std::string{to_string(out.role->now)} + " term " +
                 std::to_string(out.role->term.value) + " leader " +
                 std::to_string(out.role->leader.value));
    if (out.role->now == role::leader) {
      ++report_.leaders;
      if (settings_.hunt) schedule(what::hunt, random_.below(ms(settings_.delay_ms * 6)), &x);
    }
  }
  if (out.members && tracing()) note(&x, "uses members " + to_string(*out.members));
  if (out.write) to_disk(x, std::move(*out.write));
  for (envelope& e : out.messages) post(x, std::move(e));
  if (out.commit) {
    x.commit = *out.commit;
    if (!std::exchange(x.applying, true)) schedule(what::apply, random_.below(3000), &x);
  }
  for (entry_fetch& f : out.fetches) {
    fetches_.push_back(f);
    schedule(what::fetched, random_.below(3000), &x, fetches_.size() - 1);
  }
  for (const read_ready& r : out.reads) {
    auto found = x.reads.find(r.token.value);
    demand(found != x.reads.end(), "a read was answered that nobody asked, or twice");
    std::uint64_t operation = found->second;
    x.reads.erase(found);
    if (r.index) {
      x.waiting.emplace_back(r.index, operation);
    } else {
      finish(operation, client_operation::end::refused);
    }
  }
  for (const proposal_refused& r : out.refused) refused(x, r);
  for (const snapshot_want& w : out.snapshots_wanted) send_snapshot(x, w);
  if (out.snapshot_chunk) take_chunk(x, *out.snapshot_chunk);
  answer_reads(x);
}

/// What was refused is certainly not in the log, so it may be proposed again under the same serial.
void world::refused(server& x, const proposal_refused& r) {
  for (std::uint64_t serial : r.serials) {
    auto found = x.writes.find(serial);
    if (found == x.writes.end() || found->second.under != r.under) continue;
    const client_operation& o = operations_[found->second.operation];
    bool again = settings_.retries && !healing_ && random_.percent(80);
    term_t under = x.core->current_term();
    if (again && x.core->propose({{{x.id, serial}, payload{write_command(o.key, o.value)}}}) ==
                     refusal::none) {
      found->second.under = under;
      continue;
    }
    finish(found->second.operation, client_operation::end::refused);
    x.writes.erase(found);
  }
}

// -- disk ----------------------------------------------------------------------------------------

void world::to_disk(server& x, log_operation operation) {
  std::uint64_t delay = 1 + random_.below(ms(settings_.disk_ms) + 1);
  // It hangs now and then, but not again while much waits from the last time: healing would not see
  // the end of it.
  bool far_behind = x.log_free_at > now_ + ms(settings_.slow_disk_ms);
  if (!healing_ && settings_.slow_disk_ms > 0 && random_.percent(3) && !far_behind)
    delay = ms(settings_.slow_disk_ms);
  x.log_free_at = std::max(x.log_free_at, now_) + delay;
  x.store.queue(std::move(operation));
  schedule(what::log_done, x.log_free_at - now_, &x);
}

void world::to_disk(server& x, state_operation operation) {
  x.saving = true;
  x.state_free_at =
      std::max(x.state_free_at, now_) + 1 + random_.below(ms(settings_.disk_ms) * 3 + 1);
  x.store.queue(std::move(operation));
  schedule(what::state_done, x.state_free_at - now_, &x);
}

void world::log_done(server& x) {
  log_operation done = x.store.complete_log();
  if (const auto* write = std::get_if<log_write>(&done)) {
    // Completions may be told late and in any order: a later one stands for those before it.
    if (!healing_ && random_.percent(10)) {
      return schedule(what::log_told, random_.below(ms(settings_.disk_ms) * 4 + 1), &x,
                      write->token.value);
    }
    x.core->written(write->token);
  } else if (const auto* reset = std::get_if<reset_log>(&done)) {
    x.state = *snapshots_[reset->to.checksum - 1];
    x.commit = x.state.applied;
    x.installing.reset();
    x.saving = x.stateless = false;
    x.shadow.reset(reset->to);
    ++report_.snapshots;
    note(&x, "installed the snapshot of " + std::to_string(reset->to.index.value));
    x.core->snapshot_installed(reset->to);
    for (auto& [serial, w] : x.writes) finish(w.operation, client_operation::end::unknown);
    x.writes.clear();
  }
  after_input(x);
}

void world::state_done(server& x) {
  state_operation done = x.store.complete_state();
  if (done.install && x.core->continues(*done.install)) return restore_state(x, *done.install);
  if (done.install) return to_disk(x, reset_log{*done.install});
  demand(x.store.state()->applied <= x.store.log().last(), "a saved state is ahead of the log");
  x.saving = false;
  purge(x);
}

void world::checkpoint(server& x) {
  schedule(what::checkpoint, ms(random_.between(1, settings_.checkpoint_every_ms)), &x);
  // What is applied may not be on our own disk yet; a saved state must not be ahead of the log.
  bool ahead = x.state.applied > x.core->durable_index();
  if (x.saving || x.installing || x.stateless || ahead ||
      x.state.applied <= x.store.state()->applied)
    return;
  to_disk(x, state_operation{std::make_shared<const machine>(x.state), std::nullopt});
}

/// Forgets the log before the durable checkpoint, less a margin for slow followers.
void world::purge(server& x) {
  std::uint64_t margin = random_.below(20);
  const machine& saved = *x.store.state();
  if (x.installing || x.stateless || saved.applied.value <= margin) return;
  index_t through = std::min(saved.applied - margin, x.core->durable_index());
  if (random_.percent(90)) through = std::min(through, x.core->purge_floor());
  std::optional<term_t> term = x.shadow.term_at(through);
  if (through <= x.shadow.base || !term) return;
  snapshot_meta meta{through, *term, saved.members_as_of(through), 0, 0};
  x.shadow.purge(meta);
  x.core->purged(through);
  to_disk(x, purge_log{meta});
  after_input(x);
}

// -- applying ------------------------------------------------------------------------------------

void world::apply(server& x) {
  x.applying = false;
  if (x.stateless) return;
  std::uint64_t batch = random_.between(1, 30);
  while (x.state.applied < x.commit && batch-- > 0) {
    index_t next = x.state.applied + 1;
    std::vector<entry> cached = x.core->cached(next, next);
    const entry* e = cached.empty() ? x.store.log().find(next) : &cached.front();
    demand(e != nullptr, "an entry to apply is neither in memory nor on the disk");
    entry applied = *e;
    x.state.apply(applied);
    for (auto& p : properties_) p->on_apply(x, applied);
    settle_writes(x, applied);
  }
  x.core->applied(x.state.applied);
  if (x.state.applied < x.commit && !std::exchange(x.applying, true)) {
    schedule(what::apply, random_.below(3000), &x);
  }
  answer_reads(x);
  after_input(x);
}

/// A node's own entry tells its client; an entry of a later term tells that older ones are lost.
void world::settle_writes(server& x, const entry& applied) {
  if (applied.from.node == x.id) {
    auto found = x.writes.find(applied.from.serial);
    if (found != x.writes.end()) {
      finish(found->second.operation, client_operation::end::done, applied.index);
      x.writes.erase(found);
    }
  }
  std::erase_if(x.writes, [this, &applied](const auto& w) {
    bool lost = applied.term > w.second.under;
    if (lost) finish(w.second.operation, client_operation::end::refused);
    return lost;
  });
}

void world::answer_reads(server& x) {
  if (x.stateless) return;
  std::erase_if(x.waiting, [this, &x](const auto& r) {
    if (x.state.applied < r.first) return false;
    std::size_t key = operations_[r.second].key;
    finish(r.second, client_operation::end::done, x.state.applied, x.state.cells[key].value);
    return true;
  });
}

// -- snapshots -----------------------------------------------------------------------------------

void world::send_snapshot(server& x, const snapshot_want& wanted) {
  const node_id peer = wanted.peer;
  if (x.sending.contains(peer)) return;
  const std::shared_ptr<const machine>& saved = x.store.state();
  if (saved->applied < x.shadow.base || !saved->applied) {
    return x.core->snapshot_sent(peer, wanted.term, x.shadow.base, false);
  }
  snapshots_.push_back(saved);
  snapshot_meta meta{saved->applied, saved->applied_term, saved->members_as_of(saved->applied),
                     chunks_of_a_snapshot, snapshots_.size()};
  x.sending[peer] = {wanted.term, meta, 0, now_};
  x.core->snapshot_started(peer, wanted.term, meta.index);
  send_chunk(x, peer);
  schedule(what::snapshot_timer, ms(resend_chunk_ms), &x, peer.value);
}

/// Asks the leader for a copy of its state until one is there.
void world::ask_state(server& x) {
  if (!x.stateless) return;
  schedule(what::ask_state, ms(200), &x);
  server* leader = find(x.core->leader());
  if (x.installing || leader == nullptr || !leader->alive || leader->paused_until > now_) return;
  catch_up(*leader);
  if (leader->core->current_role() == role::leader && !leader->stateless)
    send_snapshot(*leader, {x.id, leader->core->current_term()});
  after_input(*leader);
}

void world::restore_state(server& x, const snapshot_meta& meta) {
  x.state = *snapshots_[meta.checksum - 1];
  x.commit = std::max(x.commit, meta.index);
  x.installing.reset();
  x.saving = x.stateless = false;
  note(&x, "has a state again, as of " + std::to_string(meta.index.value));
  x.core->state_restored(meta);
  // What was proposed may be part of that state, and is never seen applied here.
  for (auto& [serial, w] : x.writes) finish(w.operation, client_operation::end::unknown);
  x.writes.clear();
  if (x.state.applied < x.commit && !std::exchange(x.applying, true))
    schedule(what::apply, random_.below(3000), &x);
  after_input(x);
}

void world::send_chunk(server& x, node_id peer) {
  const outgoing_snapshot& s = x.sending.at(peer);
  bool last = s.offset + 1 >= s.meta.size;
  post(x, {peer, snapshot_request{s.term, s.meta, s.offset, payload{"c"}, last}});
}

void world::snapshot_timer(server& x, node_id peer) {
  auto found = x.sending.find(peer);
  if (found == x.sending.end()) return;
  bool late = now_ - found->second.began > ms(give_up_snapshot_ms);
  if (late || x.core->current_role() != role::leader) {
    x.core->snapshot_sent(peer, found->second.term, found->second.meta.index, false);
    x.sending.erase(found);
    return after_input(x);
  }
  send_chunk(x, peer);
  schedule(what::snapshot_timer, ms(resend_chunk_ms), &x, peer.value);
}

void world::take_chunk(server& x, const snapshot_request& chunk) {
  if (x.installing) return;  // The last chunk came twice.
  if (chunk.meta != x.receiving) {
    x.receiving = chunk.meta;
    x.received = 0;
  }
  if (chunk.offset == x.received) ++x.received;
  if (!chunk.done) {
    if (!x.core->leader()) return;
    return post(x, {x.core->leader(), snapshot_response{x.core->current_term(), chunk.meta.index,
                                                        x.received, false, false}});
  }
  bool damaged = !healing_ && random_.percent(5);
  if (x.received < chunk.meta.size || damaged) {
    x.received = 0;
    return x.core->snapshot_failed(chunk.meta);
  }
  x.installing = chunk.meta;
  to_disk(x, state_operation{snapshots_[chunk.meta.checksum - 1], chunk.meta});
}

}  // namespace lithair::simulation
