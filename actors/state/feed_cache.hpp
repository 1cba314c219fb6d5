#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "actors/messages/feed_messages.hpp"

namespace lithair::actors {

/// The latest changes in memory: all there were behind `floor` and up to `applied`. Beyond a number
/// of bytes the oldest go. Pure; for one thread.
class feed_cache {
 public:
  /// `limit`: bytes of changes.
  explicit feed_cache(std::size_t limit) : limit_(limit) {}

  /// What lies at this index or before it is not here.
  std::uint64_t floor() const { return floor_; }
  /// Up to where changes were told, those without any included.
  std::uint64_t applied() const { return applied_; }

  /// Forgets everything; what comes next is behind `applied`.
  void begin(std::uint64_t applied);
  /// Takes what follows; the oldest make room for it.
  void grow(feed_grew&& news);
  /// The pairs behind `index`, which must not be below the floor.
  std::deque<feed_pair>::const_iterator behind(std::uint64_t index) const;
  std::deque<feed_pair>::const_iterator end() const { return pairs_.end(); }

 private:
  // All in the order of the log.
  std::size_t limit_;
  std::deque<feed_pair> pairs_;  // rising
  std::size_t bytes_ = 0;
  std::uint64_t floor_ = 0;
  std::uint64_t applied_ = 0;
};

}  // namespace lithair::actors
