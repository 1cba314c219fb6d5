#pragma once

#include <memory>
#include <string_view>

#include "models/query/query.hpp"
#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// Begins a query that may take long: a list, a count, rows of a projection. None for all others,
/// which `run` answers at once.
std::unique_ptr<query_cursor> open_cursor(const query& q);

/// Whether some reading may come across the pair with this key.
bool is_read(std::string_view key);

}  // namespace lithair::models
