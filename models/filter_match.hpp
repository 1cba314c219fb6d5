#pragma once

#include <vector>

#include "models/filter.hpp"
#include "models/record.hpp"
#include "models/schema.hpp"

namespace lithair::models {

/// Whether the stored item passes all filters.
bool matches(const collection& c, const std::vector<filter>& filters, const stored_fields& fields);

}  // namespace lithair::models
