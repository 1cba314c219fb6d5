#pragma once

#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Judges the declarations: all errors there are, or the schema.
declared<schema> build_schema(const std::vector<declared_collection>& collections,
                              const std::vector<declared_projection>& projections = {});

}  // namespace lithair::models
