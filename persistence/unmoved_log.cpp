#include "persistence/unmoved_log.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace lithair::persistence {

using protocol::index_t;

void unmoved_log::extent::follow(const protocol::log_write& write) {
  auto end = last;
  if (write.truncate_from) {
    if (*write.truncate_from <= before)
      throw std::logic_error("a truncation must not reach below the log's snapshot point");
    end = std::min(end, *write.truncate_from - 1);
  }
  for (const auto& entry : write.entries) {
    if (entry.index != end + 1)
      throw std::logic_error("entry " + std::to_string(entry.index.value) +
                             " does not follow the log's last, " + std::to_string(end.value));
    end = entry.index;
  }
  last = end;
}

void unmoved_log::take(const protocol::log_write& write) {
  if (write.state) state_ = write.state;
  if (write.truncate_from && *write.truncate_from <= extent_.last) {
    drop_from(*write.truncate_from);
    extent_.last = *write.truncate_from - 1;
  }
  if (write.entries.empty()) return;
  if (!cut_) cut_ = write.entries.front().index;
  entries_.insert(entries_.end(), write.entries.begin(), write.entries.end());
  extent_.last = write.entries.back().index;
}

void unmoved_log::drop_from(index_t from) {
  ++cuts_;
  if (move_) move_->cut = std::min(move_->cut.value_or(from), from);
  if (!cut_ || from <= *cut_) {
    entries_.clear();
    cut_ = from;
    return;
  }
  while (!entries_.empty() && entries_.back().index >= from) entries_.pop_back();
}

void unmoved_log::take(const log_begins& point) {
  const auto index = point.meta.index;
  if (point.anew) {
    drop_from(index_t{1});
    cut_ = index + 1;
    extent_ = {index, index};
    point_ = point;
    return;
  }
  if (index > extent_.last) throw std::logic_error("a purge must not reach beyond the log");
  if (index <= extent_.before) return;
  extent_.before = index;
  // A log that begins anew stays one, further on.
  point_ = log_begins{point.group, point.meta, point_ && point_->anew};
  if (!cut_ || index < *cut_) return;
  while (!entries_.empty() && entries_.front().index <= index) entries_.pop_front();
  // The home has nothing that would reach up to there: its log begins anew.
  point_->anew = true;
  cut_ = index + 1;
}

void unmoved_log::take_again(const log_change& change) {
  const auto before = extent_.before;
  if (const auto* point = std::get_if<log_begins>(&change)) {
    // Of a log that begins anew where it began nothing is left either.
    if (point->meta.index > before || (point->anew && point->meta.index == before)) take(*point);
    return;
  }
  auto write = std::get<group_write>(change).write;
  std::erase_if(write.entries, [before](const auto& entry) { return entry.index <= before; });
  if (write.truncate_from) write.truncate_from = std::max(*write.truncate_from, before + 1);
  auto after = extent_;
  after.follow(write);
  take(write);
}

const protocol::entry* unmoved_log::find(index_t index) const {
  if (entries_.empty() || index < entries_.front().index || index > entries_.back().index)
    return nullptr;
  return &entries_[index.value - entries_.front().index.value];
}

std::vector<protocol::entry> unmoved_log::read(index_t first, index_t last,
                                               std::uint64_t max_bytes) const {
  std::vector<protocol::entry> out;
  std::uint64_t bytes = 0;
  for (auto at = first; at <= last; at = at + 1) {
    const auto* entry = find(at);
    if (entry == nullptr) break;
    bytes += footprint(*entry);
    // The first goes whatever its size, or a large entry could never be read.
    if (!out.empty() && bytes > max_bytes) break;
    out.push_back(*entry);
  }
  return out;
}

const protocol::entry* unmoved_log::configuration_at(index_t index) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [index](const auto& entry) {
    return entry.index <= index && entry.kind == protocol::entry_kind::configuration;
  });
  return found == entries_.rend() ? nullptr : &*found;
}

void unmoved_log::amend(protocol::restored_state& restored) const {
  auto& out = restored;
  if (state_) out.state = *state_;
  if (cut_) {
    const auto from = *cut_;
    std::erase_if(out.terms, [from](const auto& run) { return run.first >= from; });
    std::erase_if(out.configurations, [from](const auto& entry) { return entry.index >= from; });
    out.last_index = std::min(out.last_index, from - 1);
  }
  if (point_) {
    const auto& meta = point_->meta;
    if (point_->anew) {
      out.terms.clear();
      out.configurations.clear();
      out.last_index = meta.index;
    }
    out.snapshot_index = meta.index;
    out.snapshot_term = meta.term;
    out.snapshot_members = meta.members;
    std::erase_if(out.configurations,
                  [&meta](const auto& entry) { return entry.index <= meta.index; });
    // The run that the point lies in begins behind it now.
    auto& runs = out.terms;
    while (runs.size() > 1 && runs[1].first <= meta.index + 1) runs.erase(runs.begin());
    if (!runs.empty() && out.last_index <= meta.index) runs.clear();
    if (!runs.empty()) runs.front().first = std::max(runs.front().first, meta.index + 1);
  }
  for (const auto& entry : entries_) {
    if (out.terms.empty() || entry.term != out.terms.back().term)
      out.terms.push_back({entry.term, entry.index});
    if (entry.kind == protocol::entry_kind::configuration) out.configurations.push_back(entry);
    out.last_index = entry.index;
    out.last_time_us = std::max(out.last_time_us, entry.time_us);
  }
}

unmoved_log::move unmoved_log::begin_move() {
  move out;
  out.point = point_;
  out.write.state = state_;
  // A log that begins anew has nothing to cut.
  if (cut_ && !(point_ && point_->anew)) out.write.truncate_from = cut_;
  out.write.entries.assign(entries_.begin(), entries_.end());
  move_ = under_way{state_, point_, extent_.last, std::nullopt};
  return out;
}

void unmoved_log::moved() {
  const auto done = *move_;
  move_.reset();
  if (state_ == done.state) state_.reset();
  // What was cut since must be cut at home too; all before that is there.
  const auto keep = std::min(done.last + 1, done.cut.value_or(done.last + 1));
  while (!entries_.empty() && entries_.front().index < keep) entries_.pop_front();
  if (point_ == done.point)
    point_.reset();
  else if (point_ && point_->meta.index < keep)
    point_->anew = false;  // what it was anew for is there
  if (cut_ && *cut_ < keep) cut_ = keep;
  if (entries_.empty() && !done.cut) cut_.reset();
}

}  // namespace lithair::persistence
