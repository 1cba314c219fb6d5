#include "models/state/multiversion.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace lithair::models {

namespace {

/// Pairs that are looked at before the clock is.
constexpr std::size_t settled_at_once = 64;

/// Of a pair in the map: its bytes and about what the map adds.
std::size_t size_of(std::string_view key, const std::optional<std::string>& stored) {
  return 160 + key.size() + (stored ? stored->size() : 0);
}

}  // namespace

multiversion::moment multiversion::hold() {
  // An empty layer: what changes from now on goes here.
  layers_.push_back({++last_});
  ++held_;
  return last_;
}

void multiversion::release(moment when) {
  const std::size_t at = find(when);
  // Given up by `forget_all` meanwhile.
  if (at == layers_.size()) {
    return;
  }
  layers_[at].released = true;
  --held_;
  // Mostly this is all.
  tidy([asked = false]() mutable { return std::exchange(asked, true); });
}

void multiversion::forget_all() {
  for (auto& each : layers_) {
    each.released = true;
  }
  held_ = 0;
}

bool multiversion::tidy(const std::function<bool()>& is_late) {
  for (std::size_t at = 0; at < layers_.size();) {
    if (!layers_[at].released) {
      ++at;
    } else if (layers_[at].pairs.empty()) {
      layers_.erase(layers_.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (is_late()) {
      return false;
    } else {
      settle(at, settled_at_once);
    }
  }
  return true;
}

/// The layer before it, if there is one, is held.
void multiversion::settle(std::size_t at, std::size_t most) {
  auto& gone = layers_[at];
  for (; most > 0 && !gone.pairs.empty(); --most) {
    auto pair = gone.pairs.extract(gone.pairs.begin());
    const auto size = size_of(pair.key(), pair.mapped());
    gone.bytes -= size;
    // Whoever reads as of before needs it too, unless the pair had changed by then already.
    if (at > 0 && layers_[at - 1].pairs.insert(std::move(pair)).inserted) {
      layers_[at - 1].bytes += size;
    }
  }
}

void multiversion::keep(std::string_view key, const state_view& now) {
  if (held_ == 0) {
    return;
  }
  // Only the latest, released or not: earlier moments read through it.
  auto& latest = layers_.back();
  const auto at = latest.pairs.lower_bound(key);
  if (at == latest.pairs.end() || at->first != key) {
    // The value as of this moment; later changes find the pair and leave it.
    const auto kept = latest.pairs.emplace_hint(at, key, now.get(key));
    latest.bytes += size_of(key, kept->second);
  }
}

multiversion::moment multiversion::oldest() const {
  return std::ranges::find(layers_, false, &layer::released)->since;
}

std::size_t multiversion::bytes() const {
  std::size_t sum = 0;
  bool needed = false;
  for (const auto& x : layers_) {
    needed = needed || !x.released;
    sum += needed ? x.bytes : 0;
  }
  return sum;
}

std::size_t multiversion::find(moment when) const {
  const auto at = std::ranges::find(layers_, when, &layer::since);
  const bool is_held = at != layers_.end() && !at->released;
  return is_held ? static_cast<std::size_t>(at - layers_.begin()) : layers_.size();
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
