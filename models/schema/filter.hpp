#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/encoding/text_search.hpp"
#include "models/value/value.hpp"

namespace lithair::models {

/// How a filter compares a field with its values. `models/query/read_filter.hpp` says how the query
/// of a list spells them. The numbers stand in commands.
enum class comparison_word : std::uint8_t {
  equal,      ///< equal to the value; of a list, one element is
  not_equal,  ///< also true of an absent field
  less,       ///< by the order of `compare`, as are the next three
  at_most,
  greater,
  at_least,
  contains,       ///< text within text, ignoring case by `fold_case`
  any_of,         ///< equal to one of the values
  absent,         ///< the field has no value; an empty list is one
  present,        ///< it has one
  any_condition,  ///< one of several conditions holds; no field is compared
  related,        ///< another item is there that passes
};

struct filter;
/// All of these filters have to hold; none: everything passes.
using filter_list = std::vector<filter>;

/// A field of an item, or of what a write makes of it.
struct field_side {
  std::size_t position = 0;  ///< of the field in its collection
  bool of_new = false;       ///< as the write leaves it; else as it is
};

struct collection;
struct related_items;

/// One condition on one field, as a query or a projection has it, or an access rule comes to.
/// `models/state/filter_match.hpp` tells whether an item passes.
struct filter {
  std::size_t position = 0;  ///< of the field in its collection
  comparison_word how = comparison_word::equal;
  /// One, what is compared with. Of any_of any number, rising by `compare`, each once; an absent
  /// one, which comes first, passes absent fields. Of contains, absent and present none.
  std::vector<value> values;
  std::shared_ptr<const text_search> search;  ///< of contains

  // What only access rules have; see models/schema/access.hpp.

  bool negated = false;             ///< what would not pass does
  bool of_new = false;              ///< the field is that of the item as a write leaves it
  std::optional<field_side> other;  ///< what it is compared with, in the place of values
  std::shared_ptr<const std::vector<filter_list>> any;  ///< of any_condition
  std::shared_ptr<const related_items> others;          ///< of related

  /// Whether it compares a field with values, and nothing else.
  bool is_plain() const { return !negated && !of_new && !other && !any && !others; }
};

/// Items that an access rule asks for besides the one that it is about: what one of its fields
/// refers to, or any of a collection, one of whose fields is looked up.
struct related_items {
  /// A field of theirs that is equal to one of the item.
  struct tie {
    std::size_t position = 0;  ///< in their collection
    field_side with;           ///< in the item's
  };
  const collection* target = nullptr;   ///< of the schema, which lives as long
  std::optional<field_side> reference;  ///< what refers to it; none: it is found by `looked_up`
  std::vector<tie> ties;
  filter_list conditions;     ///< all hold of it
  std::size_t looked_up = 0;  ///< a field of theirs with a tie, or a plain filter by values
};

/// Whether it asks for other items, somewhere.
bool asks_for_others(const filter_list& what);

/// Nothing passes.
filter_list never();
/// Whether it is said that nothing passes.
bool is_never(const filter_list& what);

/// Whether it looks through all of a value instead of comparing it once. Judged after the others.
inline bool is_long(const filter& condition, value_type type) {
  return condition.how == comparison_word::contains || type == value_type::list;
}

}  // namespace lithair::models
