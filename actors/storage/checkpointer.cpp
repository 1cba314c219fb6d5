#include "actors/storage/checkpointer.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/storage/stored_view.hpp"
#include "models/derived/feed.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

namespace {

using trouble = checkpointed::trouble;

constexpr const char* no_state = "the state could not be opened";

// What passes when there is room is no failure of the disk: the node goes on.
trouble trouble_of(const persistence::storage_error& error) {
  switch (error.code()) {
    case persistence::storage_errc::full:
      return mutated(mutant::calls_full_failed) ? trouble::disk : trouble::full;
    case persistence::storage_errc::damaged:
      return trouble::damage;
    default:
      return trouble::disk;
  }
}

}  // namespace

checkpointer::checkpointer(caf::actor_config& cfg, setup s)
    : detached_actor(cfg), setup_(std::move(s)), incoming_(setup_.snapshots, setup_.group) {}

// They only take room: that is no reason to end.
template <class Removal>
void checkpointer::remove_old(Removal remove) {
  try {
    remove();
  } catch (const std::exception& e) {
    spdlog::warn("old snapshots can't be removed: {}", e.what());
  }
}

caf::behavior checkpointer::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  measure();
  // What a crash left behind while one was written, and those that a newer one has superseded.
  remove_old([&] { persistence::remove_superseded_snapshots(setup_.snapshots, setup_.group); });
  return behavior_of<handle_type>(
      [this](const checkpoint& wanted) { take(current_sender(), wanted); },
      [this](const make_snapshot& order) { snapshot(order); },
      [this](snapshot_written& news) { on_written(news); },
      [this](const keep_chunk& order) {
        auto asker = handle(current_sender());
        auto answer = keep(order.chunk);
        // The file is ready beside the state in use. Nobody may read that one when it goes.
        bool complete = order.chunk.done && answer.failed.empty();
        send(asker, std::move(answer));
        if (!complete) return;
        installing_ = order.chunk.meta;
        installer_ = current_sender();
        send(setup_.aggregate, release_state{});
      },
      [this](state_released) {
        released_ = true;
        // It ends with `snapshot_written`, and then the state is replaced.
        if (pinned_) return cancel_snapshot();  // It reads the old one.
        replace_state();
      },
      [this](give_back_memory& order) {
        order.last.reset();
        if (setup_.give_back_memory) setup_.give_back_memory();
      },
      [this](const condemn_state& order) { condemn(order); });
}

void checkpointer::on_exit() {
  if (pinned_) cancel_snapshot();
  drop_handles(setup_.aggregate, setup_.writer);
  installer_ = nullptr;
  askers_.clear();
  waiting_.reset();
}

// What a snapshot has not come to is kept as it was, in memory: that is bounded by letting commits
// wait.
void checkpointer::take(const caf::strong_actor_ptr& asker, const checkpoint& wanted) {
  if (pinned_ && pinned_->bytes() >= setup_.max_kept_bytes)
    waiting_.emplace(asker, wanted);
  else
    send(handle(asker), commit(wanted));
}

// Either all of it is durable with its point, or the answer says why not and it comes again.
checkpointed checkpointer::commit(const checkpoint& wanted) {
  if (installing_) return {wanted.point.index, "the state is being replaced", trouble::full};
  if (!setup_.state) return {wanted.point.index, no_state, trouble::disk};
  // It may have been under way while the state was replaced.
  if (setup_.state->applied().index != wanted.over &&
      !mutated(mutant::checkpoints_over_another_state))
    return {wanted.point.index, "the state was replaced", trouble::full};
  try {
    const auto began = clock().now();
    std::vector<persistence::change_view> changes;
    changes.reserve(wanted.layer->size());
    for (auto at = wanted.layer->begin(); at != wanted.layer->end(); at = wanted.layer->next(at)) {
      auto& item = (*wanted.layer)[at];
      if (mutated(mutant::checkpoints_without_the_feed) &&
          item.key.starts_with(models::feed_key(0).front()))
        continue;
      if (mutated(mutant::checkpoints_without_answers) && item.key.starts_with('a')) continue;
      changes.push_back({item.key, item.removed ? std::nullopt : std::optional{item.value()}});
    }
    // Before the commit: the snapshot is of the state without it.
    if (pinned_ && !mutated(mutant::snapshots_show_later_commits)) pinned_->preserve(changes);
    if (pinned_ && pinned_->bytes() >= setup_.max_kept_bytes / 2) hurry_snapshot();
    auto since = meter_clock();
    setup_.state->commit(changes, wanted.point);
    // A commit of several parts may have been begun before: this one has completed it.
    half_done_.clear();
    setup_.meters->checkpoint.add(meter_clock() - since);
    measure();
    const auto took = clock().now() - began;
    spdlog::debug("checkpoint as of {}: {} changes in {} ms", wanted.point.index.value,
                  changes.size(),
                  std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    return {wanted.point.index, {}, trouble::none, setup_.state->applied().digest};
  } catch (const persistence::storage_error& e) {
    half_done_ = e.what();
    return {wanted.point.index, e.what(), trouble_of(e)};
  } catch (const std::exception& e) {
    half_done_ = e.what();
    return {wanted.point.index, e.what(), trouble::disk};
  }
}

void checkpointer::measure() {
  auto& environment = setup_.state->environment();
  setup_.meters->state_map_bytes.set(environment.map_size());
  const auto used = environment.used_bytes();
  setup_.meters->state_used_bytes.set(used);
  // Each is as of a moment of its own.
  setup_.meters->state_live_bytes.set(used - std::min(used, environment.reusable_bytes()));
}

// -- snapshots -----------------------------------------------------------------------------------

// Making one takes long, so all that ask meanwhile share it.
void checkpointer::snapshot(const make_snapshot& order) {
  auto asker = handle(current_sender());
  if (latest_.meta.index && latest_.meta.index >= order.at_least) return send(asker, latest_);
  askers_.push_back({std::move(asker), order.at_least, order.pace});
  if (!pinned_) return begin_snapshot();
  if (!order.pace) hurry_snapshot();
}

void checkpointer::hurry_snapshot() {
  if (pace_) pace_->hurry();
}

// It ends with `snapshot_written`, without a rest before.
void checkpointer::cancel_snapshot() {
  pinned_->cancel();
  hurry_snapshot();
}

// A part of a commit may be in the state when there was no room for the rest: that is no damage,
// and is over when the commit is.
void checkpointer::begin_snapshot() {
  snapshot_made no;
  const auto point = setup_.state ? setup_.state->applied() : persistence::applied_point{};
  if (installing_)
    no.failed = "the state is being replaced";
  else if (!setup_.state)
    no.failed = no_state;
  else if (!half_done_.empty() && !mutated(mutant::calls_half_done_damaged))
    no.failed = half_done_;
  else if (!point.index)
    no.failed = "there is no checkpoint yet";
  if (!no.failed.empty()) {
    no.later = true;
    for (auto& each : std::exchange(askers_, {})) send(each.who, no);
    return;
  }
  pinned_ = std::make_shared<persistence::pinned_state>(*setup_.state);
  pace_ = persistence::pace_for(askers_);
  send(setup_.writer,
       write_snapshot{setup_.state, pinned_, setup_.group, setup_.cluster(),
                      persistence::snapshot_path(setup_.snapshots, setup_.group, point.index),
                      pace_});
}

// Those who asked for a later one meanwhile get the next.
void checkpointer::on_written(snapshot_written& news) {
  pinned_.reset();
  pace_.reset();
  // It was that of a state which nobody will use any more.
  if (installing_ && news.made.damaged) {
    news.made.damaged = false;
    news.made.later = true;
  }
  // Whoever asked may have no say in what is done about it.
  if (news.made.damaged) send(setup_.aggregate, state_damaged{news.made.failed, replacements_});
  if (news.made.failed.empty()) {
    latest_ = news.made;
    // Whoever reads an older one holds it open, and reads on.
    remove_old([&] {
      persistence::remove_snapshots_before(setup_.snapshots, setup_.group, latest_.meta.index);
    });
  }
  auto left = std::exchange(askers_, {});
  std::erase_if(left, [&](const auto& each) {
    if (news.made.failed.empty() && each.at_least > news.made.meta.index) return false;
    send(each.who, news.made);
    return true;
  });
  askers_ = std::move(left);
  if (auto held = std::exchange(waiting_, {})) take(held->first, held->second);
  if (released_) replace_state();
  if (!askers_.empty()) begin_snapshot();
}

// So that a restart before the repair does not take it for sound.
void checkpointer::condemn(const condemn_state& order) {
  // Its successor is whole, and may be in its place already.
  if (installing_ || order.replacements != replacements_) return;
  latest_ = {};
  if (pinned_) cancel_snapshot();
  try {
    setup_.directory->condemn(order.reason);
  } catch (const std::exception& e) {
    spdlog::error("that the state is damaged can't be noted: {}", e.what());
  }
}

// Checked whole when the last chunk is here, before anything of the state in use is touched.
chunk_kept checkpointer::keep(const protocol::snapshot_request& chunk) {
  chunk_kept answer{chunk.meta, 0, {}, chunk.term};
  try {
    answer.received = incoming_.receive(chunk.meta, chunk.offset, chunk.data.view());
    if (!chunk.done) return answer;
    if (answer.received != chunk.meta.size) {
      answer.failed = "parts of the snapshot are missing";
      return answer;
    }
    install(incoming_.finish(chunk.meta, setup_.cluster()));
  } catch (const std::exception& e) {
    answer.failed = e.what();
    spdlog::error("a snapshot as of {} can't be used: {}", chunk.meta.index.value, e.what());
  }
  return answer;
}

// The leader has the file; here it is of no use, neither once it is installed nor when there was no
// room for that.
void checkpointer::install(const std::filesystem::path& complete) {
  const auto remove = [&complete] {
    std::error_code ignored;
    std::filesystem::remove(complete, ignored);
  };
  try {
    setup_.directory->install(persistence::snapshot_file{complete});
  } catch (...) {
    remove();
    throw;
  }
  remove();
}

// The aggregate reads the old state no more.
void checkpointer::replace_state() {
  released_ = false;
  if (!installing_) return;
  state_replaced news{*installing_, nullptr, 0};
  installing_.reset();
  ++replacements_;
  half_done_.clear();
  latest_ = {};
  try {
    // The old one closes with its last user: the aggregate has let go, and no snapshot is being
    // written.
    setup_.state.reset();
    setup_.state = setup_.directory->open(setup_.options);
    news.state = setup_.state;
    // The log that made it is not here, and its time must not go back.
    news.time_us = latest_log_time(*setup_.state);
    measure();
  } catch (const std::exception& e) {
    send(handle(installer_), disk_failed{e.what()});
    return;
  }
  spdlog::info("the state now is the leader's as of {}", news.meta.index.value);
  send(setup_.aggregate, news);
  send(handle(std::exchange(installer_, nullptr)), std::move(news));
}

}  // namespace lithair::actors
