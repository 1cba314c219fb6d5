#include "models/state/key_text.hpp"

#include "models/schema/text_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// RFC 3986 §2.3.
constexpr bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string key_text(const collection& c, std::string_view key) {
  return to_text(from_key(c.key(), key).value_or(value{}));
}

std::string key_in_path(const collection& c, std::string_view key) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  // All else is encoded, also what a path would allow: one key, one spelling.
  for (const char x : key_text(c, key)) {
    if (is_unreserved(x)) {
      out += x;
    } else {
      out += '%';
      out += hex[static_cast<std::uint8_t>(x) >> 4];
      out += hex[static_cast<std::uint8_t>(x) & 15];
    }
  }
  return out;
}

}  // namespace lithair::models
