#include "actors/tls/cluster_authority.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "actors/tls/openssl_parts.hpp"
#include "actors/tls/sealing.hpp"

namespace lithair::actors {

namespace {

constexpr std::int64_t authority_days = 3650;
// Clocks differ.
constexpr std::int64_t before_s = 3600;
constexpr std::string_view token_prefix = "lithair1.";
constexpr std::size_t digest_size = 32;
constexpr std::size_t number_size = 8;
constexpr std::size_t token_size = digest_size + number_size + number_size + digest_size;
constexpr std::string_view proof_prefix = "lithair-proof.";
constexpr std::size_t proof_size = digest_size + number_size + digest_size;
constexpr std::size_t scalar_size = 32;

std::string text_of(std::uint64_t number) {
  std::string made(number_size, '\0');
  for (auto at = made.rbegin(); at != made.rend(); ++at, number >>= 8)
    *at = static_cast<char>(number & 0xff);
  return made;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t made = 0;
  for (const char c : bytes) made = made << 8 | static_cast<unsigned char>(c);
  return made;
}

std::string hmac(std::string_view key, std::string_view said) {
  std::string made(digest_size, '\0');
  unsigned size = 0;
  demand(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(said.data()), said.size(),
              reinterpret_cast<unsigned char*>(made.data()), &size) != nullptr,
         "a code");
  return made;
}

std::string digest_of(const X509& of) {
  std::string made(digest_size, '\0');
  unsigned size = 0;
  demand(X509_digest(&of, EVP_sha256(), reinterpret_cast<unsigned char*>(made.data()), &size) == 1,
         "a digest");
  return made;
}

std::string scalar_of(const EVP_PKEY& key) {
  BIGNUM* found = nullptr;
  demand(EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_PRIV_KEY, &found) == 1, "a number of a key");
  const openssl_pointer<BIGNUM> number{found};
  std::string made(scalar_size, '\0');
  demand(BN_bn2binpad(found, reinterpret_cast<unsigned char*>(made.data()),
                      static_cast<int>(made.size())) == static_cast<int>(made.size()),
         "a number of a key");
  return made;
}

void add_extension(X509& to, X509& issuer, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &to, nullptr, nullptr, 0);
  const openssl_pointer<X509_EXTENSION> made{X509V3_EXT_conf_nid(nullptr, &context, what, value)};
  demand(made != nullptr && X509_add_ext(&to, made.get(), -1) == 1, value);
}

// Built by its parts and not of a text, in which a name could say more than one.
void add_name(GENERAL_NAMES& to, int type, std::string_view value) {
  auto* name = GENERAL_NAME_new();
  demand(name != nullptr && sk_GENERAL_NAME_push(&to, name) > 0, "a name");
  if (type == GEN_IPADD) {
    auto* address = a2i_IPADDRESS(std::string{value}.c_str());
    demand(address != nullptr, "an address");
    return GENERAL_NAME_set0_value(name, type, address);
  }
  auto* text = ASN1_IA5STRING_new();
  demand(
      text != nullptr && ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1,
      "a name");
  GENERAL_NAME_set0_value(name, type, text);
}

bool names_address(const std::string& host) {
  auto* made = a2i_IPADDRESS(host.c_str());
  ERR_clear_error();
  ASN1_OCTET_STRING_free(made);
  return made != nullptr;
}

bool is_host_name(std::string_view host) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  return !host.empty() && host.size() <= 253 &&
         host.find_first_not_of(allowed) == std::string_view::npos;
}

void set_time(X509& of, std::int64_t now, std::int64_t days) {
  time_t zero = 0;
  demand(
      X509_time_adj_ex(X509_getm_notBefore(&of), 0, now - before_s, &zero) != nullptr &&
          X509_time_adj_ex(X509_getm_notAfter(&of), static_cast<int>(days), now, &zero) != nullptr,
      "a time");
}

void set_subject(X509_NAME& to, const std::string& name) {
  demand(X509_NAME_add_entry_by_txt(&to, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1,
         "a name");
}

/// All but names and extensions.
openssl_pointer<X509> begun(EVP_PKEY& key, const std::string& name, std::int64_t now,
                            std::int64_t days) {
  openssl_pointer<X509> made{X509_new()};
  demand(made != nullptr && X509_set_version(made.get(), 2) == 1, "a certificate");
  std::array<unsigned char, 16> serial{};
  demand(RAND_bytes(serial.data(), serial.size()) == 1, "chance");
  serial[0] &= 0x7f;
  const openssl_pointer<BIGNUM> number{BN_bin2bn(serial.data(), serial.size(), nullptr)};
  demand(number != nullptr &&
             BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr,
         "a number");
  set_time(*made, now, days);
  set_subject(*X509_get_subject_name(made.get()), name);
  demand(X509_set_pubkey(made.get(), &key) == 1, "a certificate");
  return made;
}

std::string request_of(EVP_PKEY& key, const std::string& common_name) {
  const openssl_pointer<X509_REQ> made{X509_REQ_new()};
  demand(made != nullptr, "a request");
  set_subject(*X509_REQ_get_subject_name(made.get()), common_name);
  demand(X509_REQ_set_version(made.get(), 0) == 1 && X509_REQ_set_pubkey(made.get(), &key) == 1 &&
             X509_REQ_sign(made.get(), &key, EVP_sha256()) > 0,
         "a request");
  return text_written_by([&made](BIO* out) { return PEM_write_bio_X509_REQ(out, made.get()); });
}

std::string pem_of(X509& x) {
  return text_written_by([&x](BIO* out) { return PEM_write_bio_X509(out, &x); });
}

}  // namespace

struct cluster_authority::parts {
  openssl_pointer<EVP_PKEY> native_key;
  openssl_pointer<X509> native;
  std::string certificate;
  std::string key;
  std::string digest;
  std::string code_key;   // of tokens
  std::string proof_key;  // of proofs
};

cluster_authority::cluster_authority(std::unique_ptr<parts> made) : parts_(std::move(made)) {
  auto& x = *parts_;
  x.certificate = pem_of(*x.native);
  x.key = actors::pem_of(*x.native_key);
  x.digest = digest_of(*x.native);
  // Of its own use, so that it tells nothing of the key.
  x.code_key = hmac(scalar_of(*x.native_key), "lithair join tokens");
  x.proof_key = hmac(scalar_of(*x.native_key), "lithair proofs");
}
cluster_authority::~cluster_authority() = default;
cluster_authority::cluster_authority(cluster_authority&& other) noexcept = default;
cluster_authority& cluster_authority::operator=(cluster_authority&& other) noexcept = default;

const std::string& cluster_authority::certificate() const { return parts_->certificate; }
const std::string& cluster_authority::key() const { return parts_->key; }

cluster_authority cluster_authority::make(std::int64_t now) {
  auto made = std::make_unique<parts>();
  made->native_key.reset(EVP_EC_gen("P-256"));
  demand(made->native_key != nullptr, "a key");
  made->native = begun(*made->native_key, "lithair cluster", now, authority_days);
  auto& x = *made->native;
  demand(X509_set_issuer_name(&x, X509_get_subject_name(&x)) == 1, "a certificate");
  add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(x, x, NID_subject_key_identifier, "hash");
  demand(X509_sign(&x, made->native_key.get(), EVP_sha256()) > 0, "a signature");
  return cluster_authority{std::move(made)};
}

tl::expected<cluster_authority, std::string> cluster_authority::read(const std::string& certificate,
                                                                     const std::string& key) {
  auto made = std::make_unique<parts>();
  made->native = certificate_in(certificate);
  made->native_key = key_in(key);
  ERR_clear_error();
  if (!made->native) return tl::unexpected(std::string{"its certificate is damaged"});
  if (!made->native_key) return tl::unexpected(std::string{"its key is damaged"});
  if (X509_check_private_key(made->native.get(), made->native_key.get()) != 1) {
    ERR_clear_error();
    return tl::unexpected(std::string{"its key is not that of its certificate"});
  }
  return cluster_authority{std::move(made)};
}

tl::expected<std::string, std::string> cluster_authority::certify(const std::string& request,
                                                                  const certified_names& whom,
                                                                  std::int64_t now) const {
  const auto asked = request.size() <= longest_request ? request_in(request) : nullptr;
  auto* key = asked ? X509_REQ_get0_pubkey(asked.get()) : nullptr;
  const bool signed_by_it = key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
                            EVP_PKEY_get_bits(key) == 256 && X509_REQ_verify(asked.get(), key) == 1;
  ERR_clear_error();
  if (!signed_by_it)
    return tl::unexpected(
        std::string{"that is no request for a certificate, signed with its key "
                    "of P-256"});
  if (whom.hosts.size() > most_hosts)
    return tl::unexpected("a certificate is for " + std::to_string(most_hosts) + " hosts at most");
  const openssl_pointer<GENERAL_NAMES> names{sk_GENERAL_NAME_new_null()};
  demand(names != nullptr, "names");
  add_name(*names, GEN_URI, whom.uri);
  for (const auto& each : whom.hosts) {
    const bool address = names_address(each);
    if (!address && !is_host_name(each))
      return tl::unexpected(std::string{"a host is no name and no address"});
    add_name(*names, address ? GEN_IPADD : GEN_DNS, each);
  }
  const auto made = begun(*key, whom.common_name, now, node_days);
  auto& x = *made;
  auto& by = *parts_->native;
  demand(X509_set_issuer_name(&x, X509_get_subject_name(&by)) == 1, "a certificate");
  add_extension(x, by, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(x, by, NID_key_usage, "critical,digitalSignature");
  add_extension(x, by, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(x, by, NID_subject_key_identifier, "hash");
  add_extension(x, by, NID_authority_key_identifier, "keyid");
  demand(X509_add1_ext_i2d(&x, NID_subject_alt_name, names.get(), 0, 0) == 1, "names");
  demand(X509_sign(&x, parts_->native_key.get(), EVP_sha256()) > 0, "a signature");
  return pem_of(x);
}

std::string cluster_authority::sealed_key_for(const std::string& request) const {
  const auto asked = request_in(request);
  auto* key = asked ? X509_REQ_get0_pubkey(asked.get()) : nullptr;
  demand(key != nullptr, "out a request");
  return seal_for(*key, parts_->key);
}

// -- tokens --------------------------------------------------------------------------------------

//     token := "lithair1." base64url(authority:32 number:8 expires:8 code:32)
std::string cluster_authority::code_of(std::string_view said) const {
  return hmac(parts_->code_key, said);
}

std::string cluster_authority::make_token(std::uint64_t number, std::int64_t expires) const {
  auto said = parts_->digest + text_of(number) + text_of(static_cast<std::uint64_t>(expires));
  said += code_of(said);
  return std::string{token_prefix} + base64url(said);
}

std::string cluster_authority::why_not(std::string_view token, std::int64_t now) const {
  const auto facts = read_token(token);
  if (!facts) return facts.error();
  const auto bytes = *bytes_of_base64url(token.substr(token_prefix.size()));
  const auto said = std::string_view{bytes}.substr(0, token_size - digest_size);
  const auto code = code_of(said);
  const bool right = CRYPTO_memcmp(code.data(), bytes.data() + said.size(), code.size()) == 0;
  if (!right || facts->authority != parts_->digest) return "the token is not of this cluster";
  if (facts->expires <= now)
    return "the token has expired at " + utc_text(facts->expires) +
           "; make another one with the command token on a member";
  return {};
}

tl::expected<token_facts, std::string> read_token(std::string_view token) {
  const auto none = [] { return tl::unexpected(std::string{"that is no join token"}); };
  if (!token.starts_with(token_prefix)) return none();
  const auto bytes = bytes_of_base64url(token.substr(token_prefix.size()));
  if (!bytes || bytes->size() != token_size) return none();
  const std::string_view all{*bytes};
  return token_facts{
      bytes->substr(0, digest_size), number_in(all.substr(digest_size, number_size)),
      static_cast<std::int64_t>(number_in(all.substr(digest_size + number_size, number_size)))};
}

//     proof := "lithair-proof." base64url(authority:32 made:8 code:32)
std::string cluster_authority::make_proof(std::int64_t now) const {
  auto said = parts_->digest + text_of(static_cast<std::uint64_t>(now));
  said += hmac(parts_->proof_key, said);
  return std::string{proof_prefix} + base64url(said);
}

bool cluster_authority::proves(std::string_view proof, std::int64_t now) const {
  if (!proof.starts_with(proof_prefix)) return false;
  const auto bytes = bytes_of_base64url(proof.substr(proof_prefix.size()));
  if (!bytes || bytes->size() != proof_size) return false;
  const auto said = std::string_view{*bytes}.substr(0, proof_size - digest_size);
  const auto code = hmac(parts_->proof_key, said);
  if (CRYPTO_memcmp(code.data(), bytes->data() + said.size(), code.size()) != 0) return false;
  const auto made = static_cast<std::int64_t>(number_in(said.substr(digest_size)));
  return said.starts_with(parts_->digest) && made >= now - before_s && made <= now + before_s;
}

std::string digest_of(std::string_view certificate) {
  const auto found = certificate_in(certificate);
  ERR_clear_error();
  return found ? digest_of(*found) : std::string{};
}

std::string key_digest_of(std::string_view request) {
  const auto found = request_in(request);
  auto* key = found ? X509_REQ_get_X509_PUBKEY(found.get()) : nullptr;
  unsigned char* bytes = nullptr;
  const int size = key == nullptr ? -1 : i2d_X509_PUBKEY(key, &bytes);
  ERR_clear_error();
  if (size <= 0) return {};
  std::string made(digest_size, '\0');
  const bool done = EVP_Digest(bytes, static_cast<std::size_t>(size),
                               reinterpret_cast<unsigned char*>(made.data()), nullptr, EVP_sha256(),
                               nullptr) == 1;
  OPENSSL_free(bytes);
  demand(done, "a digest");
  return made;
}

key_and_request make_key(const std::string& common_name) {
  const openssl_pointer<EVP_PKEY> key{EVP_EC_gen("P-256")};
  demand(key != nullptr, "a key");
  return {actors::pem_of(*key), request_of(*key, common_name)};
}

std::string request_for(const std::string& key) {
  const auto found = key_in(key);
  ERR_clear_error();
  demand(found != nullptr, "a request of a key that is damaged");
  return request_of(*found, "node");
}

tl::expected<certificate, std::string> facts_of(const std::string& of) {
  const auto found = certificate_in(of);
  ERR_clear_error();
  if (!found) return tl::unexpected(std::string{"the certificate is damaged"});
  return certificate_of(*found);
}

}  // namespace lithair::actors
