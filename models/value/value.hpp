#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "models/value/money.hpp"
#include "models/value/timestamp.hpp"
#include "models/value/uuid.hpp"

namespace lithair::models {

/// What a field can hold. The names in model files are those of `name_of`; a list's is "list<...>".
/// The numbers are this file's own: stored values tell their kind by msgpack, and schemas by name.
enum class value_type : std::uint8_t {
  boolean = 1,
  integer = 2,
  number = 3,  ///< a finite double
  string = 4,  ///< valid UTF-8, NUL included
  uuid = 5,
  money = 6,
  timestamp = 7,
  enumeration = 8,  ///< one of the declared names
  bytes = 9,        ///< anything; base64 in JSON
  json = 10,        ///< any JSON but null
  list = 11,        ///< elements of one of the types from boolean to enumeration
};

/// Empty for the value 0, which no field has.
std::string_view name_of(value_type type);

/// Any bytes.
struct blob {
  std::string data;  ///< base64 in JSON

  auto operator<=>(const blob&) const = default;
};

/// A JSON value as compact text, numbers and the order of members as they were written.
struct json_text {
  std::string text;  ///< valid, and never null

  auto operator<=>(const json_text&) const = default;
};

/// A list as the msgpack array of its elements, each as `write_value` writes it.
struct packed_list {
  std::string array;  ///< head and elements

  auto operator<=>(const packed_list&) const = default;
};

/// The value of one field; `std::monostate` means absent. Strings and enum names share a type.
using value = std::variant<std::monostate, bool, std::int64_t, double, std::string, uuid, money,
                           timestamp, blob, json_text, packed_list>;

inline bool absent(const value& v) { return v.index() == 0; }  ///< whether the field has no value

/// The order of two present values of one field: false before true, numbers by size, text by code
/// point. Of json and lists only "equivalent" has a meaning. Two of different types are ordered by
/// type; an absent one comes first.
std::weak_ordering compare(const value& a, const value& b);

/// Same value and same representation: 0.1 and 0.10 differ here, though they compare equal. For
/// fingerprints and comparing defaults, where money's digits count.
bool identical(const value& a, const value& b);

}  // namespace lithair::models
