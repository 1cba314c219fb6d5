#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "models/problem/problem.hpp"
#include "models/query/query.hpp"
#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// The JSON of an item's history; 404 when it has none.
///
///     {"id": KEY, "events": [{"version", "index", "time", "type", "by"?, "changes"}, …],
///      "has_more": BOOL, "next": VERSION or null, "verified"?: BOOL, "broken_at"?: VERSION}
///
/// Oldest first; a page ends at `take` events or `max_page_bytes`, and `after=next` goes on. Hidden
/// fields are left out; a removed one is null. `by` is who did it, where that was known. `verify`
/// reads all events of the item.
std::unique_ptr<query_cursor> begin_history(const query& q);

/// The item as it was at the moment asked for, with its version then; 404 when it was not there,
/// 410 for an index of another timeline. Replays its events, so it takes the longer the more there
/// are. Of fields whose changes were kept it holds one value each.
std::unique_ptr<query_cursor> begin_past_item(const query& q);

/// Why an item can't be read as of a moment that is still to come: what happens until then would
/// not be in the answer. None: it can. `applied`: as of which the state is; `time_us`: what time it
/// is, for the log and for the clock.
std::optional<problem> why_not_yet(const query& q, std::uint64_t applied, std::int64_t time_us);

}  // namespace lithair::models
