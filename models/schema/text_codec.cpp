#include "models/schema/text_codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "models/encoding/base64.hpp"
#include "models/encoding/decimal.hpp"
#include "models/encoding/json_merge.hpp"
#include "models/encoding/utf8.hpp"

namespace lithair::models {

namespace {

template <class T>
std::optional<value> as_value(std::optional<T> made) {
  return made ? std::optional<value>(std::in_place, *std::move(made)) : std::nullopt;
}

std::optional<value> parse_boolean(std::string_view text) {
  if (text == "true" || text == "false") {
    return value{text == "true"};
  }
  return std::nullopt;
}

/// Exact: "1e2" and "100.0" are 100, "0.5" is none. No double comes in between.
std::optional<value> parse_integer(std::string_view text) {
  const auto number = parse_decimal(text);
  return number ? as_value(exact_integer(*number)) : std::nullopt;
}

std::optional<value> parse_bytes(std::string_view text) {
  auto data = from_base64(text);
  return data ? std::optional<value>(blob{std::move(*data)}) : std::nullopt;
}

std::optional<value> parse_json(std::string_view text) {
  const auto document = json_document::parse(text);
  // null means absent everywhere, so it is no value.
  if (!document || document->at(json_document::root).what == json_document::kind::null) {
    return std::nullopt;
  }
  json_text made;
  // One spelling, so that equal texts give equal bytes on all nodes.
  append_compact(made.text, *document, json_document::root);
  return value{std::move(made)};
}

std::optional<value> parse_name(const field& f, std::string_view text) {
  const bool known = std::ranges::find(f.names, text) != f.names.end();
  return known ? std::optional<value>(std::string(text)) : std::nullopt;
}

struct text_writer {
  std::string& out;

  void operator()(std::monostate) const {}
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(std::int64_t number) const { out += std::to_string(number); }
  void operator()(double number) const { append_number(out, number); }
  void operator()(const std::string& text) const { out += text; }
  void operator()(const blob& value) const { out += to_base64(value.data); }
  void operator()(const json_text& value) const { out += value.text; }
  void operator()(const packed_list& value) const { out += to_base64(value.array); }
  template <class T>
  void operator()(const T& value) const {
    append_text(out, value);
  }
};

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  // The charconv grammar is wider than JSON's: it knows "inf", "1." and "01".
  if (!is_json_number(text)) {
    return std::nullopt;
  }
  double made = 0;
  // Not strtod: that goes by the locale.
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(made) ? std::optional(made) : std::nullopt;
}

void append_number(std::string& out, double number) {
  // The shortest text that gives the same double back; never more than 24 characters.
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

std::optional<value> parse_text(const field& f, std::string_view text) {
  switch (f.type) {
    case value_type::boolean:
      return parse_boolean(text);
    case value_type::integer:
      return parse_integer(text);
    case value_type::number:
      return as_value(parse_number(text));
    case value_type::string:
      return is_utf8(text) ? std::optional<value>(std::string(text)) : std::nullopt;
    case value_type::uuid:
      return as_value(parse_uuid(text));
    case value_type::money:
      return as_value(parse_money(text));
    case value_type::timestamp:
      return as_value(parse_timestamp(text));
    case value_type::enumeration:
      return parse_name(f, text);
    case value_type::bytes:
      return parse_bytes(text);
    case value_type::json:
      return parse_json(text);
    case value_type::list:
      break;
  }
  return std::nullopt;
}

void append_text(std::string& out, const value& v) { std::visit(text_writer{out}, v); }

std::string to_text(const value& v) {
  std::string out;
  append_text(out, v);
  return out;
}

std::string expected_form(const field& f) {
  switch (f.type) {
    case value_type::boolean:
      return "true or false";
    case value_type::integer:
      return "an integer of 64 bits";
    case value_type::number:
      return "a finite number";
    case value_type::string:
      return "text in UTF-8";
    case value_type::uuid:
      return "a UUID";
    case value_type::money:
      return "an exact amount such as \"12.50\" with at most 18 digits, 9 of them behind the point";
    case value_type::timestamp:
      return "an RFC 3339 time such as \"2030-01-31T12:00:00Z\", with at most nine digits behind "
             "the second and no leap second";
    case value_type::bytes:
      return "bytes in base64";
    case value_type::json:
      return "JSON, but not null";
    case value_type::list:
      return "a list; each element " + expected_form(*f.element);
    case value_type::enumeration:
      break;
  }
  std::string form = "one of ";
  for (std::size_t i = 0; i < f.names.size(); ++i) {
    form += (i == 0 ? "" : ", ") + f.names[i];
  }
  return form;
}

}  // namespace lithair::models
