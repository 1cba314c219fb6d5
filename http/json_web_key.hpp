#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

struct evp_pkey_st;

namespace lithair::http {

/// How a token may be signed (RFC 7518 §3.1, RFC 8037 §3.1); there is no other way, and `none` is
/// none.
enum class jws_algorithm : std::uint8_t {
  hs256,  ///< HMAC with SHA-256, by a secret that both sides know
  rs256,  ///< RSASSA-PKCS1-v1_5 with SHA-256
  es256,  ///< ECDSA over P-256 with SHA-256
  eddsa,  ///< Ed25519
};
/// As the header of a token has it.
std::string_view name_of(jws_algorithm algorithm);
/// None: it is no such name; case matters (RFC 7515 §4.1.1).
std::optional<jws_algorithm> read_jws_algorithm(std::string_view name);

/// A key that judges signatures, of one algorithm: whatever a token says, a key of RSA is never
/// taken for a secret. Immutable; any thread. Errors are sentences' ends behind "key 3", and tell
/// nothing of the key.
class json_web_key {
 public:
  using result = tl::expected<json_web_key, std::string>;
  static constexpr std::size_t least_secret = 32;  ///< bytes (RFC 7518 §3.2)
  static constexpr std::size_t least_rsa = 2048;   ///< bits (RFC 7518 §3.3)
  static constexpr std::size_t largest_rsa = 8192;

  static result of_secret(std::string_view secret);
  /// Modulus and exponent, big-endian, without zeroes before (RFC 7518 §6.3.1): odd ones, and the
  /// exponent of 65537 to 2^32 - 1.
  static result of_rsa(std::string_view modulus, std::string_view exponent);
  /// The coordinates of a point of P-256, 32 bytes each.
  static result of_p256(std::string_view x, std::string_view y);
  /// 32 bytes (RFC 8037 §2).
  static result of_ed25519(std::string_view x);

  jws_algorithm algorithm() const { return algorithm_; }
  /// Whether the holder of the key signed this. A signature is as JWS has it (RFC 7518 §3): of
  /// ES256 both numbers of 32 bytes each, and no DER.
  bool verifies(std::string_view text, std::string_view signature) const;

 private:
  explicit json_web_key(std::string_view secret)
      : algorithm_(jws_algorithm::hs256), secret_(secret.begin(), secret.end()) {}
  json_web_key(jws_algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  jws_algorithm algorithm_;
  std::vector<unsigned char> secret_;  ///< of HS256
  std::shared_ptr<evp_pkey_st> key_;   ///< of the others
};

}  // namespace lithair::http
