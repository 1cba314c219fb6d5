#pragma once

#include <string>
#include <string_view>

#include "models/encoding/json_document.hpp"

namespace lithair::models {

/// Appends a JSON value as compact text: no blanks, strings in one spelling, numbers and the order
/// of members as they were written.
void append_compact(std::string& out, const json_document& document, std::uint32_t position);

/// The value `now` (text of JSON, or empty for none) after the merge patch (RFC 7396), compact.
std::string merge_json(std::string_view now, std::string_view patch);

}  // namespace lithair::models
