#pragma once

#include <string>
#include <vector>

#include "models/schema/schema.hpp"

namespace lithair::ctl {

/// What another declaration of models would change, a line each: `+` something new, `~` something
/// declared otherwise, `-` something gone. Whether that may be under data that is there tells
/// models/declaration/compatibility.hpp.
std::vector<std::string> changes_between(const models::schema& before, const models::schema& now);

}  // namespace lithair::ctl
