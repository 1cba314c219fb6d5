#include "models/encoding/json_text.hpp"

#include <cstdint>

#include "models/encoding/byte_words.hpp"

namespace lithair::models {

namespace {

constexpr bool needs_escape(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

/// From there on, as far as words go in which nothing needs it.
std::size_t skip_plain_words(std::string_view text, std::size_t at) {
  for (; text.size() - at >= word_size; at += word_size) {
    const auto word = load_word(text, at);
    if (has_less(word, 0x20) || has_byte(word, '"') || has_byte(word, '\\')) break;
  }
  return at;
}

/// The short forms where JSON has one, as most writers do.
void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  out += '\\';
  if (const auto at = plain.find(c); at != std::string_view::npos) {
    out += letters[at];
    return;
  }
  const auto code = static_cast<std::uint8_t>(c);
  out += "u00";
  out += hex[code >> 4];
  out += hex[code & 15];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  // Runs without anything to escape are appended at once.
  for (std::size_t i = skip_plain_words(text, 0); i < text.size();
       i = skip_plain_words(text, i + 1)) {
    if (needs_escape(text[i])) {
      out.append(text, begin, i - begin);
      append_escaped(out, text[i]);
      begin = i + 1;
    }
  }
  out.append(text, begin, text.size() - begin);
  out += '"';
}

void append_json_key(std::string& out, std::string_view name) {
  append_json_string(out, name);
  out += ':';
}

}  // namespace lithair::models
