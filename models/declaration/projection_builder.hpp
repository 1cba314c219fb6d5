#pragma once

#include <vector>

#include "models/declaration/declared.hpp"
#include "models/schema/projection.hpp"

namespace lithair::models {

/// Judges a declared projection against the collections and adds it, or what is wrong with it. The
/// id is made from all that it says, so a projection that says something else is another one.
/// `made` has those before it: neither name nor id may be there twice.
void build_projection(const declared_projection& from, const std::vector<collection>& collections,
                      std::vector<projection>& made, std::vector<declaration_error>& errors);

}  // namespace lithair::models
