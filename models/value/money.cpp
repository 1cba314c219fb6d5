#include "models/value/money.hpp"

#include "models/encoding/decimal.hpp"

namespace lithair::models {

namespace {

constexpr std::int64_t max_units = 999'999'999'999'999'999;

}  // namespace

std::strong_ordering money::operator<=>(const money& other) const {
  return in_nanos(*this) <=> in_nanos(other);
}

wide_integer in_nanos(const money& amount) {
  // 18 digits times 10^9 need more than 64 bits.
  wide_integer size = amount.units;
  for (int scale = amount.scale; scale < money::max_scale; ++scale) {
    size *= 10;
  }
  return size;
}

std::optional<money> parse_money(std::string_view text) {
  auto x = parse_decimal(text);
  if (!x) {
    return std::nullopt;
  }
  // "1e3" is 1000: exponents above zero become digits.
  for (; x->exponent > 0 && x->digits != 0; --x->exponent) {
    if (x->digits > static_cast<std::uint64_t>(max_units)) {
      return std::nullopt;
    }
    x->digits *= 10;
  }
  // Digits behind the point stay as they were written, zeroes too.
  const std::int32_t scale = x->exponent < 0 ? -x->exponent : 0;
  if (x->digits > static_cast<std::uint64_t>(max_units) || scale > money::max_scale) {
    return std::nullopt;
  }
  const auto units = static_cast<std::int64_t>(x->digits);
  return money{x->negative ? -units : units, static_cast<std::uint8_t>(scale)};
}

void append_text(std::string& out, const money& amount) {
  if (amount.units < 0) {
    out += '-';
  }
  std::string digits = std::to_string(amount.units < 0 ? -amount.units : amount.units);
  // A zero before the point: ".50" is no JSON.
  if (digits.size() <= amount.scale) {
    digits.insert(0, amount.scale + 1 - digits.size(), '0');
  }
  const std::size_t point = digits.size() - amount.scale;
  out.append(digits, 0, point);
  if (amount.scale != 0) {
    out += '.';
    out.append(digits, point);
  }
}

std::string to_string(const money& amount) {
  std::string out;
  append_text(out, amount);
  return out;
}

}  // namespace lithair::models
