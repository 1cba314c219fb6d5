#include "actors/tls/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace lithair::actors {

namespace {

bool set_mac(EVP_MAC_CTX* to, std::array<unsigned char, 32>& secret) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(to, params) == 1;
}

}  // namespace

ticket_keys::ticket_keys(std::function<std::int64_t()> now)
    : now_(std::move(now)), current_(made()), previous_(made()) {}

ticket_keys::~ticket_keys() {
  for (auto* each : {&current_, &previous_}) {
    OPENSSL_cleanse(each->cipher.data(), each->cipher.size());
    OPENSSL_cleanse(each->mac.data(), each->mac.size());
  }
}

ticket_keys::key ticket_keys::made() const {
  key result;
  const auto fill = [](auto& bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
      throw std::runtime_error("the system gives no random bytes");
  };
  fill(result.name);
  fill(result.cipher);
  fill(result.mac);
  result.since = now_();
  return result;
}

void ticket_keys::renew() {
  const auto age = now_() - current_.since;
  if (age < renewed_after_s) return;
  // After a long silence the last one is as old as the one before it would be.
  previous_ = age < 2 * renewed_after_s ? std::exchange(current_, made()) : made();
  if (age >= 2 * renewed_after_s) current_ = made();
}

int ticket_keys::seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac) {
  const std::lock_guard guard{mutex_};
  try {
    renew();
  } catch (const std::runtime_error&) {
    return -1;
  }
  std::ranges::copy(current_.name, name);
  if (RAND_bytes(iv, 16) != 1) return -1;
  const bool done =
      EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), current_.cipher.data(), iv, nullptr) == 1 &&
      set_mac(mac, current_.mac);
  return done ? 1 : -1;
}

int ticket_keys::open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac) {
  const std::lock_guard guard{mutex_};
  try {
    renew();
  } catch (const std::runtime_error&) {
    return -1;
  }
  for (auto* each : {&current_, &previous_}) {
    if (!std::equal(each->name.begin(), each->name.end(), name)) continue;
    const bool done =
        EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), each->cipher.data(), iv, nullptr) == 1 &&
        set_mac(mac, each->mac);
    // RFC 8446 App. C.4: a ticket is used once, so whoever resumes gets another.
    return done ? 2 : -1;
  }
  return 0;
}

}  // namespace lithair::actors
