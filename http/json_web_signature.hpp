#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "http/json_web_keys.hpp"

namespace lithair::http {

/// Longer tokens are refused unseen; a header of a request holds little more.
inline constexpr std::size_t largest_token = 8 << 10;
/// Keys of its algorithm that a token without a `kid` is tried against.
inline constexpr std::size_t most_keys_tried = 4;

/// What a text of the compact serialization (RFC 7515 §3.1) carries, if one of the keys signed it:
/// three parts of base64url, of which the first one is a JSON object. Judged by the key and not by
/// what the header would like (RFC 8725 §3.1): the algorithm must be that of the key; `kid` only
/// picks one of the set, and without it all keys of the algorithm are tried; keys and addresses in
/// the header (`jwk`, `jku`, `x5c`, `x5u`) are not looked at; `crit`, `b64` and types that are no
/// JWT are refused. Pure; any thread. An error is one sentence that tells nothing of the token.
tl::expected<std::string, std::string> signed_payload(std::string_view token,
                                                      const json_web_keys& keys);

}  // namespace lithair::http
