#pragma once

#include <string>
#include <string_view>

#include "models/encoding/json_document.hpp"

namespace lithair::models {

/// Appends a JSON value as compact text: no blanks, strings in one spelling, numbers and the order
/// of members as they were written. The same document gives the same bytes on every node, which is
/// what json fields are compared by.
void append_compact(std::string& out, const json_document& document, std::uint32_t position);

/// The value `now` (text of JSON, or empty for none) after the merge patch (RFC 7396), compact.
/// Members of `now` keep their places and new ones follow in the patch's order. A patch that is no
/// object replaces. A `patch` that is no JSON changes nothing; a `now` that is none counts as none.
std::string merge_json(std::string_view now, std::string_view patch);

}  // namespace lithair::models
