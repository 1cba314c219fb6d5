#include "models/rules.hpp"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "models/text_codec.hpp"
#include "models/utf8.hpp"

namespace lithair::models {

namespace {

void check_bounds(const field& x, const value& v, std::vector<field_error>& errors) {
  if (!absent(x.rules.min) && compare(v, x.rules.min) < 0) {
    errors.push_back({x.name, "min", "Must be at least " + to_text(x.rules.min) + "."});
  }
  if (!absent(x.rules.max) && compare(v, x.rules.max) > 0) {
    errors.push_back({x.name, "max", "Must be at most " + to_text(x.rules.max) + "."});
  }
}

std::string characters(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " character." : " characters.");
}

void check_length(const field& x, const std::string& text, std::vector<field_error>& errors) {
  if (!x.rules.min_length && !x.rules.max_length) {
    return;
  }
  const std::size_t length = count_characters(text);
  if (x.rules.min_length && length < *x.rules.min_length) {
    errors.push_back(
        {x.name, "min_length", "Must have at least " + characters(*x.rules.min_length)});
  }
  if (x.rules.max_length && length > *x.rules.max_length) {
    errors.push_back(
        {x.name, "max_length", "Must have at most " + characters(*x.rules.max_length)});
  }
}

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

void check_text(const field& x, const std::string& text, std::vector<field_error>& errors) {
  check_length(x, text, errors);
  if (x.rules.matcher && !re2::RE2::PartialMatch(text, *x.rules.matcher)) {
    errors.push_back({x.name, "pattern", "Must match the pattern " + x.rules.pattern + "."});
  }
  if (!has_format(x.rules.format, text)) {
    errors.push_back(
        {x.name, "format", "Must have the form of " + std::string(name_of(x.rules.format)) + "."});
  }
}

void check_choice(const field& x, const value& v, std::vector<field_error>& errors) {
  const auto& choices = x.rules.one_of;
  const auto same = [&v](const value& choice) { return compare(choice, v) == 0; };
  if (choices.empty() || std::ranges::any_of(choices, same)) {
    return;
  }
  std::string message = "Must be one of ";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    message += (i == 0 ? "" : ", ") + to_text(choices[i]);
  }
  errors.push_back({x.name, "one_of", message + "."});
}

}  // namespace

void check_rules(const field& x, const value& v, std::vector<field_error>& errors) {
  check_bounds(x, v, errors);
  if (x.type == value_type::string) {
    check_text(x, std::get<std::string>(v), errors);
  }
  check_choice(x, v, errors);
}

void check_key(const field& x, const value& v, std::vector<field_error>& errors) {
  constexpr std::array<std::string_view, 6> reserved{"count", "random-id", "stream",
                                                     "_bulk", ".",         ".."};
  const auto* text = std::get_if<std::string>(&v);
  if (text == nullptr) {
    return;
  }
  const auto nul_bytes = static_cast<std::size_t>(std::ranges::count(*text, '\0'));
  if (text->empty()) {
    errors.push_back({x.name, "min_length", "A key is not empty."});
  } else if (text->size() + nul_bytes > max_key_bytes) {
    errors.push_back(
        {x.name, "max_length", "A key has at most " + std::to_string(max_key_bytes) + " bytes."});
  } else if (std::ranges::find(reserved, *text) != reserved.end()) {
    errors.push_back({x.name, "reserved", "This word stands for something else in paths."});
  }
}

}  // namespace lithair::models
