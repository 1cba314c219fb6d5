#include "http/json_web_token.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "http/json_members.hpp"
#include "http/json_web_signature.hpp"
#include "models/encoding/json_document.hpp"
#include "models/encoding/utf8.hpp"

namespace lithair::http {

namespace {

using models::json_document;

/// Behind which a number of seconds is no whole one any more.
constexpr double latest_time = 9007199254740992.0;

bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto c = models::next_character(text, at);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  }
  return false;
}

/// What a signed text claims. An error is a sentence.
class claims_reader {
 public:
  claims_reader(const json_document& of, const token_expectations& expected)
      : of_(of), expected_(expected) {}

  tl::expected<identity, std::string> read(std::int64_t now) const {
    identity made;
    if (const auto why = judge_times(now, made.expires); !why.empty())
      return tl::unexpected(std::string{why});
    if (const auto why = judge_parties(made.who.id); !why.empty())
      return tl::unexpected(std::string{why});
    take_claims(made.who);
    return made;
  }

 private:
  std::optional<std::uint32_t> member(std::string_view name) const {
    return member_of(of_, json_document::root, name);
  }
  std::optional<std::string_view> text(std::string_view name) const {
    const auto at = member(name);
    return at ? text_at(of_, *at) : std::nullopt;
  }

  /// A NumericDate (RFC 7519 §2): seconds, or parts of them; none: it is no such number.
  std::optional<double> time_at(std::uint32_t at) const {
    if (of_.at(at).what != json_document::kind::number) return std::nullopt;
    const auto digits = of_.text(at);
    double seconds = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, seconds);
    if (read.ec != std::errc{} || read.ptr != end || !(std::abs(seconds) <= latest_time))
      return std::nullopt;
    return seconds;
  }

  std::string_view judge_times(std::int64_t now, std::int64_t& expires) const {
    const auto leeway = static_cast<double>(expected_.leeway);
    const auto at = static_cast<double>(now);
    const auto exp = member("exp");
    const auto end = exp ? time_at(*exp) : std::nullopt;
    if (!end) return "The token does not say in seconds when it ends.";
    // Clocks may differ: it counts a little longer, for all who ask whether it does.
    expires = static_cast<std::int64_t>(std::floor(*end)) + expected_.leeway;
    if (now >= expires) return "The token has ended.";
    for (const std::string_view name : {"nbf", "iat"}) {
      const auto place = member(name);
      if (!place) continue;
      const auto begin = time_at(*place);
      if (!begin) return "The token does not say in seconds since when it counts.";
      if (*begin > at + leeway) return "The token does not count yet.";
    }
    return {};
  }

  bool is_for_us() const {
    const auto at = member("aud");
    if (!at) return false;
    if (of_.at(*at).what != json_document::kind::array)
      return text_at(of_, *at) == expected_.audience;
    bool found = false;
    bool all_texts = true;
    of_.for_each_element(*at, [&](std::uint32_t each) {
      const auto name = text_at(of_, each);
      all_texts = all_texts && name.has_value();
      found = found || name == expected_.audience;
    });
    return found && all_texts;
  }

  std::string_view judge_parties(std::string& id) const {
    if (text("iss") != expected_.issuer) return "The token is of another issuer.";
    if (!is_for_us()) return "The token is for another audience.";
    // It is UTF-8, as all of the document.
    const auto subject = text("sub");
    if (!subject || subject->empty() || subject->size() > largest_subject || has_controls(*subject))
      return "The token does not say in up to 256 bytes of plain text whom it names.";
    id = *subject;
    return {};
  }

  /// None: it is neither text, number nor boolean, or too large.
  std::optional<std::string> value_at(std::uint32_t at) const {
    const auto& node = of_.at(at);
    if (node.what == json_document::kind::boolean) return node.flag ? "true" : "false";
    if (node.what != json_document::kind::string && node.what != json_document::kind::number)
      return std::nullopt;
    if (of_.text(at).size() > largest_value) return std::nullopt;
    return std::string{of_.text(at)};
  }

  /// Of a value, or of a list; none: one of them does not do, or they are too many.
  std::optional<std::vector<std::string>> values_at(std::uint32_t at) const {
    std::vector<std::string> made;
    bool fits = true;
    const auto take = [&](std::uint32_t each) {
      auto value = fits && made.size() < most_values ? value_at(each) : std::nullopt;
      fits = value.has_value();
      if (fits) made.push_back(std::move(*value));
    };
    if (of_.at(at).what == json_document::kind::array)
      of_.for_each_element(at, take);
    else
      take(at);
    return fits ? std::optional{std::move(made)} : std::nullopt;
  }

  /// None at all of a claim that does not do: who is in doubt has fewer rights.
  std::vector<std::string> roles_at(std::uint32_t at) const {
    std::vector<std::string> made;
    if (auto words = text_at(of_, at)) {
      while (!words->empty() && made.size() <= most_values) {
        const auto word = words->substr(0, words->find(' '));
        words->remove_prefix(std::min(word.size() + 1, words->size()));
        if (word.size() > largest_value) return {};
        if (!word.empty()) made.emplace_back(word);
      }
      return made.size() <= most_values ? made : std::vector<std::string>{};
    }
    if (of_.at(at).what != json_document::kind::array) return {};
    bool all_texts = true;
    of_.for_each_element(
        at, [&](std::uint32_t each) { all_texts = all_texts && text_at(of_, each).has_value(); });
    return all_texts ? values_at(at).value_or(made) : made;
  }

  void take_claims(models::subject& who) const {
    of_.for_each_member(json_document::root, [&](std::string_view name, std::uint32_t at) {
      if (name == expected_.roles_claim) who.roles = roles_at(at);
      if (name == expected_.roles_claim || name == "sub" || name == "id" ||
          name.size() > largest_value || who.claims.size() == most_claims)
        return;
      if (auto values = values_at(at)) who.claims.emplace(name, std::move(*values));
    });
  }

  const json_document& of_;
  const token_expectations& expected_;
};

}  // namespace

tl::expected<identity, std::string> read_token(std::string_view token, const json_web_keys& keys,
                                               const token_expectations& expected,
                                               std::int64_t now) {
  const auto payload = signed_payload(token, keys);
  if (!payload) return tl::unexpected(payload.error());
  const auto claims = json_document::parse(*payload);
  if (!claims || claims->at(json_document::root).what != json_document::kind::object)
    return tl::unexpected(
        std::string{"The token's claims are no JSON object with each name once."});
  return claims_reader{*claims, expected}.read(now);
}

}  // namespace lithair::http
