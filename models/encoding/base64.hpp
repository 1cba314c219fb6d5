#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lithair::models {

/// RFC 4648 §4, with padding: what `bytes` fields are in JSON. Always with padding; the same bytes
/// give the same text.
std::string to_base64(std::string_view bytes);
/// The padding may be left out (RFC 4648 §3.2), but not be half there. None for other characters,
/// line ends among them, and for bits that are not zero behind the last byte.
std::optional<std::string> from_base64(std::string_view text);

/// RFC 4648 §5, without padding: text that needs no escaping in a URL.
std::string to_base64url(std::string_view bytes);
/// None for text with padding, or with bits that are not zero behind the last byte.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace lithair::models
