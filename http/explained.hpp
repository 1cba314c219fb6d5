#pragma once

#include <string>
#include <vector>

#include "http/response.hpp"
#include "models/schema/schema.hpp"

namespace lithair::actors {
struct entry_explained;
}

/// What became of one entry of the log: what it is, who asked for it, and when it was where.
namespace lithair::http {

/// Of the entries of one command so many operations are told; of more it is only told that there
/// are.
inline constexpr std::size_t most_told_operations = 20;
/// Of one operation so many fields are named: an item may have a thousand, and a turn of the loop
/// is short.
inline constexpr std::size_t most_told_fields = 32;

/// The page; 404 for an entry that this node has not and remembers nothing of. Contents of fields
/// are not told: that an item's field was changed, but not to what.
response answer_explained(const actors::entry_explained& said, const models::schema& schema);

}  // namespace lithair::http
