#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/schema/collection.hpp"

/// Values as plain text: in paths, query parameters and declarations. A value in a URL and the same
/// value in JSON read alike: both take the same text, JSON with quotes around it where the type is
/// no number or flag. Pure; used on every thread.
namespace lithair::models {

/// The value that the text stands for in a field of `f`'s type (and, for an enumeration, its
/// names); none for text that stands for none. Knows nothing of `validate`. An integer may be
/// written as any number that is one ("1.0", "1e2"). Text must be UTF-8. Base64 may lack its
/// padding. JSON becomes compact and is not null. A list has no text.
std::optional<value> parse_text(const field& f, std::string_view text);

/// The text that `parse_text` takes back; of a list, which it does not take, the bytes in base64.
/// Nothing for an absent value. Appends instead of making a string, for rendering many values into
/// one buffer.
void append_text(std::string& out, const value& v);
/// The same text alone.
std::string to_text(const value& v);

/// What a value of the field looks like, for error messages: "an integer", "one of draft, live".
/// Always the same words for the same field, so the error does not depend on the value.
std::string expected_form(const field& f);

/// Finite, in the grammar of JSON numbers. RFC 8259 §6: no sign "+", no "inf", no "01". None for
/// numbers beyond a double, such as 1e400.
std::optional<double> parse_number(std::string_view text);
/// As few digits as give the same number back. `number` must be finite.
void append_number(std::string& out, double number);

}  // namespace lithair::models
