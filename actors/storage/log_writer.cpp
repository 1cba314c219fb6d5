#include "actors/storage/log_writer.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "persistence/log_store.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

namespace {

// How often what found no room is tried again.
constexpr std::chrono::milliseconds try_again{250};
using retry_atom = caf::atom_constant<caf::atom("retry")>;
constexpr retry_atom retry_v{};

}  // namespace

// Writes in the order they came, each with whom it is told.
struct log_writer::batch {
  struct receipt {
    caf::strong_actor_ptr writer;
    protocol::write_token token;
  };
  std::vector<persistence::group_write> writes;
  std::vector<receipt> receipts;
};

log_writer::log_writer(caf::actor_config& cfg, persistence::log_store* store,
                       std::shared_ptr<log_meters> meters, log_settler_handle settler)
    : detached_actor(cfg),
      store_(store),
      meters_(std::move(meters)),
      settler_(std::move(settler)),
      waiting_(std::make_unique<batch>()) {}

log_writer::~log_writer() = default;

caf::behavior log_writer::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      // Only gathered here: the turn ends when the mailbox is empty, and then all is one
      // transaction.
      [this](write_log& order) {
        waiting_->receipts.push_back({current_sender(), order.write.token});
        writers_[order.group] = current_sender();
        waiting_->writes.push_back({order.group, std::move(order.write)});
      },
      [this](const cut_log& order) {
        write_waiting();  // What was handed over before the cut comes before it.
        if (order.begin_anew) forget_entries(order.group);
        // Without room it is asked again and again.
        const auto waits = [&order](const auto& each) {
          return each.second.group == order.group && each.second.point == order.point &&
                 each.second.begin_anew == order.begin_anew;
        };
        if (std::any_of(cuts_.begin(), cuts_.end(), waits)) return;
        cuts_.emplace_back(current_sender(), order);
        cut_waiting();
      },
      [this](log_settled) { settling_ = false; },
      [this](retry_atom) { retrying_ = false; });  // The turn ends with a write.
}

// Cuts first: they may make the room that is needed.
void log_writer::turn_ended() {
  cut_waiting();
  write_waiting();
  settle();
}

void log_writer::settle() {
  if (!settler_ || settling_ || !store_->wants_settling()) return;
  settling_ = true;
  send(settler_, settle_log{});
}

void log_writer::cut_waiting() {
  // In their order; the first that finds no room stops those behind it.
  for (; !cuts_.empty(); cuts_.pop_front()) {
    auto& [asker, x] = cuts_.front();
    try {
      if (failure_.empty()) cut(x);
    } catch (const persistence::storage_error& e) {
      if (e.code() == persistence::storage_errc::full && !mutated(mutant::calls_full_failed))
        return try_later();
      failure_ = e.what();
      spdlog::critical("the log can't be cut: {}", failure_);
    } catch (const std::exception& e) {
      failure_ = e.what();
      spdlog::critical("the log can't be cut: {}", failure_);
    }
    if (failure_.empty())
      send(handle(asker), log_cut{x.point, x.begin_anew});
    else
      tell_failure(asker);
  }
}

void log_writer::cut(const cut_log& order) {
  if (order.begin_anew) return store_->reset(order.group, order.point);
  // None: it begins behind that already.
  if (auto point = store_->point_at(order.group, order.point.index))
    store_->purge(order.group, *point);
}

// The group's log begins anew, while there was no room for the end of the old one: of that, term
// and vote stay.
void log_writer::forget_entries(protocol::group_id group) {
  if (mutated(mutant::writes_old_entries_into_a_new_log)) return;
  for (auto& each : waiting_->writes) {
    if (each.group != group) continue;
    each.write.entries.clear();
    each.write.truncate_from.reset();
  }
}

void log_writer::write_waiting() {
  if (waiting_->writes.empty()) return;
  // What comes while the disk is busy goes into the next.
  batch now;
  std::swap(now, *waiting_);
  if (failure_.empty()) {
    try {
      auto since = meter_clock();
      auto count = now.writes.size();
      store_->write(now.writes);
      if (meters_) meters_->sync.add(meter_clock() - since);
      if (meters_) meters_->writes.add(count);
    } catch (const persistence::storage_error& e) {
      if (e.code() == persistence::storage_errc::full && !mutated(mutant::calls_full_failed))
        return keep(now, e.what());
      // For good: after a failed sync nobody knows what is on the disk.
      failure_ = e.what();
    } catch (const std::exception& e) {
      failure_ = e.what();
    }
    if (!failure_.empty())
      spdlog::critical(
          "the log can't be written: {}; this node acknowledges nothing more until it is restarted",
          failure_);
  }
  // It worked, or failed for good: either way it is not full any more.
  tell_room();
  // Writes of one group complete in order, so the last token tells of all before it.
  for (std::size_t i = 0; i < now.receipts.size(); ++i) {
    auto& each = now.receipts[i];
    if (!failure_.empty()) {
      tell_failure(each.writer);
    } else if (i + 1 == now.receipts.size() || now.receipts[i + 1].writer != each.writer) {
      send(handle(each.writer), written{each.token});
    }
  }
}

// Also groups that have nothing to write are told: what their logs hold may be what takes the room.
// Nothing of it was written. What comes meanwhile waits behind it, and the leader's window bounds
// that.
void log_writer::keep(batch& all, const std::string& why) {
  std::swap(all, *waiting_);
  for (auto& [group, writer] : writers_)
    if (without_room_.insert(group).second) send(handle(writer), disk_full{why});
  try_later();
}

// One wake-up for all that waits.
void log_writer::try_later() {
  if (!std::exchange(retrying_, true)) delayed_send(this, try_again, retry_v);
}

// Those who were told that there is none, each once.
void log_writer::tell_room() {
  for (auto group : std::exchange(without_room_, {})) send(handle(writers_[group]), disk_full{});
}

void log_writer::tell_failure(const caf::strong_actor_ptr& writer) {
  send(handle(writer), disk_failed{failure_});
}

}  // namespace lithair::actors
