// Whatever bytes come as a token, none counts but those that were signed; whatever is signed, what
// is read of it stays within its bounds; and whatever a key set says, it is read or refused.

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/json_web_keys.hpp"
#include "http/json_web_signature.hpp"
#include "http/json_web_token.hpp"
#include "models/encoding/base64.hpp"
#include "test/http/published_tokens.hpp"
#include "test/models/fuzz.hpp"

namespace lithair::fuzz {

namespace {

using namespace http;

constexpr std::int64_t now = 1'800'000'000;
constexpr std::string_view secret = "a secret that is known to this test alone";

const token_expectations expected{"https://id.example", "shop", "roles", 60};

constexpr std::array<std::string_view, 4> headers{
    R"({"alg":"HS256"})", R"({"typ":"JWT","alg":"HS256","kid":"own"})",
    R"({"alg":"HS256","jku":"https://e.example","b64":true})",
    R"({"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"x5c":[]})"};

constexpr std::array<std::string_view, 4> claims{
    R"({"iss":"https://id.example","aud":"shop","sub":"ada","exp":1800000300})",
    R"({"iss":"https://id.example","aud":["bank","shop"],"sub":"\ud83e\udd80","exp":1.8e9,)"
    R"("nbf":0,"iat":1799999999.5,"roles":["a","b"]})",
    R"({"iss":"https://id.example","aud":"shop","sub":"ada","exp":1800000300,"roles":"a b c",)"
    R"("id":"root","level":7,"vip":true,"teams":["x",1,false],"o":{"a":[]},"n":null})",
    R"({"iss":"joe","exp":1300819380})"};

std::string signed_by_us(std::string_view header, std::string_view payload) {
  const auto text = models::to_base64url(header) + '.' + models::to_base64url(payload);
  std::array<unsigned char, 32> code{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), nullptr);
  return text + '.' +
         models::to_base64url({reinterpret_cast<const char*>(code.data()), code.size()});
}

/// All texts that one of the keys below has signed.
const std::vector<std::string>& signed_texts() {
  static const auto made = [] {
    std::vector<std::string> all;
    for (const auto header : headers)
      for (const auto each : claims) all.push_back(signed_by_us(header, each));
    for (const auto& each : test::published_tokens) all.emplace_back(each.token);
    return all;
  }();
  return made;
}

std::string key_set() {
  auto made = R"({"keys":[{"kty":"oct","kid":"own","use":"sig","alg":"HS256","key_ops":["verify"],)"
              R"("k":")" +
              models::to_base64url(secret) + "\"}";
  for (const auto& each : test::published_tokens) made += ',' + std::string{each.key};
  return made + "]}";
}

const json_web_keys& keys() {
  static const auto made = *json_web_keys::read(key_set());
  return made;
}

void check_identity(const tl::expected<identity, std::string>& read) {
  if (!read) return expect(read.error().ends_with('.'), "a refusal is a sentence");
  const auto& who = read->who;
  expect(!who.id.empty() && who.id.size() <= largest_subject, "somebody is named");
  expect(std::ranges::none_of(who.id, [](char c) { return c >= 0 && c < ' '; }), "in plain text");
  expect(who.roles.size() <= most_values, "roles are bounded");
  expect(who.claims.size() <= most_claims && !who.claims.contains("id"), "claims are bounded");
  for (const auto& [name, values] : who.claims) {
    expect(name.size() <= largest_value && values.size() <= most_values, "so is each claim");
    for (const auto& each : values) expect(each.size() <= largest_value, "and each value");
  }
  expect(now < read->expires + expected.leeway, "it has not ended");
}

void check_token(std::string_view bytes) {
  const auto payload = signed_payload(bytes, keys());
  expect(payload.has_value() == (std::ranges::find(signed_texts(), bytes) != signed_texts().end()),
         "what counts was signed, and what was signed counts");
  check_identity(read_token(bytes, keys(), expected, now));
}

void check_keys(std::string_view bytes) {
  const auto read = json_web_keys::read(bytes);
  if (!read) return expect(!read.error().empty(), "a refusal has a reason");
  expect(!read->all().empty() && read->all().size() <= json_web_keys::most_keys,
         "a set has some keys");
  for (const auto& each : read->all())
    expect(!each.key.verifies("x.y", "") && !each.key.verifies("x.y", std::string(64, '\0')),
           "no key takes what nobody signed");
}

}  // namespace

// The first character says what it is: a token, claims, a header, or keys.
std::vector<std::string> seeds() {
  std::vector<std::string> made;
  for (const auto& each : signed_texts()) made.push_back('t' + each);
  for (const auto each : claims) made.push_back('c' + std::string{each});
  for (const auto each : headers) made.push_back('h' + std::string{each});
  made.push_back('k' + key_set());
  for (const auto& each : test::published_tokens)
    made.push_back(R"(k{"keys":[)" + std::string{each.key} + "]}");
  return made;
}

}  // namespace lithair::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithair::fuzz;
  if (size == 0) return 0;
  const auto bytes = as_text(data + 1, size - 1);
  switch (data[0]) {
    case 'c':
      check_identity(
          lithair::http::read_token(signed_by_us(headers[0], bytes), keys(), expected, now));
      break;
    case 'h':
      check_identity(
          lithair::http::read_token(signed_by_us(bytes, claims[0]), keys(), expected, now));
      break;
    case 'k':
      check_keys(bytes);
      break;
    default:
      check_token(bytes);
  }
  return 0;
}
