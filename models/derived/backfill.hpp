#pragma once

#include <cstddef>

#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Brings index entries and projections in line with the schema: makes those that the schema asks
/// for and the state lacks, and removes what the schema does not know. What is done is remembered
/// in the state as
///
///     built := 'b' (collection field | projection)  ->  the record key up to which it is,
///                                                       '' when all
///
/// with ids of 4 bytes each, so a key of 9 bytes marks an index and one of 5 a projection.
///
/// Adds at most about `limit` changes and returns whether nothing is left to do; else make the
/// changes and call again. To be run to its end before lists are answered: at start, and after a
/// snapshot was installed. It is no command: each node does it by itself. Deterministic for one
/// state and `limit`. `out` may have changes already; they are not counted.
bool backfill(const schema& s, const state_view& state, std::size_t limit, change_set& out);

}  // namespace lithair::models
