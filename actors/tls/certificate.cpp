#include "actors/tls/certificate.hpp"

#include <openssl/x509v3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace lithair::actors {

namespace {

constexpr std::size_t longest_text = 512;
constexpr std::size_t most_names = 64;

std::string shown(std::string_view text) {
  constexpr const char* hex = "0123456789abcdef";
  std::string result;
  for (const char c : text.substr(0, longest_text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte < 0x7f)
      result += c;
    else
      result += {'\\', hex[byte / 16], hex[byte % 16]};
  }
  result.resize(std::min(result.size(), longest_text));
  return result;
}

std::string subject_of(const X509& of) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
  if (!out) throw std::runtime_error("no memory for a certificate");
  X509_NAME_print_ex(out.get(), X509_get_subject_name(&of), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return shown({text, static_cast<std::size_t>(size)});
}

std::string common_name_of(const X509& of) {
  auto* name = X509_get_subject_name(&of);
  int last = -1;
  for (int i = last; (i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0;) last = i;
  if (last < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  if (size < 0) return {};
  auto result = shown({reinterpret_cast<char*>(text), static_cast<std::size_t>(size)});
  OPENSSL_free(text);
  return result;
}

void add_names(const X509& of, certificate& to) {
  auto* found =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&of, NID_subject_alt_name, nullptr, nullptr));
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names{found,
                                                                            &GENERAL_NAMES_free};
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(found, i), &type));
    auto* list = type == GEN_DNS ? &to.dns_names : type == GEN_URI ? &to.uris : nullptr;
    if (list == nullptr) continue;
    if (list->size() >= most_names) {
      to.more_names = true;
      continue;
    }
    list->push_back(shown({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<std::size_t>(ASN1_STRING_length(value))}));
  }
}

std::string fingerprint_of(const X509& of) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(&of, EVP_sha256(), digest.data(), &size) != 1)
    throw std::runtime_error("no digest of a certificate");
  std::string result;
  for (unsigned i = 0; i < size; ++i) {
    constexpr const char* hex = "0123456789abcdef";
    result += {hex[digest[i] / 16], hex[digest[i] % 16]};
  }
  return result;
}

std::int64_t seconds_of(const ASN1_TIME& of) {
  tm utc{};
  return ASN1_TIME_to_tm(&of, &utc) == 1 ? timegm(&utc) : 0;
}

}  // namespace

certificate certificate_of(X509& of) {
  certificate result;
  result.subject = subject_of(of);
  result.common_name = common_name_of(of);
  add_names(of, result);
  result.fingerprint = fingerprint_of(of);
  result.not_before = seconds_of(*X509_get0_notBefore(&of));
  result.not_after = seconds_of(*X509_get0_notAfter(&of));
  return result;
}

std::string utc_text(std::int64_t seconds) {
  const time_t time = seconds;
  tm utc{};
  std::array<char, 40> text{};
  gmtime_r(&time, &utc);
  return {text.data(), strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace lithair::actors
