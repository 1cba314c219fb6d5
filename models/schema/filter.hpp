#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/value/value.hpp"

namespace lithair::models {

/// How a filter compares a field with its values.
enum class comparison_word : std::uint8_t {
  equal,
  not_equal,  ///< also true of an absent field
  less,
  at_most,
  greater,
  at_least,
  contains,  ///< text within text, ASCII letters of either case alike
  any_of,
};

struct filter {
  std::size_t position = 0;  ///< of the field in its collection
  comparison_word how = comparison_word::equal;
  std::vector<value> values;  ///< one, or for any_of at least one
};

}  // namespace lithair::models
