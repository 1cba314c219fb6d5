#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lithair::actors {

/// What one end of a link says of itself to the other.
struct link_claim {
  std::uint64_t from = 0;         ///< the node that says it
  std::uint64_t to = 0;           ///< the node that is to hear it
  std::uint64_t group = 0;        ///< that the link is for
  std::uint64_t incarnation = 0;  ///< of its data directory
  std::string_view proof = {};    ///< all else that it says of its directory: peer_registry
};

/// How members prove to each other that they know the cluster's secret without telling it: a line
/// at the end of the proof, with the HMAC-SHA256 (RFC 2104) of the claim.
///
///     line := "secret" SP hex{64} NL
///
/// It holds between two nodes, one group, one directory and one run. Whoever listens to an
/// unprotected link can do worse than to say it again; against that links have to be encrypted.
std::string secret_line(std::string_view secret, const link_claim& claim);
/// Whether the claim's proof ends with the line of whoever knows the secret. Takes the same time
/// wherever they differ.
bool knows_secret(std::string_view secret, const link_claim& claim);

/// RFC 2104 with SHA-256: 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace lithair::actors
