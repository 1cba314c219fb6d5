#pragma once

#include <memory>

#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// Some rows of a projection, in order of their groups.
///
///     {"data": [{GROUP FIELD: VALUE, …, MEASURE: VALUE, …}, …], "total"?: N,
///      "skip": N, "take": N, "has_more": BOOL, "next": TOKEN or null}
///
/// The order is that of the groups' sortable bytes, absent values first. Money is a string, as
/// everywhere; integer sums are exact numbers that may have more than 64 bits.
std::unique_ptr<query_cursor> begin_projection_page(const query& q);

}  // namespace lithair::models
