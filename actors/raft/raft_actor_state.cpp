#include <algorithm>
#include <limits>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/raft/raft_actor.hpp"
#include "persistence/log_store.hpp"

// What is committed on its way to the state, and the state on its way to the disk and to peers.
namespace lithair::actors {

using namespace protocol;

namespace {

// One batch of entries read back for applying, in bytes.
constexpr std::uint64_t max_apply_bytes = 1 << 20;

}  // namespace

// Those after the last that was sent, from memory or from the log. None: they will come, or can't
// be had. What is not durable yet is in memory, and the disk may hold others in its place, which a
// newer leader has removed.
std::vector<entry> raft_actor::committed_entries(index_t last) {
  // Mostly they are in memory still.
  auto entries = core_.cached(window_.first(), last);
  if (!entries.empty()) return entries;
  if (!read_back_.empty() && read_back_.front().index == window_.first())
    return std::exchange(read_back_, {});
  if (!mutated(mutant::reads_back_what_is_not_durable))
    last = std::min(last, core_.durable_index());
  if (last < window_.first() || std::exchange(reading_back_, true)) return {};
  read_back_.clear();
  // The peer that is none: this node itself.
  entry_fetch what;
  what.first = window_.first();
  what.last = last;
  what.max_bytes = max_apply_bytes;
  if (setup_.reader) {
    send(setup_.reader, read_log{setup_.group, what, handle_of(this)});
    return {};
  }
  try {
    fetched all{what, setup_.log->read(setup_.group, what.first, what.last, what.max_bytes)};
    on_fetched(all);
  } catch (const std::exception& e) {
    on_disk_failed(std::string{e.what()} + damaged_log_advice);
  }
  return std::exchange(read_back_, {});
}

void raft_actor::on_fetched(fetched& answer) {
  // For a peer: the core knows what became of it, and judges by the term.
  if (answer.what.peer) return core_.fetched(answer.what, std::move(answer.entries));
  reading_back_ = false;
  // The state may have been replaced meanwhile.
  if (answer.what.first != window_.first()) return;
  read_back_ = std::move(answer.entries);
  if (read_back_.empty() && health_.may_step())
    on_disk_failed(
        fmt::format("entry {} is committed and not in the log", answer.what.first.value));
}

void raft_actor::apply_committed() {
  while (health_.may_apply() && window_.is_open()) {
    auto entries = committed_entries(window_.last());
    if (entries.empty()) return;
    for (auto& each : entries) {
      if (each.kind != entry_kind::configuration) continue;
      if (auto members = decode_configuration(each.data.view()))
        on_members_committed(each.index, *members);
    }
    std::uint64_t bytes = 0;
    for (auto& each : entries) bytes += footprint(each);
    const auto last = entries.back().index;
    allowance_.add(last, bytes);
    lag_allowance_.add(last, bytes);
    // Counted before it is sent: what is on its way is what is bounded.
    window_.give(last, bytes);
    meter_.applying(last);
    send(setup_.aggregate, apply_entries{std::move(entries)});
  }
  health_.held_up = window_.is_held_up();
}

// Only now is it told: the answer is that of the command as it was carried out here.
void raft_actor::on_applied(applied& news) {
  // Word of a state that was replaced since, or that is going to be told of, counts for nothing.
  if (!health_.may_apply() || news.replacements != replacements_) return;
  window_.apply(news.through);
  // Of a state that was replaced meanwhile it may be less than there is.
  const auto through = window_.applied();
  const auto now_us = meter_.applied(through);
  core_.applied(mutated(mutant::applies_before_committing) ? std::min(through, core_.commit_index())
                                                           : through);
  for (auto& each : news.results) {
    auto who = submissions_.finish(each.serial);
    if (!who.asker) continue;
    send(handle(who.asker),
         submitted{who.token, disposition::done, {}, each.index, std::move(each.result)});
    meter_.answered(index_t{each.index}, who.since_us, std::move(who.trace), now_us);
    tell_if_slow(index_t{each.index}, who.since_us, now_us);
  }
  // What was proposed under an earlier term and is not in the log by now never will be.
  if (news.term) submissions_.entered(news.term);
  if (!news.stopped.empty()) on_disk_failed(news.stopped);
}

// -- checkpoints ---------------------------------------------------------------------------------

void raft_actor::on_checkpoint(checkpoint& wanted) {
  gated_.emplace(current_sender(), std::move(wanted));
  release_checkpoint();
}

// What is committed is applied although it is not durable here yet: a majority has it. But what is
// saved should have its log: so it waits until this node's own is as far, or can't become so.
void raft_actor::release_checkpoint() {
  if (!gated_) return;
  auto& [asker, x] = *gated_;
  if (!health_.may_apply()) {
    send(handle(asker),
         checkpointed{x.point.index, "the log can't be written", checkpointed::trouble::full});
  } else {
    // Not where the log has no room: it would wait for what only this can free. A start that finds
    // the state ahead begins the log after it, as behind a snapshot; nothing that was acknowledged
    // lies between.
    const bool waits = x.point.index > core_.durable_index() && health_.log_full.empty();
    if (waits && !mutated(mutant::checkpoints_ahead_of_the_log)) return;
    setup_.checkpointer->enqueue(asker, caf::make_message_id(), caf::make_message(std::move(x)),
                                 context());
  }
  gated_.reset();
}

void raft_actor::on_checkpointed(const checkpointed& news) {
  checkpoint_asked_ = false;
  if (!health_.may_apply()) return;
  if (!news.failed.empty()) {
    if (news.what == checkpointed::trouble::full) health_.state_full = news.failed;
    return;
  }
  tell_digest(news);
  if (!std::exchange(health_.state_full, {}).empty())
    spdlog::info("{}checkpoints go on", setup_.label);
  checkpointed_ = std::max(checkpointed_, news.index);
  get_snapshots();
  purge_log(news.index);
}

// What a durable state covers need not stay in the log, but for a margin that spares slow followers
// a snapshot, and for those that are just getting one: else they would need another as soon as they
// have it.
void raft_actor::purge_log(index_t saved) {
  const bool is_full = !health_.log_full.empty();
  auto upto = std::max(saved - std::min(setup_.config.log_margin, saved.value),
                       std::min(allowance_.floor(), saved));
  // Without room nothing is kept for anybody.
  if (is_full && !mutated(mutant::waits_for_room)) upto = saved;
  const bool keeps = !is_full && !mutated(mutant::purges_what_a_snapshot_needs);
  if (keeps)
    upto = std::min(upto, std::max(needed_by_followers(), std::min(lag_allowance_.floor(), saved)));
  upto = std::min(upto, core_.durable_index());
  if (mutated(mutant::purges_past_the_checkpoint)) upto = window_.applied();
  // Asked once; the next one asks for more. Of what is purged some is removed at a time: so while
  // there is no room it is asked again.
  const bool again = is_full && upto && upto == purging_;
  if (!again && (upto <= purging_ || upto < core_.inspect().first_index)) return;
  purging_ = upto;
  cut_log what;
  what.group = setup_.group;
  what.point.index = upto;
  send(setup_.writer, std::move(what));
}

// The last entry that all peers have which can be reached: those behind it are going to be sent to
// somebody. One that is away is not waited for; it gets a snapshot when it is back.
index_t raft_actor::needed_by_followers() const {
  auto out = core_.purge_floor();
  const auto now = core_.inspect();
  for (auto& peer : now.peers) {
    if (!ways_.is_linked(peer.id)) continue;
    if (peer.ticks_since_contact > 2 * setup_.config.raft.election_max_ticks) continue;
    if (peer.state != peer_status::mode::snapshot) out = std::min(out, peer.match);
  }
  return out;
}

// -- snapshots -----------------------------------------------------------------------------------

// Nothing that was asked for under another term is sent in this one.
void raft_actor::begin_snapshots_of_term() {
  if (mutated(mutant::stamps_snapshots_with_a_later_term)) return;
  snapshots_.begin(core_.current_role() == role::leader ? core_.current_term() : term_t{});
}

// One is made from what is durable; where that is not enough, a checkpoint comes first.
void raft_actor::get_snapshots() {
  begin_snapshots_of_term();
  if (snapshots_.empty() || !setup_.checkpointer || !health_.may_give_snapshots()) return;
  // No older than where the log begins: what is between would be missing.
  const auto least = std::max(snapshots_.least(), core_.inspect().first_index - 1);
  if (least > checkpointed_) {
    if (!std::exchange(checkpoint_asked_, true)) send(setup_.aggregate, checkpoint_now{});
  } else if (!std::exchange(snapshot_asked_, true)) {
    send(setup_.checkpointer, make_snapshot{least});
  }
}

void raft_actor::on_snapshot_made(const snapshot_made& made) {
  snapshot_asked_ = false;
  // Writing a snapshot reads all of the state: so it may be the first to find damage.
  if (made.damaged) on_state_damaged(made.failed);
  if (!health_.may_step()) return;
  begin_snapshots_of_term();
  if (made.later) return;  // It is asked for again.
  if (!made.failed.empty()) {
    for (auto peer : snapshots_.give_up()) {
      spdlog::warn("no snapshot for node {}: {}", peer.value, made.failed);
      core_.snapshot_sent(peer, core_.current_term(), core_.commit_index(), false);
    }
    return;
  }
  for (auto peer : snapshots_.serve(made.meta.index)) {
    auto* shipper = shipper_for(peer);
    if (shipper == nullptr) {
      way_ended(peer);
      continue;
    }
    // Whoever asked under another term is not among them.
    core_.snapshot_started(peer, core_.current_term(), made.meta.index);
    send(*shipper, send_snapshot{core_.current_term(), made.meta, made.path});
  }
  get_snapshots();
}

void raft_actor::on_chunk_kept(const chunk_kept& news) {
  if (!health_.may_step()) return;
  // Before the term is looked at: it can't be used, whoever leads.
  if (!news.failed.empty()) return core_.snapshot_failed(news.meta);
  // Another leader has a snapshot of its own, and has not sent a byte of this one.
  if (news.term != core_.current_term() && !mutated(mutant::answers_chunks_of_another_leader))
    return;
  auto leader = core_.leader();
  message answer =
      snapshot_response{core_.current_term(), news.meta.index, news.received, false, false};
  if (calls_.said(leader, answer)) return;
  if (auto* shipper = shipper_for(leader)) send(*shipper, ship{{std::move(answer)}});
}

// The state is in its place; now the log begins after it, and then the core goes on from there. A
// crash between the two is mended at start.
void raft_actor::on_state_replaced(const state_replaced& news) {
  ++replacements_;
  if (!health_.may_step()) return;
  // What was proposed may be part of that state: it is never seen applied here, and must not be
  // proposed again.
  for (auto& each : submissions_.expire(0, std::numeric_limits<std::uint64_t>::max()))
    refuse(each.who, disposition::unknown,
           "this node took over the leader's state meanwhile; the write may be part of it");
  meter_.forget();
  window_.begin_at(news.meta.index);
  gated_.reset();
  checkpointed_ = news.meta.index;
  on_members_committed(news.meta.index, news.meta.members);
  checkpoint_asked_ = snapshot_asked_ = false;
  health_.state_full.clear();
  if (!std::exchange(health_.state_lost, {}).empty()) spdlog::info("the state is there again");
  core_.not_before(news.time_us);
  if (core_.continues(news.meta))
    core_.state_restored(news.meta);
  else
    send(setup_.writer, cut_log{setup_.group, news.meta, true});
  if (!early_damage_.empty()) on_state_damaged(std::exchange(early_damage_, {}));
}

}  // namespace lithair::actors
