#include "models/state/multiversion.hpp"

#include <algorithm>
#include <stdexcept>

namespace lithair::models {

namespace {

/// Of a pair in the map: its bytes and about what the map adds.
std::size_t size_of(const pair_map::value_type& pair) {
  return 160 + pair.first.size() + (pair.second ? pair.second->size() : 0);
}

}  // namespace

multiversion::moment multiversion::hold() {
  // An empty layer: what changes from now on goes here.
  layers_.push_back({++last_, {}, 0});
  return last_;
}

void multiversion::release(moment when) {
  const std::size_t at = find(when);
  // Given up by `forget_all` meanwhile.
  if (at == layers_.size()) {
    return;
  }
  if (at > 0) {
    // Whoever reads as of before needs it too, unless a pair had changed by then already.
    auto& gone = layers_[at];
    auto& earlier = layers_[at - 1];
    // `merge` moves only pairs that the earlier layer has not: its own values are older and stay.
    earlier.pairs.merge(gone.pairs);
    earlier.bytes += gone.bytes;
    // What was not moved had a value there, and its bytes are counted twice now.
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
  // Only the latest: earlier moments read through it.
  auto& latest = layers_.back();
  const auto at = latest.pairs.lower_bound(key);
  if (at == latest.pairs.end() || at->first != key) {
    // The value as of this moment; later changes find the pair and leave it.
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

std::size_t multiversion::find(moment when) const {
  const auto at = std::ranges::find(layers_, when, &layer::since);
  return static_cast<std::size_t>(at - layers_.begin());
}

snapshot_view::snapshot_view(const multiversion& past, multiversion::moment at,
                             const state_view& now) {
  const std::size_t first = past.find(at);
  if (first == past.layers_.size()) {
    throw std::logic_error("a moment that is not held can't be looked at");
  }
  // From the latest back: each layer lies over the one behind it, and its values win.
  for (std::size_t i = past.layers_.size(); i > first; --i) {
    views_.emplace_back(views_.empty() ? now : views_.back(), past.layers_[i - 1].pairs);
  }
}

}  // namespace lithair::models
