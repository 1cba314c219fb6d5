#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/encoding/text_search.hpp"
#include "models/value/value.hpp"

namespace lithair::models {

/// How a filter compares a field with its values. `models/query/read_filter.hpp` says how the query
/// of a list spells them.
enum class comparison_word : std::uint8_t {
  equal,      ///< equal to the value; of a list, one element is
  not_equal,  ///< also true of an absent field
  less,       ///< by the order of `compare`, as are the next three
  at_most,
  greater,
  at_least,
  contains,  ///< text within text, ignoring case by `fold_case`
  any_of,    ///< equal to one of the values
  absent,    ///< the field has no value; an empty list is one
  present,   ///< it has one
};

/// One condition on one field, as a query or a projection has it. `models/state/filter_match.hpp`
/// tells whether an item passes.
struct filter {
  std::size_t position = 0;  ///< of the field in its collection
  comparison_word how = comparison_word::equal;
  /// One, what is compared with. Of any_of any number, rising by `compare`, each once; an absent
  /// one, which comes first, passes absent fields. Of contains, absent and present none.
  std::vector<value> values;
  std::shared_ptr<const text_search> search;  ///< of contains
};

/// Whether it looks through all of a value instead of comparing it once. Judged after the others.
inline bool is_long(const filter& condition, value_type type) {
  return condition.how == comparison_word::contains || type == value_type::list;
}

}  // namespace lithair::models
