#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/schema/filter.hpp"

namespace lithair::models {

/// What is told of the items of a group. The order is that of the words count, sum, avg, min, max
/// in the builder.
enum class measure_kind : std::uint8_t {
  count,  ///< the items
  sum,    ///< of an integer or money field, exact
  avg,    ///< the same divided by the number of items that have the field
  min,    ///< of a field with an order
  max,    ///< likewise, the greatest
};

/// One member of each row.
struct measure {
  std::string name;  ///< the member's name in the rows; differs from the group's fields
  measure_kind kind = measure_kind::count;  ///< what is told
  std::size_t position = 0;                 ///< of the field; of no meaning for count
  std::string text;                         ///< as declared: "sum(price)"
};

/// A table that follows a collection: its items, filtered and grouped, a few numbers for each
/// group. Kept up to date with each change, so reading it costs nothing of the collection's size.
/// How it lies in the state is told in models/derived/projection_rows.hpp. Immutable, like the
/// schema that owns it.
struct projection {
  std::uint32_t id = 0;             ///< from everything it says, so that a changed one starts anew
  std::string name;                 ///< in paths: /api/projections/<name>
  std::uint32_t collection_id = 0;  ///< which collection it follows
  std::vector<std::size_t> group_by;  ///< at most two fields
  std::vector<filter> filters;        ///< only items that pass all of them count
  std::vector<std::pair<std::string, std::string>> filter_texts;  ///< as declared
  std::vector<measure> measures;  ///< 1 to 32, in the order in which rows show them
  std::string text;               ///< what the id is made from
};

}  // namespace lithair::models
