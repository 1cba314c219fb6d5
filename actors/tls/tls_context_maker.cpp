#include "actors/tls/tls_context_maker.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace lithair::actors {

namespace {

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

bio reader_of(std::string_view text) {
  bio made{BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
  if (!made) throw std::runtime_error("no memory to read a certificate");
  return made;
}

// Nobody is there to be asked for a passphrase; OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

bool is_end_of_pem(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

std::string reason_of(unsigned long error) {
  const char* text = ERR_reason_error_string(error);
  return text == nullptr ? "unknown" : text;
}

}  // namespace

void tls_context_maker::freed::operator()(X509* x) const { X509_free(x); }

tls_context_maker::tls_context_maker(SSL_CTX* into) : into_(into) {}
tls_context_maker::~tls_context_maker() = default;

std::string tls_context_maker::read(const tls_material::text& from, list& into) {
  const auto in = reader_of(from.pem);
  ERR_clear_error();
  while (auto* each = PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr))
    into.emplace_back(each);
  const auto error = ERR_peek_last_error();
  ERR_clear_error();
  // Behind the last one there may be anything but half of one.
  if (!is_end_of_pem(error))
    return from.name + ": certificate " + std::to_string(into.size() + 1) + " in it is damaged (" +
           reason_of(error) + ")";
  return into.empty() ? from.name + " holds no certificate in PEM" : std::string{};
}

std::string tls_context_maker::take_certificates(const tls_material::text& of) {
  if (auto wrong = read(of, own_); !wrong.empty()) return wrong;
  if (SSL_CTX_use_certificate(into_, own_.front().get()) != 1)
    return of.name + ": the certificate can't be used (" + reason_of(ERR_peek_last_error()) + ")";
  for (std::size_t i = 1; i < own_.size(); ++i)
    if (SSL_CTX_add1_chain_cert(into_, own_[i].get()) != 1)
      return of.name + ": certificate " + std::to_string(i + 1) + " in it can't be used (" +
             reason_of(ERR_peek_last_error()) + ")";
  return {};
}

std::string tls_context_maker::take_key(const tls_material::text& of) {
  const auto in = reader_of(of.pem);
  ERR_clear_error();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr), &EVP_PKEY_free};
  if (!key) {
    const bool locked = of.pem.find("ENCRYPTED") != std::string::npos;
    return of.name + (locked ? " is encrypted with a passphrase, for which nobody can be asked"
                             : " holds no private key in PEM");
  }
  if (X509_check_private_key(own_.front().get(), key.get()) != 1)
    return of.name + " is not the key of the certificate";
  if (SSL_CTX_use_PrivateKey(into_, key.get()) != 1)
    return of.name + ": the key can't be used (" + reason_of(ERR_peek_last_error()) + ")";
  return {};
}

std::string tls_context_maker::take_authorities(const tls_material::text& of) {
  if (auto wrong = read(of, authorities_); !wrong.empty()) return wrong;
  auto* store = SSL_CTX_get_cert_store(into_);
  for (std::size_t i = 0; i < authorities_.size(); ++i) {
    auto* each = authorities_[i].get();
    // The names tell clients which of their certificates to show.
    if (X509_STORE_add_cert(store, each) != 1 || SSL_CTX_add_client_CA(into_, each) != 1)
      return of.name + ": certificate " + std::to_string(i + 1) + " in it can't be used (" +
             reason_of(ERR_peek_last_error()) + ")";
  }
  // Whoever is named is trusted, also without the authority behind.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

void tls_context_maker::set_session_scope() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> all{EVP_MD_CTX_new(),
                                                                    &EVP_MD_CTX_free};
  bool done = EVP_DigestInit_ex(all.get(), EVP_sha256(), nullptr) == 1;
  const auto add = [&](const X509* each) {
    done = done && X509_digest(each, EVP_sha256(), digest.data(), &size) == 1 &&
           EVP_DigestUpdate(all.get(), digest.data(), size) == 1;
  };
  add(own_.front().get());
  for (const auto& each : authorities_) add(each.get());
  done = done && EVP_DigestFinal_ex(all.get(), digest.data(), &size) == 1 &&
         SSL_CTX_set_session_id_context(into_, digest.data(), size) == 1;
  if (!done) throw std::runtime_error("OpenSSL can't do what TLS needs");
}

X509& tls_context_maker::own() const { return *own_.front(); }

std::string tls_context_maker::disorder() const {
  for (std::size_t i = 1; i < own_.size(); ++i)
    if (X509_check_issued(own_[i].get(), own_[i - 1].get()) != X509_V_OK)
      return "certificate " + std::to_string(i + 1) +
             " in it is not the one that signed the one before, and some clients refuse such";
  return {};
}

// Time is left out: that a certificate ends soon, or has, is another sentence.
std::string tls_context_maker::why_not_equal() const {
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> between{
      sk_X509_new_null(), [](STACK_OF(X509) * x) { sk_X509_free(x); }};
  for (std::size_t i = 1; i < own_.size(); ++i) sk_X509_push(between.get(), own_[i].get());
  for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check{
        X509_STORE_CTX_new(), &X509_STORE_CTX_free};
    if (!check || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(into_),
                                      own_.front().get(), between.get()) != 1)
      throw std::runtime_error("no memory to judge a certificate");
    X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_CTX_set_purpose(check.get(), purpose);
    const bool fine = X509_verify_cert(check.get()) == 1;
    ERR_clear_error();
    const int error = X509_STORE_CTX_get_error(check.get());
    if (error == X509_V_ERR_INVALID_PURPOSE)
      return "the certificate is not for both ends of a connection (extended key usage serverAuth "
             "and clientAuth)";
    if (!fine)
      return std::string{"the certificate is not of the authorities that are trusted here ("} +
             X509_verify_cert_error_string(error) + ")";
  }
  return {};
}

}  // namespace lithair::actors
