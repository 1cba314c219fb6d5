#pragma once

#include <cstddef>

#include "models/schema.hpp"
#include "models/state_view.hpp"

namespace lithair::models {

/// Brings the state's index entries in line with the schema: makes those of fields that became
/// indexed and removes those of fields that are not any more. What is done is remembered in the
/// state as
///
///     built := 'b' collection field  ->  the record key up to which entries exist, or '' when all
///     do
///
/// Adds at most about `limit` changes and returns whether nothing is left to do; else make the
/// changes and call again. To be run to its end before lists are answered: at start, and after a
/// snapshot was installed. It is no command: each node does it by itself.
bool repair_indexes(const schema& s, const state_view& state, std::size_t limit, change_set& out);

}  // namespace lithair::models
