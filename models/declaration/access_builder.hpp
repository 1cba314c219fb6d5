#pragma once

#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Reads what a declaration says of who may do what, and of fields that are stamped, into a
/// collection: one of `all`, whose fields are all right and in order. What is wrong is added to
/// `errors`.
void build_access(const declared_collection& from, const std::vector<collection>& all,
                  collection& into, std::vector<declaration_error>& errors);

}  // namespace lithair::models
