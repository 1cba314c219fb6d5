#include "actors/state/feed_cache.hpp"

#include <algorithm>
#include <utility>

namespace lithair::actors {

void feed_cache::begin(std::uint64_t applied) {
  pairs_.clear();
  bytes_ = 0;
  floor_ = applied_ = applied;
}

void feed_cache::grow(feed_grew&& news) {
  for (auto& each : news.pairs) {
    bytes_ += each.bytes();
    pairs_.push_back(std::move(each));
  }
  applied_ = news.applied;
  // Whole pairs go, from the oldest; whoever stands before the floor is read from the state.
  while (bytes_ > limit_) {
    bytes_ -= pairs_.front().bytes();
    floor_ = pairs_.front().index;
    pairs_.pop_front();
  }
}

std::deque<feed_pair>::const_iterator feed_cache::behind(std::uint64_t index) const {
  return std::ranges::upper_bound(pairs_, index, {}, &feed_pair::index);
}

}  // namespace lithair::actors
