#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/// OpenSSL's parts with owners, for the sources that make certificates or judge signatures.
namespace lithair::actors {

struct freed_by_openssl {
  void operator()(BIO* x) const { BIO_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(EVP_PKEY_CTX* x) const { EVP_PKEY_CTX_free(x); }
  void operator()(EVP_CIPHER_CTX* x) const { EVP_CIPHER_CTX_free(x); }
  void operator()(EVP_KDF* x) const { EVP_KDF_free(x); }
  void operator()(EVP_KDF_CTX* x) const { EVP_KDF_CTX_free(x); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(X509_REQ* x) const { X509_REQ_free(x); }
  void operator()(X509_EXTENSION* x) const { X509_EXTENSION_free(x); }
  void operator()(GENERAL_NAMES* x) const { GENERAL_NAMES_free(x); }
  void operator()(BIGNUM* x) const { BN_clear_free(x); }
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
  void operator()(ECDSA_SIG* x) const { ECDSA_SIG_free(x); }
  void operator()(OSSL_PARAM* x) const { OSSL_PARAM_free(x); }
  void operator()(OSSL_PARAM_BLD* x) const { OSSL_PARAM_BLD_free(x); }
};
template <class T>
using openssl_pointer = std::unique_ptr<T, freed_by_openssl>;

inline void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL can't make ") + what);
}

inline openssl_pointer<BIO> reader_for(std::string_view text) {
  openssl_pointer<BIO> made{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  demand(made != nullptr, "a reader");
  return made;
}

/// What `write` puts into a BIO.
template <class Write>
std::string text_written_by(const Write& write) {
  const openssl_pointer<BIO> out{BIO_new(BIO_s_mem())};
  demand(out != nullptr && write(out.get()) == 1, "a text");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

/// Nobody is there to be asked for a passphrase.
inline int asked_for_none(char*, int, int, void*) { return -1; }

inline openssl_pointer<EVP_PKEY> key_in(std::string_view pem) {
  const auto in = reader_for(pem);
  return openssl_pointer<EVP_PKEY>{
      PEM_read_bio_PrivateKey(in.get(), nullptr, asked_for_none, nullptr)};
}
inline openssl_pointer<X509> certificate_in(std::string_view pem) {
  const auto in = reader_for(pem);
  return openssl_pointer<X509>{PEM_read_bio_X509(in.get(), nullptr, asked_for_none, nullptr)};
}
inline openssl_pointer<X509_REQ> request_in(std::string_view pem) {
  const auto in = reader_for(pem);
  return openssl_pointer<X509_REQ>{
      PEM_read_bio_X509_REQ(in.get(), nullptr, asked_for_none, nullptr)};
}
inline std::string pem_of(EVP_PKEY& key) {
  return text_written_by([&key](BIO* out) {
    return PEM_write_bio_PrivateKey(out, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace lithair::actors
