#pragma once

#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Judges the declarations: all errors there are, or the schema. Errors are in the order of their
/// places. Pure; the same declarations in any order give a schema of the same fingerprint.
declared<schema> build_schema(const std::vector<declared_collection>& collections,
                              const std::vector<declared_projection>& projections = {});

}  // namespace lithair::models
