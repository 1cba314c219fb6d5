#include "actors/tls/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace lithair::actors {

namespace {

// An output that has become larger gives its memory back.
constexpr std::size_t kept_output = 32 << 10;

constexpr std::array<std::string_view, tls_failure_count> failure_names{
    "none",        "version", "cipher",    "protocol", "no_certificate",
    "certificate", "refused", "malformed", "too_much"};

tls_failure failure_of(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return tls_failure::version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return tls_failure::cipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return tls_failure::protocol;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return tls_failure::no_certificate;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return tls_failure::certificate;
    default:
      // What the other side alerts is told as its number behind a thousand.
      return reason > SSL_AD_REASON_OFFSET ? tls_failure::refused : tls_failure::malformed;
  }
}

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> made{
      a2i_IPADDRESS(host.c_str()), &ASN1_OCTET_STRING_free};
  ERR_clear_error();
  return made != nullptr;
}

void expect_host(SSL* of, const std::string& host, tls_role role) {
  auto* check = SSL_get0_param(of);
  const bool done = is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str()) == 1
                                     : X509_VERIFY_PARAM_set1_host(check, host.c_str(), 0) == 1 &&
                                           (role == tls_role::server ||
                                            SSL_set_tlsext_host_name(of, host.c_str()) == 1);
  if (!done) throw std::runtime_error("no certificate can be for '" + host + "'");
}

}  // namespace

std::string_view name_of(tls_failure which) {
  return failure_names[static_cast<std::size_t>(which)];
}

tls_session::tls_session(std::shared_ptr<const tls_context> with, tls_expectation what)
    : context_(std::move(with)), expected_(std::move(what)) {
  ssl_ = SSL_new(context_->native());
  BIO* end = ssl_ == nullptr ? nullptr : pipe_.end();
  if (end == nullptr) {
    SSL_free(ssl_);
    throw std::runtime_error("no memory for a TLS connection");
  }
  SSL_set_bio(ssl_, end, end);
  SSL_set_app_data(ssl_, this);
  try {
    if (!expected_.host.empty()) expect_host(ssl_, expected_.host, context_->role());
  } catch (...) {
    SSL_free(ssl_);
    throw;
  }
  SSL_set_verify(ssl_, SSL_get_verify_mode(ssl_), judge_certificate);
  if (context_->role() == tls_role::server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    shake();
  }
}

tls_session::~tls_session() { SSL_free(ssl_); }

std::size_t tls_session::feed(std::string_view bytes, std::span<char> plain) {
  assert(plain.size() >= bytes.size() + held_back);
  std::size_t size = 0;
  const auto before = pipe_.output.size();
  pipe_.input = bytes;
  if (state_ == tls_state::handshaking) {
    shake();
    fed_ += bytes.size();
    if (state_ == tls_state::handshaking && fed_ > most_of_handshake)
      fail(tls_failure::too_much, "the handshake is too long");
  }
  while ((state_ == tls_state::open || state_ == tls_state::closed) && !ended_) {
    ERR_clear_error();
    std::size_t more = 0;
    if (SSL_read_ex(ssl_, plain.data() + size, plain.size() - size, &more) == 1) {
      size += more;
      continue;
    }
    const int error = SSL_get_error(ssl_, 0);
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN)
      ended_ = true;
    else
      fail_by_openssl();
  }
  pipe_.input = {};
  answered_ += pipe_.output.size() - before;
  // Who has us answer and does not listen.
  if (answered_ > most_answered && state_ == tls_state::open)
    fail(tls_failure::too_much, "the other side does not take what it asks for");
  return size;
}

void tls_session::shake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return opened();
  if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) fail_by_openssl();
}

void tls_session::opened() {
  const auto& usage = context_->usage();
  if (usage.needs_protocol && protocol() != usage.protocol)
    return fail(tls_failure::protocol,
                "the other side does not say that it speaks " + usage.protocol);
  if (auto* shown = SSL_get0_peer_certificate(ssl_)) peer_ = certificate_of(*shown);
  state_ = tls_state::open;
}

void tls_session::fail(tls_failure why, std::string text) {
  state_ = tls_state::failed;
  failure_ = why;
  why_failed_ = std::move(text);
}

void tls_session::fail_by_openssl() {
  const auto error = ERR_peek_error();
  const auto why = failure_of(ERR_GET_REASON(error));
  const char* text = ERR_reason_error_string(error);
  std::string said = text == nullptr ? "unknown" : text;
  if (why == tls_failure::certificate)
    said = judged_.empty() ? X509_verify_cert_error_string(SSL_get_verify_result(ssl_)) : judged_;
  ERR_clear_error();
  fail(why, std::move(said));
}

// The other side's own certificate comes last, when those that signed it are right.
int tls_session::judge_certificate(int fine, X509_STORE_CTX* of) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(of, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<tls_session*>(SSL_get_app_data(ssl));
  // No exception may pass through OpenSSL.
  try {
    auto* own = X509_STORE_CTX_get0_cert(of);
    if (fine != 1) {
      if (own != nullptr) self.refused_subject_ = certificate_of(*own).subject;
      return fine;
    }
    if (X509_STORE_CTX_get_error_depth(of) != 0 || !self.expected_.judge) return fine;
    const auto shown = certificate_of(*own);
    self.judged_ = self.expected_.judge(shown);
    if (!self.judged_.empty()) self.refused_subject_ = shown.subject;
  } catch (const std::exception& error) {
    self.judged_ = error.what();
    if (self.judged_.empty()) self.judged_ = "unknown";
  }
  if (self.judged_.empty()) return 1;
  X509_STORE_CTX_set_error(of, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

void tls_session::encrypt(std::string_view plain) {
  assert(is_open());
  if (plain.empty()) return;
  ERR_clear_error();
  const auto most = context_->usage().records_of_a_key;
  if (sealed_ >= most && SSL_version(ssl_) == TLS1_3_VERSION) {
    // The other side's own key is its own matter.
    if (SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) != 1) return fail_by_openssl();
    sealed_ = 0;
  }
  sealed_ += 1 + plain.size() / SSL3_RT_MAX_PLAIN_LENGTH;
  std::size_t written = 0;
  // Nothing can hinder it: the output takes all.
  if (SSL_write_ex(ssl_, plain.data(), plain.size(), &written) != 1) fail_by_openssl();
}

void tls_session::close() {
  if (!is_open()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
  state_ = tls_state::closed;
}

void tls_session::sent(std::size_t bytes) {
  pipe_.output.erase(0, bytes);
  if (!pipe_.output.empty()) return;
  answered_ = 0;
  if (pipe_.output.capacity() > kept_output) pipe_.output = {};
}

std::string tls_session::take_output() {
  answered_ = 0;
  return std::exchange(pipe_.output, {});
}

std::string tls_session::why_not_any_more(const tls_context& newest) const {
  auto* shown = SSL_get0_peer_certificate(ssl_);
  if (shown == nullptr) return {};
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check{X509_STORE_CTX_new(),
                                                                              &X509_STORE_CTX_free};
  const bool is_server = context_->role() == tls_role::server;
  // Without memory nothing is known, and it stays as it is.
  if (!check ||
      X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(newest.native()), shown,
                          SSL_get_peer_cert_chain(ssl_)) != 1 ||
      X509_STORE_CTX_set_default(check.get(), is_server ? "ssl_client" : "ssl_server") != 1) {
    ERR_clear_error();
    return {};
  }
  const bool fine = X509_verify_cert(check.get()) == 1;
  const int error = X509_STORE_CTX_get_error(check.get());
  ERR_clear_error();
  return fine ? std::string{} : X509_verify_cert_error_string(error);
}

bool tls_session::is_within_record() const { return SSL_has_pending(ssl_) == 1; }
bool tls_session::was_resumed() const { return SSL_session_reused(ssl_) == 1; }
std::string_view tls_session::version() const { return SSL_get_version(ssl_); }

std::string_view tls_session::protocol() const {
  const unsigned char* text = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &text, &size);
  return {reinterpret_cast<const char*>(text), size};
}

}  // namespace lithair::actors
