#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lithair::actors {

class ticket_keys;

/// Which side of a connection somebody is: a client speaks first.
enum class tls_role : std::uint8_t { server, client };

/// What a context is made of: texts in PEM, and what they are called where something is wrong with
/// them.
struct tls_material {
  struct text {
    std::string name;  ///< "/etc/lithair/cert.pem", or what else people know it by
    std::string pem;
  };
  text certificates;  ///< the own one, then those between it and its authority
  text key;           ///< of the own certificate, not encrypted
  /// Whose certificates the other side must show one of. None: a server asks for none
  std::optional<text> authorities;
};

/// How it is used.
struct tls_usage {
  tls_role role = tls_role::server;
  std::string protocol = "http/1.1";  ///< of what is said inside (ALPN, RFC 7301); empty: not told
  /// Whether the other side must agree on the protocol, instead of being silent about it
  bool needs_protocol = false;
  /// With which clients resume; none, or where certificates are asked for: nobody resumes
  std::shared_ptr<ticket_keys> tickets = {};
  bool takes_1_2 = true;  ///< whether TLS 1.2 is spoken with who knows no other
  /// Whether all who speak with each other are of the same authorities and both dial and accept:
  /// then the own certificate must be such, too
  bool among_equals = false;
  std::string others = "clients";  ///< who is at the other end, in sentences for the operator
  /// What is sealed with one key of TLS 1.3; then this side takes the next one (RFC 8446 §5.5: at
  /// most 2^24.5 records)
  std::uint64_t records_of_a_key = std::uint64_t{1} << 22;
};

/// Why a context can't be made: one sentence that begins with the name of the text to blame, and
/// has no full stop.
struct tls_problem {
  enum class part : std::uint8_t { certificate, key, authorities };
  part of = part::certificate;
  std::string text;
};

}  // namespace lithair::actors
