#pragma once

#include <optional>

#include "models/declaration/declared.hpp"
#include "models/schema/collection.hpp"

namespace lithair::models {

/// What was written in a declaration, as a value of the field. None: it is not one of its type.
/// Numbers may be written as such where no digit is lost by it; money and times are text.
std::optional<value> value_of(const field& f, const literal& from);

}  // namespace lithair::models
