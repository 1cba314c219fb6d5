#include <algorithm>
#include <limits>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "actors/raft_actor.hpp"
#include "persistence/log_store.hpp"

// What is committed on its way to the state, and the state on its way to the disk and to peers.
namespace lithair::actors {

using namespace protocol;

namespace {

// One batch of entries read back for applying, in bytes.
constexpr std::uint64_t max_apply_bytes = 1024 * 1024;
// Entries given to the aggregate and not yet applied; more wait in the log.
constexpr std::uint64_t max_applying = 16 * 1024;
constexpr std::uint64_t max_applying_bytes = 16 * 1024 * 1024;

}  // namespace

// Those after the last that was sent, from memory or from the log. None: they will come, or can't be had.
std::vector<entry> raft_actor::committed_entries(index_t last) {
  auto entries = core_.cached(sent_ + 1, last);
  if (!entries.empty()) return entries;
  if (!read_back_.empty() && read_back_.front().index == sent_ + 1) return std::exchange(read_back_, {});
  if (std::exchange(reading_back_, true)) return {};
  read_back_.clear();
  // The peer that is none: this node itself.
  entry_fetch what;
  what.first = sent_ + 1;
  what.last = last;
  what.max_bytes = max_apply_bytes;
  if (setup_.reader) {
    send(setup_.reader, read_log{setup_.group, what, caf::actor_cast<caf::actor>(this)});
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

void raft_actor::on_fetched(fetched& x) {
  if (x.what.peer) return core_.fetched(x.what, std::move(x.entries));
  reading_back_ = false;
  // The state may have been replaced meanwhile.
  if (x.what.first != sent_ + 1) return;
  read_back_ = std::move(x.entries);
  if (read_back_.empty() && failure_.empty())
    on_disk_failed(fmt::format("entry {} is committed and not in the log", x.what.first.value));
}

void raft_actor::apply_committed() {
  // A saved state may not be ahead of the log, and what is applied may be saved at any time.
  const auto limit = std::min(committed_, core_.durable_index());
  while (failure_.empty() && state_lost_.empty() && sent_ < limit && sent_ - applied_ < max_applying &&
         applying_bytes_ < max_applying_bytes) {
    auto entries = committed_entries(std::min(limit, sent_ + max_applying));
    if (entries.empty()) return;
    for (auto& each : entries) {
      if (each.kind != entry_kind::configuration || !setup_.members_committed) continue;
      auto members = decode_configuration(each.data.view());
      if (members && !members->joint()) setup_.members_committed(each.index, *members);
    }
    std::uint64_t bytes = 0;
    for (auto& each : entries) bytes += footprint(each);
    allowance_.add(entries.back().index, bytes);
    sent_ = entries.back().index;
    applying_.emplace_back(sent_, bytes);
    applying_bytes_ += bytes;
    meter_.applying(sent_);
    send(setup_.aggregate, apply_entries{std::move(entries)});
  }
}

void raft_actor::on_applied(applied& x) {
  if (!state_lost_.empty()) return;
  applied_ = x.through;
  for (; !applying_.empty() && applying_.front().first <= applied_; applying_.pop_front())
    applying_bytes_ -= applying_.front().second;
  meter_.applied(applied_);
  core_.applied(x.through);
  for (auto& each : x.results) {
    auto who = submissions_.finish(each.serial);
    if (who.asker)
      send(handle(who.asker), submitted{who.token, disposition::done, {}, each.index, std::move(each.result)});
  }
  if (x.term) submissions_.entered(x.term);
  if (!x.stopped.empty()) on_disk_failed(x.stopped);
}


// -- checkpoints and snapshots ---------------------------------------------------------------------------

// What a durable state covers need not stay in the log, but for a margin that spares slow followers a snapshot.
void raft_actor::on_checkpointed(const checkpointed& x) {
  serve_state_askers(x);
  tell_digest(x);
  if (!x.failed.empty() || !failure_.empty() || !state_lost_.empty()) return;
  auto margin = std::min(setup_.log_margin, x.index.value);
  auto upto = std::max(x.index - margin, std::min(allowance_.floor(), x.index));
  upto = std::min({upto, core_.purge_floor(), core_.durable_index()});
  if (upto <= purging_ || upto < core_.inspect().first_index) return;
  try {
    auto point = setup_.log->point_at(setup_.group, upto);
    if (!point) return;
    purging_ = upto;
    send(setup_.writer, cut_log{setup_.group, std::move(*point), false});
  } catch (const std::exception& e) {
    on_disk_failed(e.what());
  }
}

void raft_actor::on_snapshot_made(const snapshot_made& x) {
  if (x.damaged) on_state_damaged(x.failed);
  for (auto [peer, term] : std::exchange(snapshot_askers_, {})) {
    auto* shipper = shipper_for(peer);
    if (!x.failed.empty() || shipper == nullptr) {
      spdlog::warn("no snapshot for node {}: {}", peer.value, x.failed);
      core_.snapshot_sent(peer, term, core_.commit_index(), false);
    } else {
      core_.snapshot_started(peer, term, x.meta.index);
      send(*shipper, send_snapshot{term, x.meta, x.path});
    }
  }
}

void raft_actor::on_chunk_kept(const chunk_kept& x) {
  if (!x.failed.empty()) return core_.snapshot_failed(x.meta);
  auto leader = core_.leader();
  message answer = snapshot_response{core_.current_term(), x.meta.index, x.received, false, false};
  if (calls_.said(leader, answer)) return;
  if (auto* shipper = shipper_for(leader)) send(*shipper, ship{{std::move(answer)}});
}

// The state is in its place; now the log begins after it, and then the core goes on from there. A crash between
// the two is mended at start.
void raft_actor::on_state_replaced(const state_replaced& x) {
  // What was proposed may be part of that state: it is never seen applied here, and must not be proposed again.
  for (auto& each : submissions_.expire(0, std::numeric_limits<std::uint64_t>::max()))
    refuse(each.who, disposition::unknown, "this node took over the leader's state meanwhile; the write may be part of it");
  meter_.forget();
  sent_ = applied_ = x.meta.index;
  applying_.clear();
  applying_bytes_ = 0;
  if (!std::exchange(state_lost_, {}).empty()) spdlog::info("the state is there again");
  if (core_.continues(x.meta)) {
    committed_ = std::max(committed_, x.meta.index);
    return core_.state_restored(x.meta);
  }
  committed_ = x.meta.index;
  send(setup_.writer, cut_log{setup_.group, x.meta, true});
}

}  // namespace lithair::actors
