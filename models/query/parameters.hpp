#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/problem/problem.hpp"
#include "models/query/query.hpp"
#include "models/schema/schema.hpp"

/// Small readers that query parameters share.
namespace lithair::models {

/// The text between commas. At least one part, which may be empty; the views lie in `text`.
std::vector<std::string_view> split(std::string_view text);

/// Per field, whether who has these rights is shown it.
std::vector<bool> shown_fields(const collection& c, const rights_to_ask& rights);

/// The `fields` parameter: of what is `shown`, leaves what is named; a field that is not shown or
/// not there is refused. The refusal is a 400 that does not tell the one from the other.
std::optional<problem> read_wanted(const collection& c, std::string_view text,
                                   std::vector<bool>& shown);

}  // namespace lithair::models
