#include "http/json_web_signature.hpp"

#include <array>
#include <optional>

#include "http/json_members.hpp"
#include "http/request.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/json_document.hpp"

namespace lithair::http {

namespace {

using models::json_document;

tl::unexpected<std::string> not_signed(const char* why) { return tl::unexpected(std::string{why}); }

/// Header, payload and signature as they were written; none: there are fewer or more parts.
std::optional<std::array<std::string_view, 3>> split_token(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return std::array{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1)};
}

/// What a header (RFC 7515 §4.1) says that matters here.
struct signature_header {
  jws_algorithm algorithm{};
  std::optional<std::string> key;  ///< `kid`
};

/// `JWT` or `at+jwt` (RFC 9068 §2.1), as a media type or without its first half.
bool is_type_of_token(std::string_view type) {
  constexpr std::string_view half = "application/";
  if (same_name(type.substr(0, half.size()), half)) type.remove_prefix(half.size());
  return same_name(type, "JWT") || same_name(type, "at+jwt");
}

tl::expected<signature_header, std::string> read_header(std::string_view text) {
  const auto header = json_document::parse(text);
  if (!header || header->at(json_document::root).what != json_document::kind::object)
    return not_signed("The token's header is no JSON object with each name once.");
  const auto member = [&](std::string_view name) {
    return member_of(*header, json_document::root, name);
  };
  // Extensions that must be understood: none is (RFC 7515 §4.1.11, RFC 7797 §6).
  const auto b64 = member("b64");
  if (member("crit") || (b64 && !header->at(*b64).flag))
    return not_signed("The token needs an extension that is not known here.");
  if (const auto at = member("typ")) {
    const auto type = text_at(*header, *at);
    if (!type || !is_type_of_token(*type)) return not_signed("The token is of another type.");
  }
  signature_header made;
  if (const auto at = member("kid")) {
    const auto key = text_at(*header, *at);
    if (!key) return not_signed("The token's key has no text as its name.");
    made.key = *key;
  }
  const auto at = member("alg");
  const auto name = at ? text_at(*header, *at) : std::nullopt;
  const auto algorithm = name ? read_jws_algorithm(*name) : std::nullopt;
  if (!algorithm) return not_signed("The token is not signed by an algorithm that counts here.");
  made.algorithm = *algorithm;
  return made;
}

}  // namespace

tl::expected<std::string, std::string> signed_payload(std::string_view token,
                                                      const json_web_keys& keys) {
  if (token.size() > largest_token) return not_signed("The token is longer than 8 KiB.");
  const auto parts = split_token(token);
  if (!parts) return not_signed("The token has not three parts.");
  const auto head = models::from_base64url((*parts)[0]);
  auto payload = models::from_base64url((*parts)[1]);
  const auto signature = models::from_base64url((*parts)[2]);
  if (!head || !payload || !signature)
    return not_signed("The token's parts are no base64url without padding.");
  const auto header = read_header(*head);
  if (!header) return tl::unexpected(header.error());
  const auto text = token.substr(0, (*parts)[0].size() + 1 + (*parts)[1].size());
  bool is_known = false;
  std::size_t tried = 0;
  for (const auto& [id, key] : keys.all()) {
    if (header->key && id != header->key) continue;
    is_known = true;
    if (key.algorithm() != header->algorithm) continue;
    // Each takes its time, which whoever sends a token must not choose.
    if (++tried > most_keys_tried)
      return not_signed("The token does not name its key, and there are many (kid).");
    if (key.verifies(text, *signature)) return std::move(*payload);
  }
  return is_known ? not_signed("The token's signature is wrong.")
                  : not_signed("The token is signed by a key that is not known here.");
}

}  // namespace lithair::http
