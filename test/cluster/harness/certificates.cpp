#include "test/cluster/harness/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

namespace lithair::test {
namespace {

struct freed {
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(BIO* x) const { BIO_free(x); }
};
using key_pointer = std::unique_ptr<EVP_PKEY, freed>;
using certificate_pointer = std::unique_ptr<X509, freed>;

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("making a certificate: ") + what);
}

key_pointer make_key(unsigned rsa_bits) {
  key_pointer made{rsa_bits > 0 ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256")};
  demand(made != nullptr, "its key");
  return made;
}

template <class Write>
std::string pem_of(const Write& write) {
  const std::unique_ptr<BIO, freed> out{BIO_new(BIO_s_mem())};
  demand(write(out.get()) == 1, "its text");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509& x) {
  return pem_of([&x](BIO* out) { return PEM_write_bio_X509(out, &x); });
}

void add_extension(X509& to, X509& issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &to, nullptr, nullptr, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  demand(made != nullptr && X509_add_ext(&to, made, -1) == 1, value.c_str());
  X509_EXTENSION_free(made);
}

/// Signed by `issuer`; none: by itself. An authority has no names.
certificate_pointer make_certificate(const certificate_wish& wish, EVP_PKEY& key, X509* issuer,
                                     EVP_PKEY& signing) {
  certificate_pointer made{X509_new()};
  auto& x = *made;
  X509_set_version(&x, 2);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(&x), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(&x), wish.begins_in_s);
  X509_gmtime_adj(X509_getm_notAfter(&x), wish.ends_in_s);
  X509_set_pubkey(&x, &key);
  auto* subject = X509_get_subject_name(&x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.name.data()),
                             static_cast<int>(wish.name.size()), -1, 0);
  auto& by = issuer == nullptr ? x : *issuer;
  X509_set_issuer_name(&x, X509_get_subject_name(&by));
  const bool is_authority = wish.names.empty();
  add_extension(x, by, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(x, by, NID_key_usage,
                is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add_extension(x, by, NID_subject_key_identifier, "hash");
  std::string names;
  for (const auto& each : wish.names) names += (names.empty() ? "" : ",") + each;
  if (!is_authority) {
    add_extension(x, by, NID_authority_key_identifier, "keyid");
    add_extension(x, by, NID_subject_alt_name, names);
    add_extension(x, by, NID_ext_key_usage, wish.usage);
  }
  demand(X509_sign(&x, &signing, EVP_sha256()) > 0, "its signature");
  return made;
}

}  // namespace

struct authority::parts {
  key_pointer key;
  certificate_pointer certificate;
};

authority::authority(std::unique_ptr<parts> made)
    : parts_(std::move(made)), certificate_(pem_of(*parts_->certificate)) {}

authority::authority(std::string name)
    : authority([&name] {
        auto made = std::make_unique<parts>();
        made->key = make_key(0);
        made->certificate =
            make_certificate({std::move(name), {}}, *made->key, nullptr, *made->key);
        return made;
      }()) {}

authority::~authority() = default;
authority::authority(authority&& other) noexcept = default;

identity authority::issue(const certificate_wish& wish) const {
  const auto key = make_key(wish.rsa_bits);
  auto made = make_certificate(wish, *key, parts_->certificate.get(), *parts_->key);
  return {pem_of(*made), pem_of([&key](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

authority authority::below(std::string name) const {
  auto made = std::make_unique<parts>();
  made->key = make_key(0);
  made->certificate =
      make_certificate({std::move(name), {}}, *made->key, parts_->certificate.get(), *parts_->key);
  return authority{std::move(made)};
}

}  // namespace lithair::test
