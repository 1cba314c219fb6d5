#include "http/hex.hpp"

#include <charconv>

namespace lithair::http {

namespace {

constexpr std::size_t width = 16;

}  // namespace

std::string hex_text(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result(width, '0');
  for (std::size_t i = width; i-- > 0; number >>= 4) result[i] = digits[number & 15];
  return result;
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t result = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, result, 16);
  // All 16: a shorter text is a number that was cut.
  if (text.size() != width || error != std::errc{} || at != end) return std::nullopt;
  return result;
}

}  // namespace lithair::http
