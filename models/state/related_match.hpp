#pragma once

#include <cstddef>
#include <functional>

#include "models/schema/filter.hpp"
#include "models/state/state_view.hpp"
#include "models/value/value.hpp"

namespace lithair::models {

/// Of the items that an index names so many are looked at; what lies behind them is not found. It
/// decides, so it is the same on every node.
inline constexpr std::size_t most_related = 1000;

/// Whether such an item is there. `value_at` gives the fields of the item that the rule is about.
/// What is absent is tied to nothing.
bool is_there(const related_items& wanted, const std::function<value(const field_side&)>& value_at,
              const state_view& state);

}  // namespace lithair::models
