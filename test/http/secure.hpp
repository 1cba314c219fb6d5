#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "actors/tls/tls_credentials.hpp"
#include "test/cluster/harness/certificates.hpp"

/// Certificates for servers and clients of tests.
namespace lithair::http::test {

/// Files of a server's certificate, as an operator keeps them; gone with the object.
class kept_certificate {
 public:
  /// Of an authority that all of them share. `asks`: clients must show a certificate of it.
  explicit kept_certificate(bool asks = false);
  ~kept_certificate();
  kept_certificate(const kept_certificate&) = delete;
  kept_certificate& operator=(const kept_certificate&) = delete;

  /// Another certificate takes the place of the one before, with whatever key.
  void put(const lithair::test::identity& own) const;
  /// Other authorities of clients, in PEM, take the place of those before.
  void trust(const std::string& authorities) const;
  actors::tls_files files() const;
  /// Reads them.
  std::shared_ptr<actors::tls_credentials> load() const;

 private:
  std::filesystem::path directory_;
  bool asks_;
};

/// By whom all of them are certified.
const lithair::test::authority& authority_of_tests();
/// A client that trusts it; `own`: shows that certificate.
std::shared_ptr<const actors::tls_context> secure_client(
    const lithair::test::identity* own = nullptr);

/// Whether everything is tested by HTTPS: LITHAIR_TEST_HTTPS is set.
bool tests_are_secure();
/// Of servers and clients that a test says nothing of; none, unless `tests_are_secure`.
std::shared_ptr<actors::tls_credentials> usual_server();
std::shared_ptr<const actors::tls_context> usual_client();

}  // namespace lithair::http::test
