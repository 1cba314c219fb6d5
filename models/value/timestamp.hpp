#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::models {

/// A moment: microseconds since 1970-01-01T00:00:00Z, in the years 0001 to 9999.
struct timestamp {
  std::int64_t us = 0;  ///< negative before 1970

  constexpr auto operator<=>(const timestamp&) const = default;
};

/// RFC 3339 with any offset, kept in UTC. None for text that is no such moment, for leap seconds,
/// which a clock of microseconds has no number for, and for digits finer than a nanosecond. Up to
/// nine digits behind the second are taken, as .NET, Go, Java and Rust write them, and zeroes
/// behind those; what is finer than a microsecond is cut off. "t" and "z" may be small (§5.6).
std::optional<timestamp> parse_timestamp(std::string_view text);
/// RFC 3339 in UTC with `Z` and 0, 3 or 6 digits behind the second, as few as are exact.
std::string to_string(timestamp time);
/// The same, appended.
void append_text(std::string& out, timestamp time);

}  // namespace lithair::models
