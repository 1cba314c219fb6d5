#include "test/http/token_signer.hpp"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "actors/tls/openssl_parts.hpp"
#include "models/encoding/base64.hpp"

namespace lithair::http::test {

using actors::demand;
using actors::openssl_pointer;

using models::to_base64url;

namespace {

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::shared_ptr<EVP_PKEY> new_key(jws_algorithm algorithm) {
  EVP_PKEY* made = nullptr;
  if (algorithm == jws_algorithm::rs256) made = EVP_RSA_gen(2048);
  if (algorithm == jws_algorithm::es256) made = EVP_EC_gen("P-256");
  if (algorithm == jws_algorithm::eddsa) made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  demand(made != nullptr, "a key");
  return {made, EVP_PKEY_free};
}

std::string number_in(EVP_PKEY& key, const char* name, int size = 0) {
  BIGNUM* read = nullptr;
  demand(EVP_PKEY_get_bn_param(&key, name, &read) == 1, "a number");
  const openssl_pointer<BIGNUM> number{read};
  std::string made(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(read)), '\0');
  BN_bn2binpad(read, octets(made), static_cast<int>(made.size()));
  return made;
}

std::string material_of(jws_algorithm algorithm, EVP_PKEY* key) {
  std::string made(32, '\0');
  auto size = made.size();
  switch (algorithm) {
    case jws_algorithm::hs256:
      RAND_bytes(octets(made), static_cast<int>(size));
      break;
    case jws_algorithm::rs256:
      return number_in(*key, OSSL_PKEY_PARAM_RSA_N);
    case jws_algorithm::es256:
      return number_in(*key, OSSL_PKEY_PARAM_EC_PUB_X, 32) +
             number_in(*key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    case jws_algorithm::eddsa:
      demand(EVP_PKEY_get_raw_public_key(key, octets(made), &size) == 1, "a point");
      break;
  }
  return made;
}

std::string raw_of(const std::string& der) {
  const auto* at = octets(std::string_view{der});
  const openssl_pointer<ECDSA_SIG> read{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
  demand(read != nullptr, "a signature");
  std::string made(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), octets(made), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), octets(made) + 32, 32);
  return made;
}

}  // namespace

std::string hmac_of(std::string_view secret, std::string_view text) {
  std::string made(32, '\0');
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(text), text.size(),
       octets(made), nullptr);
  return made;
}

std::string unsigned_token(std::string_view header, std::string_view payload) {
  return to_base64url(header) + '.' + to_base64url(payload);
}

std::string with_signature(const std::string& text, std::string_view signature) {
  return text + '.' + to_base64url(signature);
}

token_signer::token_signer(jws_algorithm algorithm)
    : algorithm_(algorithm),
      key_(algorithm == jws_algorithm::hs256 ? nullptr : new_key(algorithm)),
      material_(material_of(algorithm, key_.get())) {}

std::string token_signer::jwk(std::string_view kid, std::string_view more) const {
  std::string made;
  switch (algorithm_) {
    case jws_algorithm::hs256:
      made = R"({"kty":"oct","k":")" + to_base64url(material_);
      break;
    case jws_algorithm::rs256:
      made = R"({"kty":"RSA","e":"AQAB","n":")" + to_base64url(material_);
      break;
    case jws_algorithm::es256:
      made = R"({"kty":"EC","crv":"P-256","x":")" + to_base64url(material_.substr(0, 32)) +
             R"(","y":")" + to_base64url(material_.substr(32));
      break;
    case jws_algorithm::eddsa:
      made = R"({"kty":"OKP","crv":"Ed25519","x":")" + to_base64url(material_);
      break;
  }
  made += '"';
  if (!kid.empty()) made += R"(,"kid":")" + std::string{kid} + '"';
  if (!more.empty()) made += ',' + std::string{more};
  return made + '}';
}

std::string token_signer::pem() const {
  return actors::text_written_by([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key_.get()); });
}
std::string token_signer::der() const {
  return actors::text_written_by([&](BIO* out) { return i2d_PUBKEY_bio(out, key_.get()); });
}

std::string token_signer::sign_plainly(std::string_view text) const {
  if (algorithm_ == jws_algorithm::hs256) return hmac_of(material_, text);
  const openssl_pointer<EVP_MD_CTX> by{EVP_MD_CTX_new()};
  const auto* digest = algorithm_ == jws_algorithm::eddsa ? nullptr : EVP_sha256();
  std::string made(1024, '\0');
  auto size = made.size();
  demand(EVP_DigestSignInit(by.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
             EVP_DigestSign(by.get(), octets(made), &size, octets(text), text.size()) == 1,
         "a signature");
  made.resize(size);
  return made;
}

std::string token_signer::sign(std::string_view text) const {
  auto made = sign_plainly(text);
  return algorithm_ == jws_algorithm::es256 ? raw_of(made) : made;
}

std::string token_signer::token(std::string_view header, std::string_view payload) const {
  const auto text = unsigned_token(header, payload);
  return with_signature(text, sign(text));
}

std::string token_signer::token(std::string_view payload) const {
  return token(R"({"alg":")" + std::string{http::name_of(algorithm_)} + R"("})", payload);
}

const token_signer& signer_of(jws_algorithm algorithm) {
  static std::array<std::unique_ptr<const token_signer>, 4> all;
  auto& made = all[static_cast<std::size_t>(algorithm)];
  if (!made) made = std::make_unique<const token_signer>(algorithm);
  return *made;
}

}  // namespace lithair::http::test
