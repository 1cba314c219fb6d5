#include "apps/lithair/asking.hpp"

#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "apps/lithair/node_certifier.hpp"
#include "apps/lithair/plain_call.hpp"
#include "apps/lithair/sealed_call.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

// Whoever answers may be anybody.
constexpr std::size_t largest_answer = std::size_t{16} << 20;

bool is_secure(const contact& there) {
  return there.tls || !there.pinned.empty() || there.unverified;
}

/// What is shown of who asks; empty: nothing is. Throws std::runtime_error when the token can't be
/// read any more.
std::string authorization(const contact& there) {
  if (there.token_file.empty()) return there.bearer ? there.bearer() : std::string{};
  auto secret = http::bearer_token::secret_in(there.token_file);
  if (!secret) throw std::runtime_error("--cluster-token: " + secret.error());
  return std::move(*secret);
}

std::string request_for(const contact& there, const std::string& path, const std::string& body) {
  auto made = (body.empty() ? "GET " : "POST ") + path +
              " HTTP/1.1\r\nHost: " + to_string(there.whom) +
              "\r\nAccept: */*\r\nConnection: close\r\n";
  if (const auto shown = authorization(there); !shown.empty())
    made += "Authorization: Bearer " + shown + "\r\n";
  if (!body.empty())
    made +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return made + "\r\n" + body;
}

/// Whoever speaks HTTPS asks by it: the nodes of a cluster all do, or none. The files are read
/// again each time, for they may have been replaced.
call_trust trust_in(const contact& there) {
  call_trust made;
  if (!there.any_host && there.pinned.empty()) made.host = there.whom.host;
  made.authorities = there.authorities;
  made.pinned = there.pinned;
  made.unverified = there.unverified;
  if (there.tls) {
    made.certificate = there.tls->certificate;
    made.key = there.tls->key;
  }
  return made;
}

template <class Call>
answer exchange(Call& call, const std::string& request) {
  call.send(request);
  answer_reader reader{largest_answer};
  std::array<char, 16384> came{};
  for (;;) {
    const auto got = call.receive(came);
    if (got == 0) reader.end();
    if (got == 0 || reader.feed({came.data(), got})) return reader.take();
  }
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
           const std::atomic<bool>* stop, milliseconds limit) {
  const auto request = request_for(there, path, body);
  try {
    const time_limit within{limit, stop};
    plain_call plain{there.whom, within};
    if (!is_secure(there)) return exchange(plain, request);
    sealed_call sealed{plain, trust_in(there), there.whom.host};
    return exchange(sealed, request);
  } catch (const no_answer& error) {
    return {0, error.what()};
  }
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
