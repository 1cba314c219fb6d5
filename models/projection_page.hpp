#pragma once

#include <memory>

#include "models/reading.hpp"

namespace lithair::models {

/// Some rows of a projection, in order of their groups.
std::unique_ptr<reading> begin_projection_page(const query& q);

}  // namespace lithair::models
