#pragma once

#include <memory>
#include <string>
#include <utility>

#include "actors/tls/tls_credentials.hpp"
#include "apps/lithair/options.hpp"

/// The certificates by which clients and other nodes know a node: read before anything else is
/// done, tended while the node runs.
namespace lithair::apps {

/// Reads what `chosen.tls` and `chosen.peer_tls` name into `chosen.http` and `chosen.node`; nothing
/// where there is none. Empty, or one line that names the flag.
std::string load_certificates(settings& chosen);

/// Tells the log what the operator should know of a certificate, once each time that it is
/// something else. Of one thread, which may block.
class certificate_keeper {
 public:
  /// `of`: none, then nothing is ever to be told. `used_for`: "links between nodes".
  certificate_keeper(std::shared_ptr<actors::tls_credentials> of, std::string used_for)
      : of_(std::move(of)), used_for_(std::move(used_for)) {}

  /// Now and then: time passes, and certificates end.
  void look();
  /// Reads the files again, for they have been replaced.
  void reload();

 private:
  void tell();

  std::shared_ptr<actors::tls_credentials> of_;
  std::string used_for_;
  std::string told_;
};

}  // namespace lithair::apps
