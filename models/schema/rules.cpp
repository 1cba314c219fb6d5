#include "models/schema/rules.hpp"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "models/encoding/msgpack.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

/// `compare`, so that money counts by amount and not by digits.
void check_bounds(const field& f, const value& v, std::vector<field_error>& errors) {
  if (!absent(f.rules.min) && compare(v, f.rules.min) < 0) {
    errors.push_back({f.name, "min", "Must be at least " + to_text(f.rules.min) + "."});
  }
  if (!absent(f.rules.max) && compare(v, f.rules.max) > 0) {
    errors.push_back({f.name, "max", "Must be at most " + to_text(f.rules.max) + "."});
  }
}

std::string in_words(const field& f, std::uint64_t n) {
  const auto* unit = f.type == value_type::string  ? " character"
                     : f.type == value_type::bytes ? " byte"
                                                   : " element";
  return std::to_string(n) + unit + (n == 1 ? "." : "s.");
}

/// What lengths count: characters of text, bytes, elements of a list.
std::uint64_t length_of(const value& v) {
  if (const auto* text = std::get_if<std::string>(&v)) {
    return count_characters(*text);
  }
  if (const auto* data = std::get_if<blob>(&v)) {
    return data->data.size();
  }
  const auto* list = std::get_if<packed_list>(&v);
  return list != nullptr ? msgpack::reader(list->array).read_array() : 0;
}

/// Counting characters walks the text: not done where nobody asks.
void check_length(const field& f, const value& v, std::vector<field_error>& errors) {
  if (!f.rules.min_length && !f.rules.max_length) {
    return;
  }
  const std::uint64_t length = length_of(v);
  if (f.rules.min_length && length < *f.rules.min_length) {
    errors.push_back(
        {f.name, "min_length", "Must have at least " + in_words(f, *f.rules.min_length)});
  }
  if (f.rules.max_length && length > *f.rules.max_length) {
    errors.push_back(
        {f.name, "max_length", "Must have at most " + in_words(f, *f.rules.max_length)});
  }
}

/// Bytes above ASCII pass: internationalised names are not judged here.
bool is_token(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [also](char c) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       static_cast<signed char>(c) < 0;
    return plain || also.find(c) != std::string_view::npos;
  });
}

/// Labels of at most 63 bytes with dots between them; no label begins or ends with a dash.
bool is_domain(std::string_view text) {
  while (true) {
    // Labels in front of the next dot; the last one has none behind it.
    const auto label = text.substr(0, text.find('.'));
    if (label.size() > 63 || !is_token(label, "-") || label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (label.size() == text.size()) {
      return true;
    }
    text.remove_prefix(label.size() + 1);
  }
}

/// The dot-atom form of RFC 5321 §4.1.2 with a domain name; nothing that only mail history knows.
bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  // 64 bytes before the @ and 254 in all: RFC 5321 §4.5.3.1, less the angle brackets.
  if (at == std::string_view::npos || at > 64 || text.size() > 254) {
    return false;
  }
  const auto local = text.substr(0, at);
  return is_token(local, "!#$%&'*+-/=?^_`{|}~.") && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos && is_domain(text.substr(at + 1));
}

/// A scheme, "://", and something without blanks or controls behind it (RFC 3986 §3).
bool is_url(std::string_view text) {
  const auto end = text.find("://");
  // A scheme begins with a letter (RFC 3986 §3.1); "file:///x" has no authority and is none.
  if (end == std::string_view::npos || !is_token(text.substr(0, end), "+-.") ||
      (text.front() | 0x20) < 'a' || (text.front() | 0x20) > 'z') {
    return false;
  }
  const auto rest = text.substr(end + 3);
  return !rest.empty() && rest.front() != '/' && rest.front() != '?' &&
         std::ranges::none_of(rest, [](char c) {
           return (c >= 0 && c <= ' ') || c == 0x7f || c == '"' || c == '<' || c == '>' ||
                  c == '\\';
         });
}

bool has_format(text_format format, std::string_view text) {
  switch (format) {
    case text_format::email:
      return is_email(text);
    case text_format::url:
      return is_url(text);
    case text_format::uuid:
      return parse_uuid(text).has_value();
    case text_format::none:
      break;
  }
  return true;
}

void check_text(const field& f, const std::string& text, std::vector<field_error>& errors) {
  // Unanchored, as "pattern" of JSON Schema. Linear in the text: no client can stall apply.
  if (f.rules.matcher && !re2::RE2::PartialMatch(text, *f.rules.matcher)) {
    errors.push_back({f.name, "pattern", "Must match the pattern " + f.rules.pattern + "."});
  }
  if (!has_format(f.rules.format, text)) {
    errors.push_back(
        {f.name, "format", "Must have the form of " + std::string(name_of(f.rules.format)) + "."});
  }
}

void check_choice(const field& f, const value& v, std::vector<field_error>& errors) {
  const auto& choices = f.rules.one_of;
  // 0.1 is one of 0.10.
  const auto same = [&v](const value& choice) { return compare(choice, v) == 0; };
  if (choices.empty() || std::ranges::any_of(choices, same)) {
    return;
  }
  std::string message = "Must be one of ";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    message += (i == 0 ? "" : ", ") + to_text(choices[i]);
  }
  errors.push_back({f.name, "one_of", message + "."});
}

}  // namespace

void check_rules(const field& f, const value& v, std::vector<field_error>& errors) {
  check_bounds(f, v, errors);
  check_length(f, v, errors);
  if (f.type == value_type::string) {
    check_text(f, std::get<std::string>(v), errors);
  }
  check_choice(f, v, errors);
}

void check_key(const field& f, const value& v, std::vector<field_error>& errors) {
  constexpr std::array<std::string_view, 6> reserved{"count", "random-id", "stream",
                                                     "_bulk", ".",         ".."};
  const auto* text = std::get_if<std::string>(&v);
  if (text == nullptr) {
    return;
  }
  // NUL takes two bytes in keys that go on behind it.
  const auto nul_bytes = static_cast<std::size_t>(std::ranges::count(*text, '\0'));
  if (text->empty()) {
    errors.push_back({f.name, "min_length", "A key is not empty."});
  } else if (text->size() + nul_bytes > max_key_bytes) {
    errors.push_back(
        {f.name, "max_length", "A key has at most " + std::to_string(max_key_bytes) + " bytes."});
  } else if (std::ranges::find(reserved, *text) != reserved.end()) {
    errors.push_back({f.name, "reserved", "This word stands for something else in paths."});
  }
}

}  // namespace lithair::models
