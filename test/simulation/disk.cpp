#include "test/simulation/disk.hpp"

#include <utility>

#include "test/simulation/property.hpp"

namespace lithair::simulation {

const entry* log_image::find(index_t index) const {
  if (index <= base || index > last()) return nullptr;
  return &entries[index - base - 1];
}

std::optional<term_t> log_image::term_at(index_t index) const {
  if (index == base) return base_term;
  const entry* x = find(index);
  return x == nullptr ? std::nullopt : std::optional{x->term};
}

void log_image::write(const log_write& x) {
  if (x.state) state = *x.state;
  if (x.truncate_from) {
    demand(*x.truncate_from > base, "a write truncates below the log's base");
    while (last() >= *x.truncate_from) entries.pop_back();
  }
  for (const entry& e : x.entries) {
    demand(e.index == last() + 1, "a write leaves a gap in the log");
    entries.push_back(e);
  }
}

void log_image::purge(const snapshot_meta& through) {
  while (!entries.empty() && entries.front().index <= through.index) entries.pop_front();
  if (through.index <= base) return;
  base = through.index;
  base_term = through.term;
  base_members = through.members;
}

void log_image::reset(const snapshot_meta& to) {
  entries.clear();
  base = to.index;
  base_term = to.term;
  base_members = to.members;
}

void disk::perform(const log_operation& x) {
  if (const auto* write = std::get_if<log_write>(&x)) log_.write(*write);
  if (const auto* purge = std::get_if<purge_log>(&x)) log_.purge(purge->through);
  if (const auto* reset = std::get_if<reset_log>(&x)) log_.reset(reset->to);
}

log_operation disk::complete_log() {
  log_operation x = std::move(log_queue_.front());
  log_queue_.pop_front();
  perform(x);
  return x;
}

state_operation disk::complete_state() {
  state_operation x = std::move(state_queue_.front());
  state_queue_.pop_front();
  state_ = x.state;
  return x;
}

void disk::crash(random_source& random) {
  for (std::uint64_t kept = random.below(log_queue_.size() + 1); kept > 0; --kept) complete_log();
  for (std::uint64_t kept = random.below(state_queue_.size() + 1); kept > 0; --kept) {
    complete_state();
  }
  log_queue_.clear();
  state_queue_.clear();
}

void disk::wipe() { *this = disk{}; }

restored_state disk::restore() {
  const machine& at = *state_;
  if (at.applied && log_.term_at(at.applied) != at.applied_term) {
    demand(at.applied > log_.base, "the state is older than the beginning of the log");
    log_.reset({at.applied, at.applied_term, at.members_as_of(at.applied), 0, 0});
  }
  restored_state x;
  x.state = log_.state;
  x.snapshot_index = log_.base;
  x.snapshot_term = log_.base_term;
  x.snapshot_members = log_.base_members;
  x.last_index = log_.last();
  x.applied = at.applied;
  for (const entry& e : log_.entries) {
    if (x.terms.empty() || x.terms.back().term != e.term) x.terms.push_back({e.term, e.index});
    x.last_time_us = std::max(x.last_time_us, e.time_us);
    if (e.kind == entry_kind::configuration) x.configurations.push_back(e);
  }
  return x;
}

}  // namespace lithair::simulation
