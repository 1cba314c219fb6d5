#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

struct evp_pkey_st;

namespace lithair::actors {

/// A text that only the holder of a key of P-256 reads, with `open_sealed`:
///
///     sealed := point:65 text code:16      a point of this text alone; AES-256-GCM
///     key and nonce of it := HKDF-SHA256(ECDH of both, both points)
///
/// Throws std::runtime_error.
std::string seal_for(evp_pkey_st& holder, std::string_view text);
/// What was sealed for this key (in PEM); or that it was not.
tl::expected<std::string, std::string> open_sealed(const std::string& key, std::string_view sealed);

/// Bytes as base64url without padding (RFC 4648 §5).
std::string base64url(std::string_view bytes);
/// And back; none: it is no such text.
tl::expected<std::string, std::string> bytes_of_base64url(std::string_view text);

}  // namespace lithair::actors
