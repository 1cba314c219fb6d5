#pragma once

#include <memory>

#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// One page of a list. Memory is bounded: a list that has to be sorted keeps only what stands
/// before the end of its page, and is refused (400) where even that is too much.
std::unique_ptr<query_cursor> begin_list(const query& q);

/// How many items pass the filters.
std::unique_ptr<query_cursor> begin_count(const query& q);

}  // namespace lithair::models
