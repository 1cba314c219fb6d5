#include "http/json_web_key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "actors/tls/openssl_parts.hpp"

namespace lithair::http {

namespace {

using actors::openssl_pointer;

// In the order of the enum.
constexpr std::array<std::string_view, 4> algorithm_names{"HS256", "RS256", "ES256", "EdDSA"};

constexpr std::size_t number_size = 32;     ///< of P-256, and a key of Ed25519
constexpr std::size_t most_exponent = 4;    ///< bytes
constexpr std::size_t signature_size = 64;  ///< of ES256 and EdDSA

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_odd(std::string_view number) {
  return !number.empty() && (static_cast<unsigned char>(number.back()) & 1) != 0;
}

std::size_t bits_of(std::string_view number) {
  std::size_t bits = number.size() * 8;
  for (unsigned mask = 0x80; bits > 0 && (static_cast<unsigned char>(number[0]) & mask) == 0;
       mask >>= 1)
    --bits;
  return bits;
}

openssl_pointer<BIGNUM> number_of(std::string_view bytes) {
  openssl_pointer<BIGNUM> made{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
  actors::demand(made != nullptr, "a number");
  return made;
}

/// None: it is no such key.
std::shared_ptr<EVP_PKEY> key_of_params(const char* kind, OSSL_PARAM_BLD* parts) {
  const openssl_pointer<OSSL_PARAM> params{OSSL_PARAM_BLD_to_param(parts)};
  const openssl_pointer<EVP_PKEY_CTX> by{EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr)};
  actors::demand(params != nullptr && by != nullptr && EVP_PKEY_fromdata_init(by.get()) == 1,
                 "a key");
  EVP_PKEY* key = nullptr;
  const bool made = EVP_PKEY_fromdata(by.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  const std::shared_ptr<EVP_PKEY> owned{key, EVP_PKEY_free};
  if (!made) return nullptr;
  // That a point lies on its curve, among others.
  const openssl_pointer<EVP_PKEY_CTX> check{EVP_PKEY_CTX_new(key, nullptr)};
  return check != nullptr && EVP_PKEY_public_check(check.get()) == 1 ? owned : nullptr;
}

openssl_pointer<OSSL_PARAM_BLD> new_params() {
  openssl_pointer<OSSL_PARAM_BLD> made{OSSL_PARAM_BLD_new()};
  actors::demand(made != nullptr, "a key");
  return made;
}

json_web_key::result wrong_key(const char* why) {
  ERR_clear_error();
  return tl::unexpected(std::string{why});
}

// In the time of the longer way, whatever differs.
bool verifies_code(std::span<const unsigned char> secret, std::string_view text,
                   std::string_view code) {
  std::array<unsigned char, 32> made{};
  unsigned size = 0;
  return HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text),
              text.size(), made.data(), &size) != nullptr &&
         code.size() == made.size() && CRYPTO_memcmp(code.data(), made.data(), made.size()) == 0;
}

/// Two numbers of 32 bytes as OpenSSL wants them; empty: they can be of no signature. Zeroes are
/// judged here, and not left to arithmetic.
std::string der_of(std::string_view raw) {
  constexpr std::string_view order{
      "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
      "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
      number_size};
  if (raw.size() != signature_size) return {};
  for (const auto number : {raw.substr(0, number_size), raw.substr(number_size)})
    if (number.find_first_not_of('\0') == std::string_view::npos || number >= order) return {};
  const openssl_pointer<ECDSA_SIG> made{ECDSA_SIG_new()};
  auto r = number_of(raw.substr(0, number_size));
  auto s = number_of(raw.substr(number_size));
  if (made == nullptr || ECDSA_SIG_set0(made.get(), r.get(), s.get()) != 1) return {};
  // They are the signature's from now on.
  (void)r.release();
  (void)s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(made.get(), &der);
  if (size <= 0) return {};
  std::string text{reinterpret_cast<char*>(der), static_cast<std::size_t>(size)};
  OPENSSL_free(der);
  return text;
}

bool verifies_by(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                 std::string_view signature) {
  const openssl_pointer<EVP_MD_CTX> by{EVP_MD_CTX_new()};
  return by != nullptr && EVP_DigestVerifyInit(by.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestVerify(by.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

}  // namespace

std::string_view name_of(jws_algorithm algorithm) {
  return algorithm_names[static_cast<std::size_t>(algorithm)];
}

std::optional<jws_algorithm> read_jws_algorithm(std::string_view name) {
  const auto found = std::ranges::find(algorithm_names, name);
  if (found == algorithm_names.end()) return std::nullopt;
  return static_cast<jws_algorithm>(found - algorithm_names.begin());
}

json_web_key::result json_web_key::of_secret(std::string_view secret) {
  if (secret.size() < least_secret)
    return wrong_key("is a secret (oct) of fewer than 32 bytes, which can be guessed");
  return json_web_key{secret};
}

json_web_key::result json_web_key::of_rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.starts_with('\0') || !is_odd(modulus) || bits_of(modulus) < least_rsa ||
      bits_of(modulus) > largest_rsa)
    return wrong_key("has a modulus (n) that is no odd number of 2048 to 8192 bits");
  // From 2^16 + 1 on, for it is odd.
  if (exponent.starts_with('\0') || !is_odd(exponent) || bits_of(exponent) <= 16 ||
      exponent.size() > most_exponent)
    return wrong_key("has an exponent (e) that is no odd number of 65537 to 4294967295");
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  const auto parts = new_params();
  actors::demand(OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                     OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
                 "a key");
  auto key = key_of_params("RSA", parts.get());
  if (key == nullptr) return wrong_key("has a modulus (n) that is of no key of RSA");
  return json_web_key{jws_algorithm::rs256, std::move(key)};
}

json_web_key::result json_web_key::of_p256(std::string_view x, std::string_view y) {
  if (x.size() != number_size || y.size() != number_size)
    return wrong_key("has coordinates (x, y) that are not 32 bytes each");
  const auto point = '\x04' + std::string{x} + std::string{y};
  const auto parts = new_params();
  actors::demand(
      OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
          OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                           point.size()) == 1,
      "a key");
  auto key = key_of_params("EC", parts.get());
  if (key == nullptr) return wrong_key("is a point (x, y) that does not lie on P-256");
  return json_web_key{jws_algorithm::es256, std::move(key)};
}

json_web_key::result json_web_key::of_ed25519(std::string_view x) {
  if (x.size() != number_size) return wrong_key("has a point (x) that is not 32 bytes");
  std::shared_ptr<EVP_PKEY> key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()), EVP_PKEY_free};
  if (key == nullptr) return wrong_key("is no key of Ed25519");
  return json_web_key{jws_algorithm::eddsa, std::move(key)};
}

bool json_web_key::verifies(std::string_view text, std::string_view signature) const {
  if (algorithm_ == jws_algorithm::hs256) return verifies_code(secret_, text, signature);
  // Looked up once: that costs more than to digest a short text.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  bool holds = false;
  if (algorithm_ == jws_algorithm::rs256) {
    holds = verifies_by(key_.get(), sha256, text, signature);
  } else if (algorithm_ == jws_algorithm::es256) {
    const auto der = der_of(signature);
    holds = !der.empty() && verifies_by(key_.get(), sha256, text, der);
  } else {
    holds = signature.size() == signature_size && verifies_by(key_.get(), nullptr, text, signature);
  }
  // What is left there would be taken for an error of the thread's next connection.
  if (!holds) ERR_clear_error();
  return holds;
}

}  // namespace lithair::http
