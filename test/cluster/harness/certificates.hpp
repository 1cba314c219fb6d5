#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace lithair::test {

/// A certificate and its key, in PEM.
struct identity {
  std::string certificate;
  std::string key;
};

/// What a certificate is to say.
struct certificate_wish {
  std::string name = "node";
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1"};  ///< as OpenSSL writes them
  std::int64_t begins_in_s = -3600;                                    ///< seconds from now
  std::int64_t ends_in_s = 365 * 86'400;                               ///< likewise
  std::string usage = "serverAuth,clientAuth";                         ///< extended key usage
  unsigned rsa_bits = 0;  ///< of an RSA key; 0: a key of P-256, which takes no time to make
};

/// Makes certificates, for the life of a test.
class authority {
 public:
  explicit authority(std::string name);
  ~authority();
  authority(authority&& other) noexcept;

  /// Its own certificate, in PEM.
  const std::string& certificate() const { return certificate_; }
  identity issue(const certificate_wish& wish = {}) const;
  /// Another authority, which this one certifies.
  authority below(std::string name) const;

 private:
  struct parts;
  explicit authority(std::unique_ptr<parts> made);

  std::unique_ptr<parts> parts_;
  std::string certificate_;
};

}  // namespace lithair::test
