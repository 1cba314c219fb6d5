#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::http {

/// Whether a comma-separated list of tokens holds `token`, ignoring case (`Connection`). An empty
/// list holds none.
bool has_token(std::string_view list, std::string_view token);

/// Whether a Transfer-Encoding is a well-formed list with a coding that this server does not know.
/// Such a request is a 501, any other that is not understood a 400 (RFC 9112 §6.1).
bool names_foreign_coding(std::string_view value);

/// host [ ":" port ] by its characters (RFC 3986 §3.2, without user information). At most 512
/// bytes; empty is one, which a Host may be.
bool is_authority(std::string_view value);

/// A number of decimal digits within 64 bits; nothing else. No sign, no blank.
std::optional<std::uint64_t> parse_number(std::string_view value);

/// The entity tag of an item: `"VERSION"`, or `"VERSION-VARIANT"` with 16 hex digits where nodes
/// may show the same version differently; see models/state/variant.hpp.
struct item_tag {
  std::uint64_t version = 0;  ///< 0, which no item has, for a foreign tag
  std::uint64_t variant = 0;  ///< 0: none

  bool operator==(const item_tag&) const = default;
};
/// Without the quotes.
std::string to_string(const item_tag& tag);

/// An If-Match or If-None-Match (RFC 9110 §13.1).
struct tag_condition {
  bool any = false;            ///< "*"
  std::vector<item_tag> tags;  ///< as they were given

  /// Whether the representation is one of these. Version 0, an item that is not there, matches
  /// nothing, not even "*".
  bool matches(const item_tag& now) const;
  /// Of the tags, whatever node they came from: what a write compares.
  std::vector<std::uint64_t> versions() const;
};

/// Reads `*` or a list of entity tags, of which several lines of the header make one; nullopt when
/// malformed. Elements with nothing in them are passed over (RFC 9110 §5.6.1.2), so that a list may
/// be empty, which matches nothing. Of weak tags the strong comparison of If-Match makes nothing;
/// If-None-Match compares weakly.
std::optional<tag_condition> parse_condition(std::string_view value, bool weak_comparison);

/// What the server tells apart among media types.
enum class media : std::uint8_t {
  json,         ///< application/json
  json_based,   ///< a `+json` type that means something of its own, but no patch
  merge_patch,  ///< application/merge-patch+json
  msgpack,      ///< application/msgpack, under any of its names
  other,        ///< application/json-patch+json too, which is taken nowhere
};

/// The media type of a Content-Type. The case of letters and parameters, a charset among them, make
/// no difference: JSON is UTF-8.
media media_of(std::string_view content_type);

/// Whether this list of content codings (RFC 9110 §8.4) leaves the body as it is.
bool is_identity(std::string_view content_encoding);

/// Whether an Accept header (RFC 9110 §12.5.1) names this type, or every type. Weights count only
/// when they are 0: then it does not. A range that names the type counts more than a wider one.
bool accepts_media(std::string_view accept, media wanted);

/// Whether a client's X-Request-Id is fit to be repeated in answers and logs. 1 to 128 characters
/// of a small set: nothing that could break a line of a log or a header.
bool is_request_id(std::string_view value);

/// The trace that a `traceparent` names (W3C Trace Context, §3.2): 32 hexadecimal digits. Empty for
/// one that is malformed, which is to be taken as if there was none.
std::string_view trace_of(std::string_view traceparent);

}  // namespace lithair::http
