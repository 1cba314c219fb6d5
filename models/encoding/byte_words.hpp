#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// Eight bytes of a text at once, for loops that look at each of them. Pure.
namespace lithair::models {

inline constexpr std::size_t word_size = sizeof(std::uint64_t);

/// Eight times that byte.
constexpr std::uint64_t repeated(char byte) {
  return 0x0101010101010101u * static_cast<std::uint8_t>(byte);
}

/// The bytes from there on; there must be as many. In which order they are in it depends on the
/// machine.
inline std::uint64_t load_word(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, word_size);
  return word;
}

constexpr bool is_ascii(std::uint64_t word) { return (word & repeated('\x80')) == 0; }

/// Whether any byte is less than that one, which is at most 0x80. Never false where one is; true,
/// too, of some words where none is but a larger one stands beside a smaller one.
constexpr bool has_less(std::uint64_t word, char byte) {
  return ((word - repeated(byte)) & ~word & repeated('\x80')) != 0;
}

/// Whether any byte is that one, which is ASCII.
constexpr bool has_byte(std::uint64_t word, char byte) {
  return has_less(word ^ repeated(byte), 1);
}

}  // namespace lithair::models
