#pragma once

#include <cstdint>

#include "models/derived/feed.hpp"

namespace lithair::models {

/// The bytes that an item's record takes at most, unless the command says otherwise. It counts on
/// all nodes alike, and what is larger from before may be written as long as it does not grow.
inline constexpr std::uint64_t default_max_item = 1 << 20;

/// What goes with a command because all nodes have to go by the same, whatever they were started
/// with.
struct command_limits {
  std::uint64_t item_bytes = default_max_item;  ///< of a record, but for one that had more
  std::uint64_t feed_bytes = max_feed_bytes;    ///< that the feed may hold, as it counts them

  bool operator==(const command_limits&) const = default;
};

}  // namespace lithair::models
