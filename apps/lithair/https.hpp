#pragma once

#include <memory>
#include <string>

#include "actors/tls/tls_credentials.hpp"
#include "apps/lithair/options.hpp"

/// The certificate by which clients know a node: read before anything else is done, tended while
/// the node runs.
namespace lithair::apps {

/// Reads what `chosen.tls` names into `chosen.http`; nothing where there is none. Empty, or one
/// line that names the flag.
std::string load_certificate(settings& chosen);

/// Tells the log what the operator should know of the certificate, once each time that it is
/// something else. Of one thread, which may block.
class certificate_keeper {
 public:
  /// `of`: none, then nothing is ever to be told.
  explicit certificate_keeper(std::shared_ptr<actors::tls_credentials> of) : of_(std::move(of)) {}

  /// Now and then: time passes, and certificates end.
  void look();
  /// Reads the files again, for they have been replaced.
  void reload();

 private:
  void tell();

  std::shared_ptr<actors::tls_credentials> of_;
  std::string told_;
};

}  // namespace lithair::apps
