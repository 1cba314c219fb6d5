#pragma once

#include <vector>

#include "models/schema/filter.hpp"
#include "models/schema/schema.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// Whether the stored item passes all filters.
bool matches(const collection& c, const std::vector<filter>& filters, const stored_fields& fields);

}  // namespace lithair::models
