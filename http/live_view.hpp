#pragma once

#include <cstdint>

#include "http/exchange.hpp"

namespace lithair::http {

/// A page that is told each second how its node stands: /_admin/live. It is the connection's last
/// answer. It asks the raft actor for one status at a time, and for none before the last has left:
/// a slow reader costs one sample, and nobody who looks costs nothing.
struct live_view {
  std::uint64_t token = 0;   ///< of the slot that it answers, and of its questions
  live_step who;             ///< by what it may ask, which is looked at for each sample
  bool chunked = true;       ///< else it ends with the connection
  bool open = false;         ///< its head was sent
  bool asked = false;        ///< it waits for an answer
  std::uint64_t due_ms = 0;  ///< of the loop's clock: when it is to ask again

  /// Else its first answer is waited for, as long as for any.
  bool asks_by_clock() const { return open || !asked; }

  static constexpr std::uint64_t every_ms = 1000;
  /// On one node; each takes some 100 us of a processor a second, all told.
  static constexpr std::size_t most = 32;
};

}  // namespace lithair::http
