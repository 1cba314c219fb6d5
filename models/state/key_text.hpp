#pragma once

#include <string>
#include <string_view>

#include "models/schema/schema.hpp"

namespace lithair::models {

/// The key as text, from its stored form. What clients know it by: in paths, in `Location`. Empty
/// for bytes that are no key.
std::string key_text(const collection& c, std::string_view key);

/// The same, percent-encoded as one segment of a path (RFC 3986 §3.3): only unreserved characters
/// stay.
std::string key_in_path(const collection& c, std::string_view key);

}  // namespace lithair::models
