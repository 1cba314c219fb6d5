#pragma once

#include <vector>

#include "models/schema/filter.hpp"
#include "models/schema/schema.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// Whether the stored item passes all filters. Absent fields pass `not_equal` only, unless they
/// have a default. A list passes for one of its elements. Deterministic, since projections are kept
/// with it.
bool matches(const collection& c, const std::vector<filter>& filters, const stored_fields& fields);

}  // namespace lithair::models
