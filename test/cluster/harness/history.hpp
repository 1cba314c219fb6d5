#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace lithair::test {

/// One operation of a client on one register. Every write writes another value; 0 is what the
/// register held before any of them.
struct operation {
  enum class kind : std::uint8_t { write, read };
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  kind what = kind::read;
  std::int64_t value = 0;  ///< written or seen
  std::int64_t began = 0;  ///< on one clock for all clients
  std::int64_t ended = 0;  ///< `never`: the client does not know whether the write took place
};

/// Whether the operations on one register look as if each took place at one moment between its
/// beginning and its end. Empty, or a sentence that names two operations for which there is no such
/// order.
///
/// With distinct values this is decided by comparing the spans of values (Gibbons and Korach,
/// "Testing shared memories", 1997, §4.2), in the time it takes to sort them.
std::string why_not_linearizable(const std::vector<operation>& operations);

}  // namespace lithair::test
