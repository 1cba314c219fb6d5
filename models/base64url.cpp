#include "models/base64url.hpp"

#include <cstdint>

namespace lithair::models {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(c);
    for (held += 8; held >= 6; held -= 6) {
      out += alphabet[(bits >> (held - 6)) & 63];
    }
  }
  if (held > 0) {
    out += alphabet[(bits << (6 - held)) & 63];
  }
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto at = alphabet.find(c);
    if (at == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6) | static_cast<std::uint32_t>(at);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held);
    }
  }
  const bool padded_with_zeroes = (bits & ((1u << held) - 1)) == 0;
  return held < 6 && padded_with_zeroes ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace lithair::models
