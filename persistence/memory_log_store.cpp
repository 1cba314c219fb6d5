#include "persistence/memory_log_store.hpp"

#include <algorithm>
#include <stdexcept>

namespace lithair::persistence {

using protocol::group_id;
using protocol::index_t;

memory_log_store::memory_log_store(const memory_log_store& other) : log_store(other) {
  const std::lock_guard lock(other.mutex_);
  logs_ = other.logs_;
}

protocol::restored_state memory_log_store::restore(group_id group) {
  const std::lock_guard lock(mutex_);
  const auto& from = logs_[group];
  protocol::restored_state out;
  out.state = from.state;
  out.snapshot_index = from.point.index;
  out.snapshot_term = from.point.term;
  out.snapshot_members = from.point.members;
  out.last_index = from.last();
  for (const auto& x : from.entries) {
    out.last_time_us = std::max(out.last_time_us, x.time_us);
    if (out.terms.empty() || out.terms.back().term != x.term)
      out.terms.push_back({x.term, x.index});
    if (x.kind == protocol::entry_kind::configuration) out.configurations.push_back(x);
  }
  return out;
}

void memory_log_store::write(std::span<const group_write> writes) {
  const std::lock_guard lock(mutex_);
  // On a copy, so that a write that throws has changed nothing.
  auto after = logs_;
  for (const auto& [group, write] : writes) perform(after[group], write);
  logs_ = std::move(after);
}

void memory_log_store::perform(log& to, const protocol::log_write& write) {
  if (write.state) to.state = *write.state;
  if (write.truncate_from) {
    if (*write.truncate_from <= to.point.index)
      throw std::logic_error("a truncation must not reach below the log's snapshot point");
    if (*write.truncate_from <= to.last())
      to.entries.erase(to.at(*write.truncate_from), to.entries.end());
  }
  for (const auto& x : write.entries) {
    if (x.index != to.last() + 1) throw std::logic_error("an entry does not follow the log's last");
    to.entries.push_back(x);
  }
}

std::vector<protocol::entry> memory_log_store::read(group_id group, index_t first, index_t last,
                                                    std::uint64_t max_bytes) const {
  const std::lock_guard lock(mutex_);
  std::vector<protocol::entry> out;
  const auto found = logs_.find(group);
  if (found == logs_.end() || first <= found->second.point.index) return out;
  const auto end = std::min(last, found->second.last());
  std::uint64_t cost = 0;
  for (auto index = first; index <= end; ++index) {
    const auto& x = *found->second.at(index);
    cost += footprint(x);
    if (!out.empty() && cost > max_bytes) break;
    out.push_back(x);
  }
  return out;
}

std::optional<protocol::snapshot_meta> memory_log_store::point_at(group_id group,
                                                                  index_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(group);
  const log none;
  const auto& from = found == logs_.end() ? none : found->second;
  if (index < from.point.index || index > from.last()) return std::nullopt;
  auto out = from.point;
  if (index == out.index) return out;
  out = {index, from.at(index)->term, from.point.members, 0, 0};
  for (auto x = from.entries.begin(); x <= from.at(index); ++x) {
    if (x->kind != protocol::entry_kind::configuration) continue;
    if (auto members = protocol::decode_configuration(x->data.view()))
      out.members = std::move(*members);
  }
  return out;
}

void memory_log_store::purge(group_id group, const protocol::snapshot_meta& meta) {
  const std::lock_guard lock(mutex_);
  auto& from = logs_[group];
  if (meta.index > from.last()) throw std::logic_error("a purge must not reach beyond the log");
  if (meta.index <= from.point.index) return;
  from.entries.erase(from.entries.begin(), from.at(meta.index) + 1);
  from.point = meta;
}

void memory_log_store::reset(group_id group, const protocol::snapshot_meta& meta) {
  const std::lock_guard lock(mutex_);
  auto& to = logs_[group];
  to.entries.clear();
  to.point = meta;
}

}  // namespace lithair::persistence
