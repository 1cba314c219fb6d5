#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/value/value.hpp"

namespace lithair::models {

/// How a filter compares a field with its values. The query of a list spells them `x`, `!x`, `<x`,
/// `<=x`, `>x`, `>=x`, `~x` and `in(x,y)`.
enum class comparison_word : std::uint8_t {
  equal,      ///< equal to the value; of a list, one element is
  not_equal,  ///< also true of an absent field
  less,       ///< by the order of `compare`, as are the next three
  at_most,
  greater,
  at_least,
  contains,  ///< text within text, ASCII letters of either case alike
  any_of,    ///< equal to one of the values
};

/// One condition on one field, as a query or a projection has it. `models/state/filter_match.hpp`
/// tells whether an item passes.
struct filter {
  std::size_t position = 0;  ///< of the field in its collection
  /// The first value is what is compared with, but for any_of.
  comparison_word how = comparison_word::equal;
  std::vector<value> values;  ///< one, or for any_of at least one
};

}  // namespace lithair::models
