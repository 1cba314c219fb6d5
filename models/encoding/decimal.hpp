#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lithair::models {

/// The text of a JSON number taken apart, exactly: (-1)^negative * digits * 10^exponent. Exponents
/// and digits stay as they were written, so 1.20 and 1.2 differ here.
struct decimal {
  bool negative = false;
  std::uint64_t digits = 0;  ///< at most 19 of them
  std::int32_t exponent = 0;
};

/// Whether the text is a number as RFC 8259 §6 writes them, of any length.
bool is_json_number(std::string_view text);

/// None for text that is no number as RFC 8259 §6 writes them, or whose digits, without the point,
/// are no number of 64 bits, or whose exponent is beyond a million. Zeroes at the end of a fraction
/// that do not fit are left out.
std::optional<decimal> parse_decimal(std::string_view text);

/// The number when it is integral and fits 64 bits: "12", "1.20e1", but not "1.5". Nothing is
/// rounded.
std::optional<std::int64_t> exact_integer(const decimal& number);

/// Decimal digits and nothing else. For numbers in URLs. None beyond 64 bits.
std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace lithair::models
