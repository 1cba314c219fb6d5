#pragma once

#include <string>

#include "models/projection.hpp"
#include "models/state_view.hpp"

namespace lithair::models {

/// The JSON of some rows of a projection, in order of their groups.
std::string projection_page(const collection& c, const projection& p, const list_query& list,
                            const state_view& state);

}  // namespace lithair::models
