#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/schema/collection.hpp"

namespace lithair::models {

/// The stored value that a field has after a PATCH of it: `now` is what is stored (empty: absent),
/// `patch` what the command carries. None when the sum does not fit the field's type.
///
/// `max`, `min` and `union` may be done in any order and more than once with the same end; `add` in
/// any order; `append` in one order only. A json field is merged as RFC 7396 has it, whatever its
/// rule. The result depends on these bytes alone, so every node comes to the same. Both views need
/// to live during the call only.
std::optional<std::string> merge_stored(const field& f, std::string_view now,
                                        std::string_view patch);

/// Whether fields of a type can combine by the rule.
bool can_merge(value_type type, merge_rule rule);  ///< last_write fits all of them

}  // namespace lithair::models
