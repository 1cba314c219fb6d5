#include "apps/lithair/asking.hpp"

#include <curl/curl.h>

#include <array>
#include <boost/json.hpp>
#include <memory>
#include <stdexcept>

#include "apps/lithair/node_certifier.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_answer = std::size_t{16} << 20;

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  // Whoever answers may be anybody.
  if (body.size() + size * count > largest_answer) return 0;
  body.append(data, size * count);
  return size * count;
}

// libcurl asks now and then whether to go on.
int check_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

bool is_secure(const contact& there) {
  return there.tls || !there.pinned.empty() || there.unverified;
}

using header_list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// Throws std::runtime_error when the token can't be read any more.
header_list headers_for(const contact& there) {
  header_list made{curl_slist_append(nullptr, "Content-Type: application/json"),
                   &curl_slist_free_all};
  if (there.token_file.empty()) {
    if (there.bearer)
      curl_slist_append(made.get(), ("Authorization: Bearer " + there.bearer()).c_str());
    return made;
  }
  const auto secret = http::bearer_token::secret_in(there.token_file);
  if (!secret) throw std::runtime_error("--cluster-token: " + secret.error());
  curl_slist_append(made.get(), ("Authorization: Bearer " + *secret).c_str());
  return made;
}

// Of these errors libcurl's own words say what is wrong; of others they say no more, and change.
bool is_of_tls(CURLcode error) {
  return error == CURLE_PEER_FAILED_VERIFICATION || error == CURLE_SSL_CONNECT_ERROR ||
         error == CURLE_SSL_CERTPROBLEM || error == CURLE_SSL_CACERT_BADFILE;
}

/// Whoever speaks HTTPS asks by it: the nodes of a cluster all do, or none. The files are read
/// again each time, for they may have been replaced.
void set_tls(CURL* request, const contact& there) {
  if (!is_secure(there)) return;
  curl_easy_setopt(request, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (there.tls) {
    curl_easy_setopt(request, CURLOPT_SSLCERT, there.tls->certificate.c_str());
    curl_easy_setopt(request, CURLOPT_SSLKEY, there.tls->key.c_str());
  }
  if (!there.authorities.empty())
    curl_easy_setopt(request, CURLOPT_CAINFO, there.authorities.c_str());
  if (!there.pinned.empty()) {
    curl_blob pinned{const_cast<char*>(there.pinned.data()), there.pinned.size(), CURL_BLOB_COPY};
    curl_easy_setopt(request, CURLOPT_CAINFO_BLOB, &pinned);
    curl_easy_setopt(request, CURLOPT_CAPATH, nullptr);
  }
  if (there.any_host || !there.pinned.empty() || there.unverified)
    curl_easy_setopt(request, CURLOPT_SSL_VERIFYHOST, 0L);
  if (there.unverified) curl_easy_setopt(request, CURLOPT_SSL_VERIFYPEER, 0L);
}

}  // namespace

contact contact_of(const settings& chosen) {
  contact made{*chosen.join, chosen.cluster_token_file};
  if (chosen.certifier) made.bearer = [by = chosen.certifier] { return by->proof(); };
  made.tls = chosen.tls;
  made.authorities = chosen.join_authorities;
  made.any_host = chosen.join_any_host;
  return made;
}

answer ask(const contact& there, const std::string& path, const std::string& body,
           std::atomic<bool>* stop) {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request{curl_easy_init(), &curl_easy_cleanup};
  const auto headers = headers_for(there);
  answer result;
  const auto url = (is_secure(there) ? "https://" : "http://") + to_string(there.whom) + path;
  set_tls(request.get(), there);
  curl_easy_setopt(request.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(request.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(request.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT, 15L);
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &result.body);
  if (stop != nullptr) {
    curl_easy_setopt(request.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(request.get(), CURLOPT_XFERINFOFUNCTION, &check_stop);
    curl_easy_setopt(request.get(), CURLOPT_XFERINFODATA, stop);
  }
  curl_easy_setopt(request.get(), CURLOPT_HTTPHEADER, headers.get());
  if (!body.empty()) curl_easy_setopt(request.get(), CURLOPT_POSTFIELDS, body.c_str());
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_easy_setopt(request.get(), CURLOPT_ERRORBUFFER, why.data());
  if (const auto error = curl_easy_perform(request.get()); error != CURLE_OK)
    return {0, is_of_tls(error) && why[0] != 0 ? why.data() : curl_easy_strerror(error)};
  curl_easy_getinfo(request.get(), CURLINFO_RESPONSE_CODE, &result.status);
  return result;
}

std::string sentence_of(const answer& refusal) {
  boost::system::error_code error;
  const auto page = json::parse(refusal.body, error);
  const auto* detail =
      !error && page.is_object() ? page.get_object().if_contains("detail") : nullptr;
  if (detail == nullptr || !detail->is_string())
    return "it answers with status " + std::to_string(refusal.status);
  return std::string{detail->get_string()};
}

}  // namespace lithair::apps
