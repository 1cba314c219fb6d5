#include "models/encoding/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include "models/encoding/byte_words.hpp"

namespace lithair::models {

namespace {

constexpr bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; }

/// What no UTF-8 can say.
constexpr char32_t not_a_character = 0x110000;

/// What the first byte of a sequence announces: how many continuation bytes, and the range of the
/// first of them, which is where overlong forms, surrogates and too large code points show (RFC
/// 3629 §4).
struct sequence {
  std::size_t rest = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
};

constexpr bool announce(std::uint8_t first, sequence& out) {
  // c0 and c1 begin overlong forms only, f5 and more lie above U+10FFFF.
  if (first >= 0xc2 && first <= 0xdf) {
    out = {1, 0x80, 0xbf};
  } else if (first >= 0xe0 && first <= 0xef) {
    out = {2, static_cast<std::uint8_t>(first == 0xe0 ? 0xa0 : 0x80),
           static_cast<std::uint8_t>(first == 0xed ? 0x9f : 0xbf)};
  } else if (first >= 0xf0 && first <= 0xf4) {
    out = {3, static_cast<std::uint8_t>(first == 0xf0 ? 0x90 : 0x80),
           static_cast<std::uint8_t>(first == 0xf4 ? 0x8f : 0xbf)};
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= word_size && is_ascii(load_word(text, at))) {
      at += word_size;
      continue;
    }
    const auto first = static_cast<std::uint8_t>(text[at]);
    if (first < 0x80) {
      ++at;
      continue;
    }
    sequence follows;
    // The sequence must be whole.
    if (!announce(first, follows) || text.size() - at <= follows.rest) {
      return false;
    }
    const auto second = static_cast<std::uint8_t>(text[at + 1]);
    if (second < follows.low || second > follows.high ||
        !std::ranges::all_of(text.substr(at + 1, follows.rest), is_continuation)) {
      return false;
    }
    at += follows.rest + 1;
  }
  return true;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<std::uint8_t>(text[at++]);
  if (first < 0x80) {
    return first;
  }
  sequence follows;
  if (!announce(first, follows) || text.size() - at < follows.rest) {
    return not_a_character + first;
  }
  // The head's bits are those behind its leading ones and the zero that ends them.
  char32_t made = first & (0x3fu >> follows.rest);
  for (const char c : text.substr(at, follows.rest)) {
    if (!is_continuation(c)) {
      return not_a_character + first;
    }
    made = (made << 6) | (static_cast<std::uint8_t>(c) & 0x3fu);
  }
  at += follows.rest;
  return made;
}

char first_byte_of(char32_t c) {
  return static_cast<char>(c < 0x80      ? c
                           : c < 0x800   ? 0xc0 | (c >> 6)
                           : c < 0x10000 ? 0xe0 | (c >> 12)
                                         : 0xf0 | (c >> 18));
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 64;
  const bool whole = text.size() <= longest;
  std::size_t end = whole ? text.size() : longest;
  // Back to where a character begins: none is cut in two.
  while (end < text.size() && end > 0 && is_continuation(text[end])) {
    --end;
  }
  const auto part = text.substr(0, end);
  return (is_utf8(part) ? std::string(part) : std::string("?")) + (whole ? "" : "...");
}

}  // namespace lithair::models
