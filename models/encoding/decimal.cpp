#include "models/encoding/decimal.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace lithair::models {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the text from left to right.
struct cursor {
  std::string_view text;

  bool at_digit() const { return !text.empty() && is_digit(text.front()); }
  bool take(char c) {
    if (text.empty() || text.front() != c) {
      return false;
    }
    text.remove_prefix(1);
    return true;
  }
  bool skip_digits() {
    const bool some = at_digit();
    while (at_digit()) {
      text.remove_prefix(1);
    }
    return some;
  }
  /// Whether nothing but zeroes came before what is no digit.
  bool skip_zeroes() {
    while (take('0')) {
    }
    return !at_digit();
  }
  unsigned take_digit() {
    const auto digit = static_cast<unsigned>(text.front() - '0');
    text.remove_prefix(1);
    return digit;
  }
};

bool add_digit(decimal& number, unsigned digit) {
  // Before it overflows; leading zeroes cost nothing.
  if (number.digits > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) {
    return false;
  }
  number.digits = number.digits * 10 + digit;
  return true;
}

/// Digits before and behind the point; behind it each lowers the exponent. False: too many.
bool read_digits(cursor& in, decimal& number, bool fraction) {
  while (in.at_digit()) {
    const unsigned digit = in.take_digit();
    if (!add_digit(number, digit)) {
      // Zeroes that end a fraction say nothing, however many there are.
      return fraction && digit == 0 && in.skip_zeroes();
    }
    number.exponent -= fraction ? 1 : 0;
  }
  return true;
}

bool read_exponent(cursor& in, decimal& number) {
  const bool minus = in.take('-');
  if (!minus) {
    in.take('+');
  }
  std::int32_t shift = 0;
  while (in.at_digit()) {
    shift = shift * 10 + static_cast<std::int32_t>(in.take_digit());
    // Further from zero than any number that fits, and far from overflowing the exponent.
    if (shift > 1'000'000) {
      return false;
    }
  }
  number.exponent += minus ? -shift : shift;
  return true;
}

}  // namespace

bool is_json_number(std::string_view text) {
  cursor in{text};
  in.take('-');
  // No "01": a zero stands alone before the point (RFC 8259 §6).
  if (!in.take('0') && !in.skip_digits()) {
    return false;
  }
  if (in.take('.') && !in.skip_digits()) {
    return false;
  }
  if (in.take('e') || in.take('E')) {
    if (!in.take('-')) {
      in.take('+');
    }
    if (!in.skip_digits()) {
      return false;
    }
  }
  return in.text.empty();
}

std::optional<decimal> parse_decimal(std::string_view text) {
  if (!is_json_number(text)) {
    return std::nullopt;
  }
  cursor in{text};
  decimal x;
  x.negative = in.take('-');
  const bool fits = read_digits(in, x, false) && (!in.take('.') || read_digits(in, x, true)) &&
                    ((!in.take('e') && !in.take('E')) || read_exponent(in, x));
  return fits ? std::optional(x) : std::nullopt;
}

std::optional<std::int64_t> exact_integer(const decimal& number) {
  std::uint64_t size = number.digits;
  // Zeroes behind the last digit that counts: 1.20e1 is 12.
  for (std::int32_t e = number.exponent; e < 0 && size != 0; ++e) {
    if (size % 10 != 0) {
      return std::nullopt;
    }
    size /= 10;
  }
  for (std::int32_t e = number.exponent; e > 0 && size != 0; --e) {
    // As soon as it can't fit, so the loop is short whatever the exponent is.
    if (size > std::numeric_limits<std::uint64_t>::max() / 10) {
      return std::nullopt;
    }
    size *= 10;
  }
  // The smallest negative number has one more than the greatest.
  constexpr auto top = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (size > top + (number.negative ? 1 : 0)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number.negative ? 0 - size : size);
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t made = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(made) : std::nullopt;
}

}  // namespace lithair::models
