#pragma once

#include <cstdint>
#include <string_view>

#include "models/schema/collection.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// What tells the JSON of an item from others of the same version; 0: the version alone does, for
/// the item is shown as its record has it, and the record is the same on every node.
///
/// Else it is made of the body: where the node adds local fields of its own, or the default of a
/// field that was declared after the record was written, or leaves out a field that only newer
/// models know. Nodes that show the same have the same number. `fields` is all that is shown of,
/// joined with what the node keeps for itself; `body` the JSON.
std::uint64_t variant_of(const collection& c, const stored_fields& fields, std::string_view body);

}  // namespace lithair::models
