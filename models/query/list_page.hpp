#pragma once

#include <memory>

#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// One page of a list. Memory is bounded: a page ends early behind `max_page_bytes`, and a list
/// that has to be sorted keeps only what stands before the end of its page, and is refused (400)
/// where even that is too much.
///
///     {"data": [ITEM, …], "total"?: N, "skip": N, "take": N, "has_more": BOOL,
///      "next": TOKEN or null, "explain"?: {"access", "field"?, "examined", "sorted"}}
///
/// The cursor copies `q`; the collection that it points to must live as long.
std::unique_ptr<query_cursor> begin_list(const query& q);

/// How many items pass the filters: `{"count": N}`. Without filters it is one counter.
std::unique_ptr<query_cursor> begin_count(const query& q);

}  // namespace lithair::models
