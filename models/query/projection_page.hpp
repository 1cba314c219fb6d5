#pragma once

#include <memory>

#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// Some rows of a projection, in order of their groups.
std::unique_ptr<query_cursor> begin_projection_page(const query& q);

}  // namespace lithair::models
