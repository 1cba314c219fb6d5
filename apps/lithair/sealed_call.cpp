#include "apps/lithair/sealed_call.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace lithair::apps {
namespace {

std::string openssl_reason() {
  const auto error = ERR_peek_last_error();
  const auto* text = error == 0 ? nullptr : ERR_reason_error_string(error);
  // Of files that can't be opened the system says more.
  if (text == nullptr && ERR_SYSTEM_ERROR(error)) return std::strerror(ERR_GET_REASON(error));
  return text == nullptr ? "unknown" : text;
}

void demand(bool done, const std::string& what) {
  if (!done) throw no_answer(what + ": " + openssl_reason());
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

// Nobody is there to be asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

void trust_text(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  auto* store = SSL_CTX_get_cert_store(context);
  bool any = false;
  while (auto* each = in ? PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr) : nullptr) {
    any = X509_STORE_add_cert(store, each) == 1 || any;
    X509_free(each);
  }
  demand(any, "the authority to trust can't be read");
  ERR_clear_error();  // that no further one was there
}

void set_trust(SSL_CTX* context, const call_trust& trust) {
  SSL_CTX_set_verify(context, trust.unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  // Whoever is named is trusted, also without the authority behind.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (!trust.pinned.empty())
    trust_text(context, trust.pinned);
  else if (!trust.authorities.empty())
    demand(SSL_CTX_load_verify_file(context, trust.authorities.c_str()) == 1,
           trust.authorities + " can't be used");
  else if (!trust.unverified)
    demand(SSL_CTX_set_default_verify_paths(context) == 1, "whom the system trusts can't be told");
}

void set_own(SSL_CTX* context, const call_trust& trust) {
  if (trust.certificate.empty()) return;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  demand(SSL_CTX_use_certificate_chain_file(context, trust.certificate.c_str()) == 1,
         trust.certificate + " can't be used");
  demand(SSL_CTX_use_PrivateKey_file(context, trust.key.c_str(), SSL_FILETYPE_PEM) == 1,
         trust.key + " can't be used");
}

void set_host(SSL* ssl, const std::string& host) {
  if (host.empty()) return;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool done = is_address(host)
                        ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                        : SSL_set1_host(ssl, host.c_str()) == 1;
  demand(done, "its name can't be asked for");
}

}  // namespace

void sealed_call::freed::operator()(ssl_ctx_st* x) const { SSL_CTX_free(x); }
void sealed_call::freed::operator()(ssl_st* x) const { SSL_free(x); }

sealed_call::sealed_call(plain_call& over, const call_trust& trust, const std::string& server_name)
    : over_(over), context_(SSL_CTX_new(TLS_client_method())) {
  ERR_clear_error();
  demand(context_ != nullptr && SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION) == 1,
         "TLS can't be spoken");
  set_trust(context_.get(), trust);
  set_own(context_.get(), trust);
  ssl_.reset(SSL_new(context_.get()));
  demand(ssl_ != nullptr, "TLS can't be spoken");
  auto* end = pipe_.end();
  demand(end != nullptr, "TLS can't be spoken");
  SSL_set_bio(ssl_.get(), end, end);
  if (!trust.unverified) set_host(ssl_.get(), trust.host);
  if (!is_address(server_name)) SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
  constexpr std::string_view spoken = "\x08http/1.1";
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(spoken.data()),
                      static_cast<unsigned>(spoken.size()));
  shake();
}

sealed_call::~sealed_call() = default;

void sealed_call::shake() {
  for (;;) {
    ERR_clear_error();
    const auto done = SSL_connect(ssl_.get());
    if (done == 1) break;
    if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) {
      send_output();  // an alert that tells the other side why
      const auto verified = SSL_get_verify_result(ssl_.get());
      if (verified != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE)
        throw no_answer(std::string{"its certificate is not to be trusted: "} +
                        X509_verify_cert_error_string(verified));
      fail("it can't be spoken with by TLS");
    }
    go_on();
  }
  send_output();
}

void sealed_call::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto part = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    const auto done = SSL_write(ssl_.get(), bytes.data(), part);
    if (done > 0)
      bytes.remove_prefix(static_cast<std::size_t>(done));
    else if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ)
      go_on();
    else
      fail("the connection broke");
    send_output();
  }
}

std::size_t sealed_call::receive(std::span<char> into) {
  for (;;) {
    ERR_clear_error();
    const auto got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    if (got > 0) return static_cast<std::size_t>(got);
    const auto why = SSL_get_error(ssl_.get(), got);
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    // With TLS 1.3 a server says only now that it does not take this one's certificate.
    if (why != SSL_ERROR_WANT_READ) fail("it refuses to go on");
    go_on();
  }
}

void sealed_call::send_output() {
  over_.send(pipe_.output);
  pipe_.output.clear();
}

void sealed_call::go_on() {
  send_output();
  const auto got = over_.receive(came_);
  if (got == 0) throw no_answer("it closed the connection before it answered");
  pipe_.input = {came_.data(), got};
}

void sealed_call::fail(const char* what) const {
  throw no_answer(std::string{what} + ": " + openssl_reason());
}

}  // namespace lithair::apps
