#include "models/state/multiversion.hpp"

#include <algorithm>
#include <stdexcept>

namespace lithair::models {

namespace {

/// Of a pair in the map: its bytes and about what the map adds.
std::size_t size_of(const pair_map::value_type& x) {
  return 160 + x.first.size() + (x.second ? x.second->size() : 0);
}

}  // namespace

multiversion::moment multiversion::hold() {
  layers_.push_back({++last_, {}, 0});
  return last_;
}

void multiversion::release(moment x) {
  const std::size_t at = find(x);
  if (at == layers_.size()) {
    return;
  }
  if (at > 0) {
    // Whoever reads as of before needs it too, unless a pair had changed by then already.
    auto& gone = layers_[at];
    auto& earlier = layers_[at - 1];
    earlier.pairs.merge(gone.pairs);
    earlier.bytes += gone.bytes;
    for (const auto& known : gone.pairs) {
      earlier.bytes -= size_of(known);
    }
  }
  layers_.erase(layers_.begin() + static_cast<std::ptrdiff_t>(at));
}

void multiversion::keep(std::string_view key, const state_view& now) {
  if (layers_.empty()) {
    return;
  }
  auto& latest = layers_.back();
  const auto at = latest.pairs.lower_bound(key);
  if (at == latest.pairs.end() || at->first != key) {
    latest.bytes += size_of(*latest.pairs.emplace_hint(at, key, now.get(key)));
  }
}

std::size_t multiversion::bytes() const {
  std::size_t sum = 0;
  for (const auto& x : layers_) {
    sum += x.bytes;
  }
  return sum;
}

std::size_t multiversion::find(moment x) const {
  const auto at = std::ranges::find(layers_, x, &layer::since);
  return static_cast<std::size_t>(at - layers_.begin());
}

snapshot_view::snapshot_view(const multiversion& past, multiversion::moment at,
                             const state_view& now) {
  const std::size_t first = past.find(at);
  if (first == past.layers_.size()) {
    throw std::logic_error("a moment that is not held can't be looked at");
  }
  for (std::size_t i = past.layers_.size(); i > first; --i) {
    views_.emplace_back(views_.empty() ? now : views_.back(), past.layers_[i - 1].pairs);
  }
}

}  // namespace lithair::models
