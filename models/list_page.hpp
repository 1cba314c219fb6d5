#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/list_query.hpp"
#include "models/state_view.hpp"

namespace lithair::models {

/// The JSON of one page of a list.
std::string list_page(const collection& c, const list_query& list, const state_view& state);

/// How many items pass the filters.
std::uint64_t count_items(const collection& c, const std::vector<filter>& filters,
                          const state_view& state);

}  // namespace lithair::models
