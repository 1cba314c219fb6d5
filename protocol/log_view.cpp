#include "protocol/log_view.hpp"

#include <algorithm>
#include <utility>

#include "protocol/invariants.hpp"
#include "protocol/mutants.hpp"

namespace lithair::protocol {

log_view::log_view(index_t base, term_t base_term, index_t last, std::vector<term_run> runs)
    : base_(base),
      base_term_(base_term),
      last_(last),
      runs_(std::move(runs)),
      stored_(last),
      durable_(last) {
  require(base_ <= last_, "the log ends before it begins");
  require(runs_.empty() == (base_ == last_), "the term runs do not cover the log");
  require(runs_.empty() || runs_.front().first == base_ + 1,
          "the term runs leave a gap at the base");
}

std::optional<term_t> log_view::term_at(index_t index) const {
  if (index < base_ || index > last_) return std::nullopt;
  if (index == base_) return base_term_;
  // Most questions are about the end of the log.
  if (index >= runs_.back().first) return runs_.back().term;
  auto after = std::upper_bound(runs_.begin(), runs_.end(), index,
                                [](index_t i, const term_run& run) { return i < run.first; });
  return std::prev(after)->term;
}

bool log_view::matches(index_t index, term_t term) const { return term_at(index) == term; }

/// From the end, a whole term at a step: so few messages find where two logs agree, however far
/// they differ (§5.3).
index_t log_view::last_with_term_up_to(index_t from, term_t term) const {
  index_t end = std::min(from, last_);
  for (auto run = runs_.rbegin(); run != runs_.rend() && end > base_; ++run) {
    if (run->first > end) continue;
    if (run->term <= term) return end;
    end = run->first - 1;
  }
  return std::max(end, base_);
}

/// The later last term is more up-to-date; with the same one the longer log (§5.4.1).
bool log_view::is_up_to_date(index_t last, term_t last_term) const {
  return std::pair{last_term, last} >= std::pair{this->last_term(), last_};
}

void log_view::append(entry one) {
  require(one.index == last_ + 1, "an appended entry leaves a gap");
  require(one.term >= last_term(), "an appended entry has an older term than the one before it");
  if (runs_.empty() || one.term > last_term()) runs_.push_back({one.term, one.index});
  cached_bytes_ += footprint(one);
  unsynced_bytes_ += footprint(one);
  last_ = one.index;
  entries_.push_back(std::move(one));
}

void log_view::truncate(index_t from) {
  require(from > base_, "a truncation reaches below the log");
  if (from > last_) return;
  for (; !entries_.empty() && entries_.back().index >= from; entries_.pop_back()) {
    cached_bytes_ -= footprint(entries_.back());
    if (entries_.back().index > durable_) unsynced_bytes_ -= footprint(entries_.back());
  }
  while (!runs_.empty() && runs_.back().first >= from) runs_.pop_back();
  last_ = from - 1;
  // The driver has some of them, so its log is to be cut too: at the lowest place of all cuts since
  // its last write.
  if (from <= stored_) {
    truncate_from_ = std::min(from, truncate_from_.value_or(from));
    stored_ = last_;
  }
  durable_ = std::min(durable_, last_);
  if (mutated(mutant::counts_truncated_writes)) return;
  // A write that is under way may put entries on the disk that are removed here. Its end must not
  // make those durable that take their place.
  for (pending_write& write : pending_) write.last = std::min(write.last, last_);
}

void log_view::purge(index_t through) {
  if (through <= base_) return;
  require(through <= last_, "a purge reaches past the log's end");
  // The entry at the base is gone, but the next one is still compared with it (§5.3).
  base_term_ = *term_at(through);
  base_ = through;
  // A run stays when it covers the first entry behind the base. Whether the last one does shows
  // below.
  auto keeps = [this](std::size_t i) {
    return i + 1 == runs_.size() || runs_[i + 1].first > base_ + 1;
  };
  std::size_t gone = 0;
  while (gone < runs_.size() && !keeps(gone)) ++gone;
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (base_ == last_) runs_.clear();
  if (!runs_.empty()) runs_.front().first = std::max(runs_.front().first, base_ + 1);
  for (; !entries_.empty() && entries_.front().index <= base_; entries_.pop_front()) {
    cached_bytes_ -= footprint(entries_.front());
  }
}

void log_view::reset(index_t base, term_t term) { *this = log_view{base, term, base, {}}; }

const entry* log_view::cached(index_t index) const {
  if (index < first_cached() || index > last_) return nullptr;
  return &entries_[index - first_cached()];
}

std::vector<entry> log_view::slice(index_t first, index_t last, std::uint64_t max_bytes) const {
  std::vector<entry> result;
  last = std::min(last, last_);
  if (first > last || cached(first) == nullptr) return result;
  auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first - first_cached());
  auto limit = begin + static_cast<std::ptrdiff_t>(last - first + 1);
  auto end = begin;
  for (std::uint64_t bytes = 0; end != limit; ++end) {
    bytes += footprint(*end);
    if (end != begin && bytes > max_bytes) break;
  }
  result.assign(begin, end);
  return result;
}

void log_view::trim(index_t applied, std::uint64_t max_bytes) {
  // What is not on the disk yet is only here.
  index_t needless = std::min(applied, durable_);
  while (cached_bytes_ > max_bytes && !entries_.empty() && entries_.front().index <= needless) {
    cached_bytes_ -= footprint(entries_.front());
    entries_.pop_front();
  }
}

void log_view::take_write(log_write& write) {
  write.truncate_from = std::exchange(truncate_from_, std::nullopt);
  if (stored_ < last_) write.entries = slice(stored_ + 1, last_, UINT64_MAX);
  stored_ = last_;
  // A write without entries counts too: once it is durable, so is all that was handed out before.
  pending_.push_back({write.token, last_});
}

void log_view::written(write_token token) {
  for (; !pending_.empty() && pending_.front().token <= token; pending_.pop_front()) {
    for (index_t last = std::min(pending_.front().last, last_); durable_ < last;) {
      ++durable_;
      if (const entry* x = cached(durable_)) unsynced_bytes_ -= footprint(*x);
    }
  }
}

}  // namespace lithair::protocol
