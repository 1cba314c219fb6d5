#pragma once

#include <string>
#include <string_view>

namespace lithair::actors {

/// RFC 2104 with SHA-256: 32 bytes. By it the ends of a link prove to each other that they know the
/// cluster's secret, over what both have said (links/handshake.hpp). Whoever listens to an
/// unprotected link learns nothing by it, and can still change what is said afterwards: against
/// that links have to be encrypted.
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace lithair::actors
