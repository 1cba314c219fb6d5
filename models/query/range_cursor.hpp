#pragma once

#include <cstddef>
#include <vector>

#include "models/query/query_cursor.hpp"
#include "models/state/keys.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Goes through the pairs in some ranges, and may pause behind each of them. It remembers where it
/// is by the key, not by an iterator, so the store may move pairs meanwhile.
class range_cursor {
 public:
  /// The ranges rise and are disjoint, whatever the direction.
  explicit range_cursor(std::vector<key_range> ranges,
                        state_view::direction order = state_view::direction::ascending);

  /// Goes on behind the pair visited last. True when nothing is left or the visitor, by returning
  /// false, stopped; false when it paused. The view must show the same pairs at every call.
  [[nodiscard]] bool go_on(const state_view& state, const pause& now,
                           const state_view::visitor& visit);

  /// Goes on likewise without looking at the pairs, and adds their number. Up to 256 pairs between
  /// two looks at `now`.
  [[nodiscard]] bool count(const state_view& state, const pause& now, std::uint64_t& number);

 private:
  /// Why a scan ended.
  enum class ending : std::uint8_t { end_of_range, stopped, paused };

  /// Narrows the range to what is left of it when it paused.
  ending go_through(key_range& range, const state_view& state, const pause& now,
                    const state_view::visitor& visit) const;

  std::vector<key_range> ranges_;  // those that are left, the next of them last
  state_view::direction order_;
};

}  // namespace lithair::models
