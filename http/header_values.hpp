#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::http {

/// Whether a comma-separated list of tokens holds `token`, ignoring case (`Connection`).
bool has_token(std::string_view list, std::string_view token);

/// Whether a Transfer-Encoding is a well-formed list with a coding that this server does not know.
bool names_foreign_coding(std::string_view value);

/// host [ ":" port ] by its characters (RFC 3986 §3.2, without user information).
bool is_authority(std::string_view value);

/// A number of decimal digits within 64 bits; nothing else.
std::optional<std::uint64_t> parse_number(std::string_view value);

/// An If-Match or If-None-Match (RFC 9110 §13.1).
struct tag_condition {
  bool any = false;  ///< "*"
  std::vector<std::uint64_t>
      versions;  ///< what the tags name; 0, which no item has, for a foreign tag

  bool matches(std::uint64_t version) const;
};

/// Reads `*` or a list of entity tags; nullopt when malformed. Of weak tags the strong comparison
/// of If-Match makes nothing; If-None-Match compares weakly.
std::optional<tag_condition> parse_condition(std::string_view value, bool weak_comparison);

enum class media : std::uint8_t { json, merge_patch, msgpack, other };

/// The media type of a Content-Type: `application/json` or any `+json` type is JSON. Parameters, a
/// charset among them, make no difference: JSON is UTF-8.
media media_of(std::string_view content_type);

/// Whether an Accept header (RFC 9110 §12.5.1) names this type, or every type. Weights count only
/// when they are 0: then it does not.
bool accepts_media(std::string_view accept, media wanted);

/// Whether a client's X-Request-Id is fit to be repeated in answers and logs.
bool is_request_id(std::string_view value);

}  // namespace lithair::http
