#pragma once

#include <string_view>
#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::ctl {

/// A model file, or all that is wrong with it. Where it is no TOML every line that is none is told;
/// the models are judged once it is.
models::declared<models::schema> judge_models(std::string_view text, std::string_view filename);

}  // namespace lithair::ctl
