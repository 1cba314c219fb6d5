#pragma once

#include <memory>
#include <string>

#include "apps/lithair/options.hpp"
#include "http/identity_verifier.hpp"

namespace lithair::apps {

/// Keeps the keys of an identity provider (--jwt-keys), which are read again when they have been
/// replaced. Of one thread, which may block; what it gives to HTTP is of any.
class identity_keeper {
 public:
  /// Reads the file: a JSON Web Key Set of at most 1 MiB, which other users may not write, nor read
  /// where it holds a secret. Throws std::runtime_error with one line that names the file and tells
  /// nothing secret of it.
  explicit identity_keeper(jwt_settings of);

  /// Whoever judges tokens by these keys.
  std::shared_ptr<http::identity_office> office() const { return office_; }
  /// What is wrong with the file then leaves all as it is, and is told in the log.
  void read_file_again();

 private:
  const jwt_settings settings_;
  const std::shared_ptr<http::identity_verifier> office_;
};

/// Empty, or one line that names the flag. Nothing without --jwt-keys.
std::string open_identities(settings& chosen);

}  // namespace lithair::apps
