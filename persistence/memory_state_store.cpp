#include "persistence/memory_state_store.hpp"

#include <algorithm>
#include <ranges>

namespace lithair::persistence {

std::optional<std::string> memory_state_store::get(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto found = pairs_.find(key);
  if (found == pairs_.end()) return std::nullopt;
  return found->second;
}

memory_state_store::map memory_state_store::copy() const {
  const std::lock_guard lock(mutex_);
  return pairs_;
}

void memory_state_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                              const pair_visitor& visit) const {
  const auto pairs = copy();
  const auto first = pairs.lower_bound(lower);
  const auto last = upper.empty() ? pairs.end() : pairs.lower_bound(upper);
  if (!upper.empty() && upper <= lower) return;
  const auto visit_pair = [&](const auto& pair) { return visit(pair.first, pair.second); };
  const std::ranges::subrange range(first, last);
  if (order == scan_order::ascending)
    std::ranges::all_of(range, visit_pair);
  else
    std::ranges::all_of(range | std::views::reverse, visit_pair);
}

applied_point memory_state_store::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

void memory_state_store::commit(std::span<const change_view> changes, applied_point point) {
  for (const auto& change : changes) check_key(change.key);
  const std::lock_guard lock(mutex_);
  for (const auto& [key, value] : changes) {
    if (const auto old = pairs_.find(key); old != pairs_.end()) pairs_.erase(old);
    if (value) pairs_.emplace(key, *value);
  }
  // Counted anew each time: so tests compare the real store's running sum with this one.
  point.digest = 0;
  for (const auto& [key, value] : pairs_) point.digest += pair_digest(key, value);
  point.pairs = pairs_.size();
  applied_ = std::move(point);
}

}  // namespace lithair::persistence
