#pragma once

#include <memory>
#include <string_view>

#include "models/query/query.hpp"
#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// Begins a query that may take long: a list, a count, rows of a projection, a history, an item of
/// the past. None for all others, which `run` answers at once. The cursor keeps its own copy of the
/// query. What it answers is what `run` would.
std::unique_ptr<query_cursor> open_cursor(const query& q);

/// Whether some reading may come across the pair with this key. So the earlier value of every other
/// pair need not be kept while somebody reads as of before.
bool is_read(std::string_view key);

}  // namespace lithair::models
