#include "models/encoding/base64.hpp"

#include <array>
#include <cstdint>

namespace lithair::models {

namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(c);
    for (held += 8; held >= 6; held -= 6) {
      // Six bits at a time from the top; older bits run out of the 32.
      out += alphabet[(bits >> (held - 6)) & 63];
    }
  }
  // The rest is filled with zeroes (RFC 4648 §3.5).
  if (held > 0) {
    out += alphabet[(bits << (6 - held)) & 63];
  }
  return out;
}

/// What each byte stands for; 64: nothing.
using alphabet_values = std::array<std::uint8_t, 256>;

constexpr alphabet_values values_of(std::string_view alphabet) {
  alphabet_values made{};
  made.fill(64);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    made[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return made;
}

constexpr alphabet_values standard_values = values_of(standard_alphabet);
constexpr alphabet_values url_values = values_of(url_alphabet);

std::optional<std::string> decode(std::string_view text, const alphabet_values& values) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::uint32_t six = values[static_cast<std::uint8_t>(c)];
    if (six == 64) {
      return std::nullopt;
    }
    bits = (bits << 6) | six;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held);
    }
  }
  // Six bits or more are no byte's rest, and set bits would give two texts for the same bytes.
  const bool rest_is_zero = (bits & ((1u << held) - 1)) == 0;
  return held < 6 && rest_is_zero ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out = encode(bytes, standard_alphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  // Only where it fills the last four; `decode` refuses any other "=".
  if (text.size() % 4 == 0) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
      text.remove_suffix(1);
    }
  }
  return decode(text, standard_values);
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, url_alphabet); }

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, url_values);
}

}  // namespace lithair::models
