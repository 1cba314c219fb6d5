#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

namespace lithair::actors {

/// By what a server seals the tickets with which clients resume (RFC 8446 §2.2, RFC 5077 §4). All
/// loops of a node share them, so that a client may come back to any. They live in memory alone and
/// change every hour; the one before opens tickets for an hour more, so whoever gets hold of the
/// memory learns nothing of what was said two hours ago (in TLS 1.2; 1.3 agrees on new keys
/// anyway). Any thread.
class ticket_keys {
 public:
  static constexpr std::int64_t renewed_after_s = 3600;

  /// `now`: seconds of any clock that does not go back. Throws std::runtime_error when the system
  /// gives no chance.
  explicit ticket_keys(std::function<std::int64_t()> now);
  ~ticket_keys();
  ticket_keys(const ticket_keys&) = delete;
  ticket_keys& operator=(const ticket_keys&) = delete;

  /// As OpenSSL asks for it (SSL_CTX_set_tlsext_ticket_key_evp_cb): prepares to seal, and tells the
  /// key's `name` and `iv`. 1, or -1.
  int seal(unsigned char* name, unsigned char* iv, evp_cipher_ctx_st* cipher, evp_mac_ctx_st* mac);
  /// Prepares to open what was sealed under that name. 2: and to give another ticket; 0: the name
  /// is not known any more; or -1.
  int open(const unsigned char* name, const unsigned char* iv, evp_cipher_ctx_st* cipher,
           evp_mac_ctx_st* mac);

 private:
  struct key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};  // AES-256-CBC
    std::array<unsigned char, 32> mac{};     // HMAC-SHA-256
    std::int64_t since = 0;
  };

  key made() const;
  /// Changes them when it is time. With the lock.
  void renew();

  std::function<std::int64_t()> now_;
  std::mutex mutex_;
  key current_;   // guarded by mutex_, as the next
  key previous_;  // before the first change: a key of which there are no tickets
};

}  // namespace lithair::actors
