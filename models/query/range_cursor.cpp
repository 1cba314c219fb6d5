#include "models/query/range_cursor.hpp"

#include <algorithm>
#include <utility>

namespace lithair::models {

namespace {

/// Some microseconds' worth.
constexpr std::uint64_t counted_at_once = 256;

}  // namespace

range_cursor::range_cursor(std::vector<key_range> ranges, state_view::direction order)
    : ranges_(std::move(ranges)), order_(order) {
  // The next range lies at the back, where it is cheap to drop.
  if (order_ == state_view::direction::ascending) {
    std::ranges::reverse(ranges_);
  }
}

bool range_cursor::go_on(const state_view& state, const pause& now,
                         const state_view::visitor& visit) {
  while (!ranges_.empty()) {
    switch (go_through(ranges_.back(), state, now, visit)) {
      case ending::stopped:
        return true;
      case ending::paused:
        return false;
      case ending::end_of_range:
        break;
    }
    ranges_.pop_back();
    // Between two ranges too: many ranges may be empty.
    if (!ranges_.empty() && now()) {
      return false;
    }
  }
  return true;
}

bool range_cursor::count(const state_view& state, const pause& now, std::uint64_t& number) {
  std::string last;
  while (!ranges_.empty()) {
    auto& range = ranges_.back();
    // Counting needs no values, and stores count fast; the pause is what bounds it.
    number += state.count(range.lower, range.upper, counted_at_once, last);
    if (last.empty()) {
      ranges_.pop_back();
    } else {
      // Behind the last pair counted.
      range.lower = std::move(last) + '\0';
    }
    if (!ranges_.empty() && now()) {
      return false;
    }
  }
  return true;
}

range_cursor::ending range_cursor::go_through(key_range& range, const state_view& state,
                                              const pause& now,
                                              const state_view::visitor& visit) const {
  ending how = ending::end_of_range;
  std::string reached;
  state.scan(range.lower, range.upper, order_, [&](std::string_view key, std::string_view bytes) {
    if (!visit(key, bytes)) {
      how = ending::stopped;
    } else if (now()) {
      // The pair was visited, so it does not come again.
      how = ending::paused;
      reached = key;
    }
    return how == ending::end_of_range;
  });
  // The range shrinks from where reading began.
  if (how == ending::paused && order_ == state_view::direction::ascending) {
    range.lower = std::move(reached) + '\0';
  } else if (how == ending::paused) {
    range.upper = std::move(reached);
  }
  return how;
}

}  // namespace lithair::models
