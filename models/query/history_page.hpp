#pragma once

#include <optional>
#include <string>

#include "models/query/item_options.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// The JSON of an item's history; none when it has none.
std::optional<std::string> history_page(const collection& c, std::string_view key,
                                        const item_options& options, const state_view& state);

/// The item as it was, and its version then; none when it was not there.
struct past_item {
  std::string body;
  std::uint64_t version = 0;
};
std::optional<past_item> item_as_of(const collection& c, std::string_view key,
                                    const item_options& options, const state_view& state);

}  // namespace lithair::models
