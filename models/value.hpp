#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "models/money.hpp"
#include "models/timestamp.hpp"
#include "models/uuid.hpp"

namespace lithair::models {

/// What a field can hold. The names in model files are those of `name_of`.
enum class value_type : std::uint8_t {
  boolean = 1,
  integer = 2,
  number = 3,  ///< a finite double
  string = 4,  ///< valid UTF-8, NUL included
  uuid = 5,
  money = 6,
  timestamp = 7,
  enumeration = 8,  ///< one of the declared names
};

std::string_view name_of(value_type type);

/// The value of one field; `std::monostate` means absent. Strings and enum names share a type.
using value =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, uuid, money, timestamp>;

inline bool absent(const value& x) {
  return x.index() == 0;
}

/// The order of two present values of one field: false before true, numbers by size, text by code
/// point.
std::weak_ordering compare(const value& x, const value& y);

/// Same value and same representation: 0.1 and 0.10 differ here, though they compare equal.
bool identical(const value& x, const value& y);

}  // namespace lithair::models
