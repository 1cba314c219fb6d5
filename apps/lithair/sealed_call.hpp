#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "actors/tls/tls_pipe.hpp"
#include "apps/lithair/plain_call.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace lithair::apps {

/// Who is believed to be the other side of a `sealed_call`, and as whom one comes.
struct call_trust {
  std::string host;         ///< the name or address that its certificate must be for; empty: any
  std::string authorities;  ///< a file of those who certify it; empty: whom the system trusts
  std::string pinned;       ///< or such a text, in PEM; nobody else is trusted then
  bool unverified = false;  ///< whoever it is
  std::string certificate;  ///< a file with the own one and those behind it; empty: none is shown
  std::string key;          ///< the file of its key
};

/// TLS 1.2 or 1.3 over a connection, as its client. Blocks and throws as that does; what is wrong
/// with a certificate or a file is told in OpenSSL's words.
class sealed_call {
 public:
  /// Reads the files and shakes hands. `over` outlives it; `server_name`: what is told of whom is
  /// called, if that is a name.
  sealed_call(plain_call& over, const call_trust& trust, const std::string& server_name);
  ~sealed_call();
  sealed_call(const sealed_call&) = delete;
  sealed_call& operator=(const sealed_call&) = delete;

  void send(std::string_view bytes);
  /// What came; 0: the other side said that nothing more comes. An end without that may be
  /// anybody's who sits between, and throws.
  std::size_t receive(std::span<char> into);

 private:
  struct freed {
    void operator()(ssl_ctx_st* x) const;
    void operator()(ssl_st* x) const;
  };

  void shake();
  void send_output();
  /// Sends what is to be sent and takes what comes next.
  void go_on();
  [[noreturn]] void fail(const char* what) const;

  plain_call& over_;
  actors::tls_pipe pipe_;
  std::unique_ptr<ssl_ctx_st, freed> context_;
  std::unique_ptr<ssl_st, freed> ssl_;
  std::array<char, 16384> came_{};
};

}  // namespace lithair::apps
