#pragma once

#include <cstdint>
#include <string_view>

#include "models/problem/problem.hpp"

namespace lithair::models {

/// What `to_json` of a problem gave, read back. Text that is none makes a problem of that status
/// with it as detail. Members that are missing or of another kind stay empty. For C++ callers, who
/// get problems and not text.
problem read_problem(std::uint16_t status, std::string_view text);

}  // namespace lithair::models
