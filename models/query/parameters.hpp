#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/problem/problem.hpp"
#include "models/schema/schema.hpp"

/// Small readers that query parameters share.
namespace lithair::models {

/// The text between commas. At least one part, which may be empty; the views lie in `text`.
std::vector<std::string_view> split(std::string_view text);

/// The `fields` parameter: marks the named fields; a field that is hidden or not there is refused.
/// The refusal is a 400 that does not tell hidden from missing.
std::optional<problem> read_wanted(const collection& c, std::string_view text,
                                   std::vector<bool>& wanted);

}  // namespace lithair::models
