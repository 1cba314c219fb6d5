#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::http {

/// Certifies nodes of a cluster that has an authority of its own, for who shows a join token. Any
/// thread; it waits for nothing, and takes less than a millisecond.
class certificate_office {
 public:
  /// Who wants to be certified, as it says.
  struct wish {
    std::string token;
    std::string request;             ///< PKCS #10 in PEM
    std::uint64_t node = 0;          ///< as which
    std::vector<std::string> hosts;  ///< by which clients come to it
  };
  /// What comes of it.
  struct outcome {
    int status = 200;         ///< else 403, 422 or 429
    std::string detail;       ///< why not, without a full stop
    std::string certificate;  ///< in PEM
    std::string sealed_key;   ///< of the authority, in base64url, for the request's key alone
  };

  virtual ~certificate_office() = default;
  /// The authority's certificate in PEM, which anybody may have.
  virtual const std::string& authority() const = 0;
  virtual outcome certify(const wish& of) = 0;
  /// Whether who shows this token may do what operators may: it could be any node.
  virtual bool admits(std::string_view token) = 0;
};

}  // namespace lithair::http
