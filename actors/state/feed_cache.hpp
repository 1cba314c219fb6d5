#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "actors/messages/feed_messages.hpp"

namespace lithair::actors {

/// The latest changes in memory: all there were behind `floor` and up to `applied`. Beyond a number
/// of bytes the oldest go.
class feed_cache {
 public:
  explicit feed_cache(std::size_t limit) : limit_(limit) {}

  std::uint64_t floor() const { return floor_; }
  std::uint64_t applied() const { return applied_; }

  /// Forgets everything; what comes next is behind `applied`.
  void begin(std::uint64_t applied);
  void grow(feed_grew&& x);
  /// The pairs behind `index`, which must not be below the floor.
  std::deque<feed_pair>::const_iterator behind(std::uint64_t index) const;
  std::deque<feed_pair>::const_iterator end() const { return pairs_.end(); }

 private:
  std::size_t limit_;
  std::deque<feed_pair> pairs_;  // rising
  std::size_t bytes_ = 0;
  std::uint64_t floor_ = 0;
  std::uint64_t applied_ = 0;
};

}  // namespace lithair::actors
