#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct x509_st;

namespace lithair::actors {

/// What a certificate says of its holder. Its text comes from whoever made it: one line each, with
/// everything but visible ASCII escaped, 512 bytes at most, fit for a log.
struct certificate {
  std::string subject;                 ///< as RFC 2253 writes it: "CN=node1,O=example"
  std::string common_name;             ///< the last CN of it; empty: none
  std::vector<std::string> dns_names;  ///< of the subject alternative names (RFC 5280 §4.2.1.6)
  std::vector<std::string> uris;       ///< likewise
  bool more_names = false;             ///< of either there are more than are told: 64
  std::string fingerprint;             ///< SHA-256 of all of it, as 64 hexadecimal digits
  std::int64_t not_before = 0;         ///< seconds since 1970
  std::int64_t not_after = 0;          ///< likewise
};

/// Throws std::runtime_error when there is no memory for it.
certificate certificate_of(x509_st& of);

/// A moment in seconds since 1970 as people and programs read it: "2026-03-01T00:00:00Z".
std::string utc_text(std::int64_t seconds);

}  // namespace lithair::actors
