#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "models/state/overlaid_view.hpp"

namespace lithair::models {

/// What a state was at the moments that somebody still reads it as of, while it goes on changing:
/// the earlier value of each pair that changed since. It holds memory for these only, and none
/// while nobody reads so. On the thread of the state.
class multiversion {
 public:
  /// Rises, and is never used twice.
  using moment = std::uint64_t;

  /// Keeps the state as it is now, until it is released or all is forgotten.
  [[nodiscard]] moment hold();  ///< the state as of now; costs nothing until pairs change
  /// What only this moment needed is dropped, here or, where it is much, by `tidy`; unknown ones
  /// are let be.
  void release(moment when);
  /// Gives up all moments: the state is replaced.
  void forget_all();
  /// Drops what no moment needs any more, until `is_late`. Whether that is all.
  bool tidy(const std::function<bool()>& is_late);
  /// Whether `tidy` has nothing to do.
  bool is_tidy() const { return held_ == layers_.size(); }

  /// False once it was released or all were forgotten.
  bool holds(moment when) const { return find(when) < layers_.size(); }
  bool holds_any() const { return held_ > 0; }
  /// The one that needs the most; there must be one.
  moment oldest() const;

  /// To be called before a pair of the state changes. Only the first change of a pair behind the
  /// latest moment costs a copy; `now` is the state before the change.
  void keep(std::string_view key, const state_view& now);

  /// Of what some moment needs, roughly.
  std::size_t bytes() const;

 private:
  friend class snapshot_view;

  /// What changed from one moment to the next, as it was at the first.
  struct layer {
    moment since = 0;       ///< the moment at which the pairs were so
    pair_map pairs = {};    ///< none: the pair was not there
    std::size_t bytes = 0;  ///< about what `pairs` hold
    bool released = false;  ///< only earlier moments need some of it, or none does
  };

  std::size_t find(moment when) const;  ///< its place; `layers_.size()` when it is not held

  void settle(std::size_t at, std::size_t most);  ///< some pairs of a released one

  std::deque<layer> layers_;  // by their moments
  std::size_t held_ = 0;      // that are not released
  moment last_ = 0;
};

/// A state as it was at a moment that is held. Not to be used when the state has changed.
class snapshot_view final : public state_view {
 public:
  /// `now` is the state that `past` follows. Both must outlive the view. Throws for a moment that
  /// is not held.
  snapshot_view(const multiversion& past, multiversion::moment at, const state_view& now);

  std::optional<std::string> get(std::string_view key) const override { return top().get(key); }
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override {
    top().scan(lower, upper, order, visit);
  }
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override {
    return top().count(lower, upper, most, last);
  }

 private:
  const state_view& top() const { return views_.back(); }

  std::deque<overlaid_view> views_;  // each over the one before, the last the farthest back
};

}  // namespace lithair::models
