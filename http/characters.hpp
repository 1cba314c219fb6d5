#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lithair::http {

namespace detail {

/// Made while compiling: these checks run on every byte of every head.
constexpr std::array<bool, 256> token_table() {
  std::array<bool, 256> result{};
  for (char c = '0'; c <= '9'; ++c) result[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) result[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) result[static_cast<std::uint8_t>(c)] = true;
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"})
    result[static_cast<std::uint8_t>(c)] = true;
  return result;
}

inline constexpr auto token_characters = token_table();

}  // namespace detail

/// tchar of RFC 9110 §5.6.2: what methods and field names are made of.
constexpr bool is_token(char c) { return detail::token_characters[static_cast<std::uint8_t>(c)]; }
/// DIGIT of RFC 5234, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// What a field value may hold besides a tab: no control characters (RFC 9110 §5.5).
constexpr bool is_text(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte != 0x7f;
}
/// SP or HTAB, of which white space within a line is made (RFC 9110 §5.6.3).
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// Of ASCII letters only, whatever the locale.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// The value of a hexadecimal digit, or -1. Either case.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Without the spaces and tabs at both ends. OWS of RFC 9110 §5.6.3. The view lies in `text`.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace lithair::http
