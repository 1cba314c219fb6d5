#include "models/state/filter_match.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

/// ASCII only: what letters of other scripts are alike depends on a locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

bool holds(const field& f, const filter& condition, std::string_view stored) {
  using enum comparison_word;
  const auto same = [&](const value& v) { return compare_stored(f, stored, v) == 0; };
  // There is always one; any_of looks at all.
  const value& v = condition.values.front();
  switch (condition.how) {
    case equal:
      return same(v);
    case not_equal:
      return !same(v);
    case less:
      return compare_stored(f, stored, v) < 0;
    case at_most:
      return compare_stored(f, stored, v) <= 0;
    case greater:
      return compare_stored(f, stored, v) > 0;
    case at_least:
      return compare_stored(f, stored, v) >= 0;
    case contains:
      return models::contains(msgpack::reader(stored).read_string(), std::get<std::string>(v));
    case any_of:
      return std::ranges::any_of(condition.values, same);
  }
  return false;
}

/// A list field is asked for an element.
bool list_holds(const field& f, const filter& condition, std::string_view stored) {
  msgpack::reader in(stored);
  for (std::size_t left = in.read_array(); left > 0; --left) {
    const auto element = in.read_any();
    const auto same = [&](const value& v) { return compare_stored(*f.element, element, v) == 0; };
    if (std::ranges::any_of(condition.values, same)) {
      return condition.how != comparison_word::not_equal;
    }
  }
  // No element was equal.
  return condition.how == comparison_word::not_equal;
}

bool matches(const collection& c, const filter& condition, const stored_fields& fields) {
  const field& f = c.fields[condition.position];
  if (f.type == value_type::list) {
    const auto* list = find(fields, f.id);
    return list != nullptr ? list_holds(f, condition, list->bytes)
                           : condition.how == comparison_word::not_equal;
  }
  if (const auto* stored = find(fields, f.id)) {
    return holds(f, condition, stored->bytes);
  }
  if (absent(f.default_value)) {
    return condition.how == comparison_word::not_equal;
  }
  // A field that was declared after the item was written reads as its default.
  std::string stored;
  write_value(stored, f.default_value);
  return holds(f, condition, stored);
}

}  // namespace

bool matches(const collection& c, const std::vector<filter>& filters, const stored_fields& fields) {
  return std::ranges::all_of(filters, [&](const filter& each) { return matches(c, each, fields); });
}

}  // namespace lithair::models
