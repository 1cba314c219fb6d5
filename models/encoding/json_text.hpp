#pragma once

#include <string>
#include <string_view>

namespace lithair::models {

/// Appends the text as a JSON string: quotes and backslashes escaped, controls as \uXXXX or their
/// short form, everything else, UTF-8 it should be, as it is. What RFC 8259 §7 asks to be escaped,
/// and no more.
void append_json_string(std::string& out, std::string_view text);

/// Appends `"name":`.
void append_json_key(std::string& out, std::string_view name);

}  // namespace lithair::models
