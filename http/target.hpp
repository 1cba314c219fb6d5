#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lithair::http {

/// Takes the percent-encoding off; nullopt when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The segments of a path, each decoded on its own: what was encoded never becomes a separator, and
/// "." and ".." are names like any other. nullopt when malformed. `path` begins with '/'.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

/// Names and values in the order of the query; a name may be there more than once.
using parameters = std::vector<std::pair<std::string, std::string>>;

/// The pairs of a query string, decoded as forms encode them ('+' is a space); nullopt when
/// malformed. A name without "=" has an empty value; empty pairs are passed over.
std::optional<parameters> query_parameters(std::string_view query);

}  // namespace lithair::http
