#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::models {

/// An exact decimal amount: `units / 10^scale`. The digits behind the point are kept as given, so
/// "0.10" stays "0.10", yet equals "0.1". At most 18 digits in all and 9 behind the point.
struct money {
  static constexpr int max_digits = 18;  ///< of `units`
  static constexpr int max_scale = 9;    ///< of `scale`

  std::int64_t units = 0;  ///< negative for a debt
  std::uint8_t scale = 0;  ///< digits behind the point, 0 to 9

  /// By amount, whatever the scales.
  std::strong_ordering operator<=>(const money& other) const;
  bool operator==(const money& other) const { return std::is_eq(*this <=> other); }
  /// Same amount and same digits.
  bool identical(const money& other) const { return units == other.units && scale == other.scale; }
};

/// Wide enough for any sum of amounts.
__extension__ using wide_integer = __int128;

/// The amount in billionths: what amounts are compared and ordered by.
wide_integer in_nanos(const money& amount);

/// Digits with an optional sign, point and exponent, as in JSON ("-0.10", "12", "1e3"); none when
/// it is no such text or does not fit exactly. JSON may have it as a string or as a number: neither
/// goes through floating point.
std::optional<money> parse_money(std::string_view text);
/// With exactly `scale` digits behind the point.
std::string to_string(const money& amount);
/// The same, appended.
void append_text(std::string& out, const money& amount);

}  // namespace lithair::models
