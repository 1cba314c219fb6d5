#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "http/identity.hpp"
#include "http/json_web_keys.hpp"

namespace lithair::http {

/// What a token must say to count here.
struct token_expectations {
  std::string issuer;                 ///< `iss`, as it is: no slash more or less
  std::string audience;               ///< that is `aud`, or in its list
  std::string roles_claim = "roles";  ///< from which the roles are
  std::int64_t leeway = 60;           ///< seconds by which clocks may differ
};

using models::largest_subject;
using models::largest_value;
using models::most_claims;
using models::most_values;

/// Whom a JSON Web Token (RFC 7519) names: signed by one of the keys (`signed_payload`), and good
/// as of `now`, seconds since 1970. It must say `iss`, `aud`, `exp` and `sub`; `nbf` and `iat` may
/// not lie ahead. `sub` becomes the id; the claim of roles, a list of texts or one text with blanks
/// between, the roles; every other claim that is a text, a number, a boolean or a list of these
/// becomes a claim, numbers as they are written. Left out: `id`, which `sub` is, objects, nulls,
/// and what is beyond the bounds. Pure; any thread. An error is one sentence that tells nothing of
/// the token.
tl::expected<identity, std::string> read_token(std::string_view token, const json_web_keys& keys,
                                               const token_expectations& expected,
                                               std::int64_t now);

}  // namespace lithair::http
