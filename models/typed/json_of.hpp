#pragma once

#include <concepts>
#include <ranges>
#include <string>
#include <string_view>

#include "models/typed/typed.hpp"

namespace lithair {

namespace detail {

template <class T>
concept text_like = std::convertible_to<const T&, std::string_view>;
/// Pairs of a name and a value.
template <class T>
concept object_like = std::ranges::range<const T> && requires(const T& x) {
  requires text_like<decltype(std::ranges::begin(x)->first)>;
  std::ranges::begin(x)->second;
};

template <class T>
concept item_like = requires {
  model<T>::declaration;
};

template <class T>
void append_json_of(std::string& out, const T& x);

template <class T>
void append_item_json(std::string& out, const T& x) {
  char before = '{';
  models::for_each_field<T>([&](std::string_view name, auto member) {
    out += before;
    before = ',';
    models::append_json_key(out, name);
    append_json_of(out, x.*member);
  });
  out += '}';
}

template <class T>
void append_json_of(std::string& out, const T& x) {
  if constexpr (text_like<T>) {
    models::append_json_string(out, std::string_view(x));
  } else if constexpr (models::unwrap_optional<T>::optional) {
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
    out += std::to_string(x);
  } else {
    models::append_json(out, models::to_value(x));
  }
}

}  // namespace detail

/// The JSON of what fields may be (numbers, text, enums, uuid, money, timestamp), of structs that
/// declare a model with all their fields, of ranges of it, and of maps from text to it.
template <class T>
std::string json_of(const T& x) {
  std::string out;
  detail::append_json_of(out, x);
  return out;
}

}  // namespace lithair
