#include "actors/tls/sealing.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <array>
#include <exception>

#include "actors/tls/openssl_parts.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t point_size = 65;
constexpr std::size_t code_size = 16;
constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;

const unsigned char* bytes_in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_in(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string point_of(EVP_PKEY& key) {
  std::string made(point_size, '\0');
  std::size_t size = 0;
  demand(EVP_PKEY_get_octet_string_param(&key, OSSL_PKEY_PARAM_PUB_KEY, bytes_in(made), made.size(),
                                         &size) == 1 &&
             size == made.size(),
         "a point");
  return made;
}

// As the other's key knows its curve.
openssl_pointer<EVP_PKEY> key_of(std::string_view point, EVP_PKEY& like) {
  openssl_pointer<EVP_PKEY> made{EVP_PKEY_new()};
  demand(made != nullptr && EVP_PKEY_copy_parameters(made.get(), &like) == 1 &&
             EVP_PKEY_set1_encoded_public_key(made.get(), bytes_in(point), point.size()) == 1,
         "a point");
  return made;
}

/// Key and nonce, one behind the other.
std::string secret_of(EVP_PKEY& own, EVP_PKEY& other, const std::string& points) {
  const openssl_pointer<EVP_PKEY_CTX> by{EVP_PKEY_CTX_new(&own, nullptr)};
  std::string shared(key_size, '\0');
  auto size = shared.size();
  demand(by != nullptr && EVP_PKEY_derive_init(by.get()) == 1 &&
             EVP_PKEY_derive_set_peer(by.get(), &other) == 1 &&
             EVP_PKEY_derive(by.get(), bytes_in(shared), &size) == 1 && size == shared.size(),
         "a shared secret");
  const openssl_pointer<EVP_KDF> kdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr)};
  const openssl_pointer<EVP_KDF_CTX> deriving{EVP_KDF_CTX_new(kdf.get())};
  auto info = "lithair sealed key" + points;
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 4> how{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared.data(), shared.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string made(key_size + nonce_size, '\0');
  demand(deriving != nullptr &&
             EVP_KDF_derive(deriving.get(), bytes_in(made), made.size(), how.data()) == 1,
         "a key");
  return made;
}

}  // namespace

std::string seal_for(EVP_PKEY& holder, std::string_view text) {
  const openssl_pointer<EVP_PKEY> once{EVP_EC_gen("P-256")};
  demand(once != nullptr, "a key");
  const auto point = point_of(*once);
  const auto secret = secret_of(*once, holder, point + point_of(holder));
  const openssl_pointer<EVP_CIPHER_CTX> cipher{EVP_CIPHER_CTX_new()};
  std::string sealed(text.size(), '\0');
  std::string code(code_size, '\0');
  int size = 0;
  demand(cipher != nullptr &&
             EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                bytes_in(std::string_view{secret}),
                                bytes_in(std::string_view{secret}) + key_size) == 1 &&
             EVP_EncryptUpdate(cipher.get(), bytes_in(sealed), &size, bytes_in(text),
                               static_cast<int>(text.size())) == 1 &&
             EVP_EncryptFinal_ex(cipher.get(), bytes_in(sealed) + size, &size) == 1 &&
             EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, code_size, code.data()) == 1,
         "a sealed text");
  return point + sealed + code;
}

tl::expected<std::string, std::string> open_sealed(const std::string& key,
                                                   std::string_view sealed) {
  const auto wrong = [] {
    ERR_clear_error();
    return tl::unexpected(std::string{"what was sealed is not for this key, or was changed"});
  };
  if (sealed.size() < point_size + code_size) return wrong();
  const auto own = key_in(key);
  if (!own) return wrong();
  try {
    const auto point = sealed.substr(0, point_size);
    const auto text = sealed.substr(point_size, sealed.size() - point_size - code_size);
    std::string code{sealed.substr(point_size + text.size())};
    const auto other = key_of(point, *own);
    const auto secret = secret_of(*own, *other, std::string{point} + point_of(*own));
    const openssl_pointer<EVP_CIPHER_CTX> cipher{EVP_CIPHER_CTX_new()};
    std::string opened(text.size(), '\0');
    int size = 0;
    const bool right =
        cipher != nullptr &&
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                           bytes_in(std::string_view{secret}),
                           bytes_in(std::string_view{secret}) + key_size) == 1 &&
        EVP_DecryptUpdate(cipher.get(), bytes_in(opened), &size, bytes_in(text),
                          static_cast<int>(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, code_size, code.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), bytes_in(opened) + size, &size) == 1;
    if (!right) return wrong();
    return opened;
  } catch (const std::exception&) {
    return wrong();
  }
}

std::string base64url(std::string_view bytes) {
  std::string made(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(bytes_in(made), bytes_in(bytes), static_cast<int>(bytes.size()));
  made.resize(static_cast<std::size_t>(size));
  while (made.ends_with('=')) made.pop_back();
  for (auto& c : made) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return made;
}

tl::expected<std::string, std::string> bytes_of_base64url(std::string_view text) {
  const auto wrong = [] { return tl::unexpected(std::string{"that is no base64url"}); };
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.find_first_not_of(letters) != std::string_view::npos || text.size() % 4 == 1)
    return wrong();
  std::string made;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 6 | static_cast<std::uint32_t>(letters.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    made += static_cast<char>(bits >> count & 0xff);
  }
  // The bits that are left say nothing.
  if ((bits & ((1u << count) - 1)) != 0) return wrong();
  return made;
}

}  // namespace lithair::actors
