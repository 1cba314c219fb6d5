#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "models/query/query.hpp"

namespace lithair::models {

/// A read by a program, which puts what it is answered into structs: the item of a key, a page of
/// items, or their count. As `item_query` and `parse_query` make it, but that items come whole:
/// hidden fields too, for those are hidden from HTTP's clients and not from programs. On behalf of
/// somebody with `rights` they come as that one is shown them. 400 for what would give parts of
/// items, or no items at all; `key` counts for an item only.
result<query> whole_query(query::kind what, const collection& c, std::string_view key,
                          std::span<const std::pair<std::string, std::string>> parameters,
                          const rights_to_ask& rights = {});

}  // namespace lithair::models
