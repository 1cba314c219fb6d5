#include "models/state/memory_state.hpp"

#include <iterator>

namespace lithair::models {

std::optional<std::string> memory_state::get(std::string_view key) const {
  const auto at = pairs_.find(key);
  return at != pairs_.end() ? std::optional(at->second) : std::nullopt;
}

void memory_state::scan(std::string_view lower, std::string_view upper, direction order,
                        const visitor& visit) const {
  // The iterators below would never meet.
  if (lower >= upper) {
    return;
  }
  const auto first = pairs_.lower_bound(lower);
  const auto last = pairs_.lower_bound(upper);
  if (order == direction::ascending) {
    for (auto at = first; at != last && visit(at->first, at->second);) {
      ++at;
    }
    return;
  }
  const auto end = std::make_reverse_iterator(first);
  for (auto at = std::make_reverse_iterator(last); at != end && visit(at->first, at->second);) {
    ++at;
  }
}

void memory_state::apply(const change_set& changes) {
  for (const auto& x : changes) {
    if (x.value) {
      pairs_.insert_or_assign(x.key, *x.value);
    } else {
      pairs_.erase(x.key);
    }
  }
}

}  // namespace lithair::models
