#pragma once

#include <concepts>
#include <ranges>
#include <string>
#include <string_view>

#include "models/typed/typed.hpp"

namespace lithair {

namespace detail {

/// Becomes a JSON string.
template <class T>
concept text_like = std::convertible_to<const T&, std::string_view>;
/// Pairs of a name and a value. Becomes a JSON object whose members come in the order of the range:
/// a map's are sorted by name, a vector of pairs keeps its own.
template <class T>
concept object_like = std::ranges::range<const T> && requires(const T& x) {
  requires text_like<decltype(std::ranges::begin(x)->first)>;
  std::ranges::begin(x)->second;
};

/// A struct that declares a model.
template <class T>
concept item_like = requires {
  model<T>::declaration;
};

/// Declared before use, since elements and members may be of any of these kinds again.
template <class T>
void append_json_of(std::string& out, const T& x);

/// The declared fields of a struct by their names and in their order. Hidden fields are there too:
/// who calls decides what to show.
template <class T>
void append_item_json(std::string& out, const T& x) {
  char before = '{';
  models::for_each_field<T>([&](std::string_view name, auto member) {
    // The brace or the comma that belongs before the next member; see below for empty ranges.
    out += before;
    before = ',';
    models::append_json_key(out, name);
    append_json_of(out, x.*member);
  });
  out += '}';
}

/// Appends the JSON of a value. The order of the cases counts: text is a range too, and a map is
/// one of pairs.
template <class T>
void append_json_of(std::string& out, const T& x) {
  if constexpr (text_like<T>) {
    models::append_json_string(out, std::string_view(x));
  } else if constexpr (models::unwrap_optional<T>::optional) {
    // Also of a field that a stored item would leave out: the shape is the same for each item.
    x ? append_json_of(out, *x) : static_cast<void>(out += "null");
  } else if constexpr (item_like<T>) {
    append_item_json(out, x);
  } else if constexpr (object_like<T>) {
    char before = '{';
    for (const auto& [key, each] : x) {
      out += before;
      before = ',';
      models::append_json_key(out, key);
      append_json_of(out, each);
    }
    // Nothing was written before: no member opened the object.
    out += before == '{' ? "{}" : "}";
  } else if constexpr (std::ranges::range<const T>) {
    char before = '[';
    for (const auto& each : x) {
      out += before;
      before = ',';
      append_json_of(out, each);
    }
    out += before == '[' ? "[]" : "]";
  } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    // Any width, unlike fields, which have 64 bits: counters of user code are of all kinds.
    out += std::to_string(x);
  } else {
    models::append_json(out, models::to_value(x));
  }
}

}  // namespace detail

/// The JSON of what fields may be (numbers, text, enums, uuid, money, timestamp), of structs that
/// declare a model with all their fields, of ranges of it, and of maps from text to it:
///
///     json_of(std::vector{1, 2})                        [1,2]
///     json_of(std::map<std::string, bool>{{"a", true}})  {"a":true}
///     json_of(std::optional<int>())                     null
///     json_of(an_order)                                 {"id":"0190...","total":"12.50",...}
///
/// For `to_json` of projections and routes in C++. Strings must be UTF-8 and numbers finite. Any
/// other type does not compile. Pure: may be called from any thread.
template <class T>
std::string json_of(const T& x) {
  std::string out;
  detail::append_json_of(out, x);
  return out;
}

}  // namespace lithair
