#pragma once

#include <openssl/ssl.h>

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "test/actors/tls/ends.hpp"

namespace lithair::test {

struct freed_by_openssl {
  void operator()(SSL* x) const { SSL_free(x); }
  void operator()(SSL_CTX* x) const { SSL_CTX_free(x); }
  void operator()(SSL_SESSION* x) const { SSL_SESSION_free(x); }
};

/// A client that is OpenSSL's own: it believes any server, and does what ours would not.
class raw_client {
 public:
  explicit raw_client(const std::function<void(SSL_CTX*)>& set = {}, SSL_SESSION* resumed = nullptr)
      : context_(SSL_CTX_new(TLS_client_method())) {
    if (set) set(context_.get());
    ssl_.reset(SSL_new(context_.get()));
    auto* in = BIO_new(BIO_s_mem());
    auto* out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl_.get(), in, out);
    SSL_set_connect_state(ssl_.get());
    if (resumed != nullptr) SSL_set_session(ssl_.get(), resumed);
  }

  SSL* ssl() { return ssl_.get(); }
  /// What it has to say now.
  std::string output() {
    std::array<char, 65'536> bytes{};
    const int n = BIO_read(SSL_get_wbio(ssl()), bytes.data(), static_cast<int>(bytes.size()));
    return {bytes.data(), static_cast<std::size_t>(std::max(n, 0))};
  }
  /// Goes on as far as it can, with what a server says to it; whether it is connected.
  bool talk_to(tls_end& server) {
    for (int i = 0; i < 10; ++i) {
      std::array<char, 4096> plain{};
      if (SSL_is_init_finished(ssl()) != 0)
        SSL_read(ssl(), plain.data(), static_cast<int>(plain.size()));
      else
        SSL_do_handshake(ssl());
      server.take(output());
      const auto answer = server.session.take_output();
      BIO_write(SSL_get_rbio(ssl()), answer.data(), static_cast<int>(answer.size()));
    }
    return SSL_is_init_finished(ssl()) != 0;
  }
  std::unique_ptr<SSL_SESSION, freed_by_openssl> session() {
    return std::unique_ptr<SSL_SESSION, freed_by_openssl>{SSL_get1_session(ssl())};
  }

 private:
  std::unique_ptr<SSL_CTX, freed_by_openssl> context_;
  std::unique_ptr<SSL, freed_by_openssl> ssl_;
};

}  // namespace lithair::test
