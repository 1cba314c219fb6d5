#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/schema/collection.hpp"

/// Values as plain text: in paths, query parameters and declarations.
namespace lithair::models {

/// The value that the text stands for in a field of `x`'s type (and, for an enumeration, its
/// names); none for text that stands for none. Knows nothing of `validate`.
std::optional<value> parse_text(const field& x, std::string_view text);

/// The text that `parse_text` takes back; of a list, which it does not take, the bytes in base64.
/// Nothing for an absent value.
void append_text(std::string& out, const value& x);
std::string to_text(const value& x);

/// What a value of the field looks like, for error messages: "an integer", "one of draft, live".
std::string expected_form(const field& x);

/// Finite, in the grammar of JSON numbers.
std::optional<double> parse_number(std::string_view text);
/// As few digits as give the same number back.
void append_number(std::string& out, double x);

}  // namespace lithair::models
