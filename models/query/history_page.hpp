#pragma once

#include <optional>
#include <string>

#include "models/query/item_options.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// The JSON of an item's history; none when it has none.
///
///     {"id": KEY, "events": [{"version", "index", "time", "type", "changes"}, …],
///      "has_more": BOOL, "verified"?: BOOL, "broken_at"?: VERSION}
///
/// Oldest first. Hidden fields are left out; a removed one is null. `verify` reads all events of
/// the item.
std::optional<std::string> history_page(const collection& c, std::string_view key,
                                        const item_options& options, const state_view& state);

/// The item as it was, and its version then; none when it was not there.
struct past_item {
  std::string body;           ///< JSON, as the item itself is shown
  std::uint64_t version = 0;  ///< the log index of its last change by then
};
/// Replays the item's events up to the moment asked for, so it takes the longer the more there are.
std::optional<past_item> item_as_of(const collection& c, std::string_view key,
                                    const item_options& options, const state_view& state);

}  // namespace lithair::models
