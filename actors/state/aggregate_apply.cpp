#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/runtime/change_signal.hpp"
#include "actors/state/aggregate.hpp"
#include "models/command/local_fields.hpp"
#include "models/derived/backfill.hpp"
#include "models/state/keys.hpp"
#include "persistence/storage_error.hpp"

// Applying, in turns: heartbeats, votes and reads are answered in between.
namespace lithair::actors {

using namespace protocol;

namespace {

// Changes at a time, while the state is brought in line with the models.
constexpr std::size_t repair_batch = 200;
// What may be applied while a checkpoint is under way, as a multiple of what one takes: enough for
// the time that writing a snapshot needs.
constexpr std::uint64_t max_checkpoints_ahead = 8;

}  // namespace

// The turn's time begins with the first that asks.
bool aggregate::is_applying_over() {
  const auto at = clock().now();
  if (!apply_until_) apply_until_ = at + setup_.apply_slice;
  return at >= *apply_until_;
}

// Only while a checkpoint is under way: without one there is nothing to wait for.
bool aggregate::is_too_far_ahead() const {
  return state_ && state_->frozen() &&
         state_->changed_bytes() >= max_checkpoints_ahead * setup_.checkpoint_bytes;
}

void aggregate::apply_later() {
  if (std::exchange(applies_on_, true)) return;
  send_in_a_later_turn(go_on_applying{});
}

void aggregate::apply_held() {
  if (applies_on_) return;
  if (repairing_ && !repair()) return apply_later();
  // Whatever waits, for memory too, is not to wait for half of something.
  if (!merge_changes()) return apply_later();
  while (!held_.empty() && !is_too_far_ahead()) {
    auto& first = held_.front();
    const auto from = first.from;
    const auto before = applied_;
    applied result;
    const bool all = apply_on(first, result);
    tell_unsaved();
    // In an order that is done there may be nothing that was not applied before.
    if (all || applied_ != before) send(handle(from), std::move(result));
    if (all && !held_.empty()) held_.pop_front();
    show();
    tell_of_records();
    bound_past();
    release_waiting();
    tell_feed();
    if (wants_checkpoint()) begin_checkpoint();
    if (!all || (!held_.empty() && is_applying_over())) return apply_later();
  }
}

// Indexes and projections that the models gained since the state was written. Whether it is done;
// what can't be done ends applying.
bool aggregate::repair() {
  try {
    for (bool complete = !stopped_.empty(); !complete;) {
      changes_.clear();
      complete = models::backfill(*setup_.schema, *view_, repair_batch, changes_);
      put_changes();
      // Asked behind each batch, so that every turn comes further.
      if (!complete && is_applying_over()) return false;
    }
  } catch (const persistence::storage_error& e) {
    on_trouble(e);
    if (raft_ && unreadable_) send(raft_, disk_failed{stopped_});
  }
  repairing_ = false;
  show();
  tell_of_records();
  release_waiting();
  go_on_later();
  if (feed_) begin_feed();
  return true;
}

// Whether all of it is applied, as far as it can be.
bool aggregate::apply_on(held_entries& from, applied& result) {
  auto& entries = from.order.entries;
  auto made = progress::done;
  while (made == progress::done && from.next < entries.size() && stopped_.empty() && state_) {
    made = apply_entry(entries[from.next], result);
    if (made != progress::done) break;
    ++from.next;
    // The next command goes by a state that has this one; and whoever applies one entry has time.
    if (!merge_changes() || (from.next < entries.size() && is_applying_over()))
      made = progress::later;
  }
  result.through = applied_;
  result.replacements = replacements_;
  if (!damaged_) result.stopped = stopped_;
  // An order that was applied may have left something to be put.
  return made != progress::later && merge_changes();
}

aggregate::progress aggregate::apply_entry(const entry& one, applied& result) {
  // Given before a state took over that has it.
  if (one.index <= applied_) return progress::done;
  // A gap would make this state another than the others'.
  if (one.index != applied_ + 1) {
    stop(fmt::format("entry {} can't be applied after {}", one.index.value, applied_.value));
    return progress::failed;
  }
  if (one.kind == entry_kind::command) {
    const auto made = apply_command(one, result);
    if (made == progress::failed) work_.reset();
    if (made != progress::done) return made;
  }
  if (one.kind == entry_kind::configuration)
    if (auto members = decode_configuration(one.data.view())) members_ = std::move(*members);
  applied_ = one.index;
  latest_time_us_ = std::max(latest_time_us_, one.time_us);
  applied_term_ = result.term = one.term;
  if (applied_ == compare_at_ && checkpointer_ && !state_->frozen()) begin_checkpoint();
  return progress::done;
}

aggregate::progress aggregate::apply_command(const entry& one, applied& result) {
  try {
    // Only this process has somebody who waits for it.
    const bool ours = one.from.node == setup_.self &&
                      (one.from.run == setup_.run || mutated(mutant::answers_for_earlier_lives));
    if (!work_)
      work_ = std::make_unique<models::application>(
          *setup_.schema, one.index.value, one.data.view(), *view_, ours,
          mutated(mutant::dates_by_the_proposer) ? 0 : one.time_us);
    if (!work_->go_on([this] { return is_applying_over(); })) return progress::later;
    if (!work_->is_known()) {
      stop(
          fmt::format("the command at index {} is of a version, or about models or fields, that "
                      "this node does not "
                      "know; start it with the program and the models of the others",
                      one.index.value));
      return progress::failed;
    }
    if (!work_->is_long()) {
      changes_ = std::move(work_->few_changes());
      put_changes();
    } else if (!note_changes()) {
      return progress::later;
    } else {
      show_changes();
    }
    if (ours) result.results.push_back({one.from.serial, one.index.value, work_->take_outcome()});
    // What it still holds may be much.
    spent_ = std::move(work_);
    return progress::done;
  } catch (const persistence::storage_error& e) {
    on_trouble(e);
  } catch (const std::exception& e) {
    stop(fmt::format("the command at index {} can't be applied: {}", one.index.value, e.what()));
  }
  return progress::failed;
}

// A list under way still reads what was: it is kept before it changes.
void aggregate::put_changes() {
  for (auto& each : changes_) {
    if (!each.value) forget_local_part(each.key);
    if (past_.holds_any() && models::is_read(each.key)) past_.keep(each.key, *view_);
    put(each.key, std::move(each.value));
  }
}

void aggregate::put(const std::string& key, std::optional<std::string>&& value) {
  if (setup_.records && key.starts_with(records_)) records_changed_ = true;
  if (!value) return state_->erase(key);
  state_->put(key, *value);
  if (feed_) keep_for_feed(key, std::move(*value));
}

void aggregate::tell_of_records() {
  if (std::exchange(records_changed_, false)) setup_.records->tell();
}

// Nothing has changed yet, so what was is all there still. Whether all of it is noted.
bool aggregate::note_changes() {
  if (!noted_) {
    fresh_ = work_->take_changes();
    noted_.emplace();
    if (setup_.window && !setup_.local_raft) setup_.window->note(true);
  }
  for (auto at = fresh_.upper_bound(*noted_); at != fresh_.end(); ++at) {
    if (!at->second) forget_local_part(at->first);
    if (past_.holds_any() && models::is_read(at->first)) past_.keep(at->first, *view_);
    if (is_applying_over()) {
      noted_ = at->first;
      return false;
    }
  }
  noted_.reset();
  if (setup_.window && !setup_.local_raft) setup_.window->note(false);
  return true;
}

// All at once, for whoever reads from now on.
void aggregate::show_changes() { over_.emplace(*view_, fresh_); }

// Pair by pair, which nobody can see: what is shown has them already. Whether all are there, and
// nothing is left of how they came about.
bool aggregate::merge_changes() {
  while (over_ && !fresh_.empty()) {
    const auto first = fresh_.begin();
    put(first->first, std::move(first->second));
    fresh_.erase(first);
    if (is_applying_over()) return false;
  }
  if (over_) {
    over_.reset();
    show();
    if (std::exchange(checkpoint_due_, false)) begin_checkpoint();
  }
  if (spent_ && !spent_->clear([this] { return is_applying_over(); })) return false;
  spent_.reset();
  return true;
}

// Local fields go with the item that they belong to. Applying again after a crash asks again.
void aggregate::forget_local_part(const std::string& key) {
  auto* local = setup_.local_raft ? setup_.window->view() : nullptr;
  if (local == nullptr || models::collection_of_record_key(*setup_.schema, key) == nullptr) return;
  const auto deleted = view_->get(key);
  if (!deleted) return;
  if (auto command = models::removal_of_local_part(*setup_.schema, key, *deleted, *local))
    caf::anon_send(setup_.local_raft, submit{0, std::move(*command)});
}

}  // namespace lithair::actors
