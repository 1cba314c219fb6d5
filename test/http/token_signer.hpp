#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/json_web_key.hpp"

struct evp_pkey_st;

namespace lithair::http::test {

/// HMAC with SHA-256: what whoever knows the secret can sign with.
std::string hmac_of(std::string_view secret, std::string_view text);

/// Header and payload as a token has them, without a signature.
std::string unsigned_token(std::string_view header, std::string_view payload);
/// And with one.
std::string with_signature(const std::string& text, std::string_view signature);

/// An identity provider with one new key.
class token_signer {
 public:
  explicit token_signer(http::jws_algorithm algorithm);

  /// The key as one of a set, with `kid`, if that is not empty, and more members, as in
  /// `"use":"sig"`.
  std::string jwk(std::string_view kid = {}, std::string_view more = {}) const;
  /// The public key as others know it; of HS256 there is none.
  std::string pem() const;
  std::string der() const;
  /// What identifies the key: the secret, the modulus, both coordinates, or the point.
  const std::string& material() const { return material_; }

  /// As JWS has it.
  std::string sign(std::string_view text) const;
  /// As OpenSSL has it: of ES256 in DER.
  std::string sign_plainly(std::string_view text) const;
  std::string token(std::string_view header, std::string_view payload) const;
  /// With a header that names the algorithm and nothing else.
  std::string token(std::string_view payload) const;

 private:
  http::jws_algorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string material_;
};

/// One of each algorithm, made when it is asked for first: RSA takes its time. Of one thread.
const token_signer& signer_of(http::jws_algorithm algorithm);

}  // namespace lithair::http::test
