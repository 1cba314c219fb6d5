#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lithair::http {

/// A regular expression of RE2 in the words of ECMA-262, as JSON Schema has them, that matches the
/// same text; none where it can't be said there. The syntax of both: RE2's wiki, ECMA-262 §22.2
/// with its flag u.
std::optional<std::string> ecma_pattern(std::string_view re2);

}  // namespace lithair::http
