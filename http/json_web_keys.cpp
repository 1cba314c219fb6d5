#include "http/json_web_keys.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "http/json_members.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/json_document.hpp"

namespace lithair::http {

namespace {

using models::json_document;

/// Of one key: a sentence's end.
class wrong_member : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The kinds that count, and the curve that they need; none: they have none.
struct key_kind {
  std::string_view name;
  std::string_view curve;
  jws_algorithm algorithm;
};
constexpr std::array<key_kind, 4> key_kinds{{{"oct", "", jws_algorithm::hs256},
                                             {"RSA", "", jws_algorithm::rs256},
                                             {"EC", "P-256", jws_algorithm::es256},
                                             {"OKP", "Ed25519", jws_algorithm::eddsa}}};

/// Reads one key of the set.
class key_reader {
 public:
  key_reader(const json_document& of, std::uint32_t at) : of_(of), at_(at) {}

  /// None: it is passed over.
  std::optional<json_web_keys::entry> read() const {
    if (of_.at(at_).what != json_document::kind::object) throw wrong_member("is no object");
    const auto kind_name = text("kty");
    if (!kind_name) throw wrong_member("has no kind (kty)");
    const auto kind = std::ranges::find(key_kinds, *kind_name, &key_kind::name);
    if (kind == key_kinds.end()) return std::nullopt;
    const auto id = text("kid");
    refuse_private(*kind);
    if (!is_for_signatures(*kind)) return std::nullopt;
    if (!kind->curve.empty() && text("crv") != kind->curve) return std::nullopt;
    auto key = key_of(*kind);
    if (!key) throw wrong_member(key.error());
    return json_web_keys::entry{id ? std::optional<std::string>{*id} : std::nullopt,
                                std::move(*key)};
  }

 private:
  std::optional<std::string_view> text(std::string_view name) const {
    const auto at = member_of(of_, at_, name);
    if (!at) return std::nullopt;
    const auto found = text_at(of_, *at);
    if (!found) throw wrong_member("must have a text as " + std::string{name});
    return found;
  }

  std::string bytes(std::string_view name) const {
    const auto found = text(name);
    auto made = found ? models::from_base64url(*found) : std::nullopt;
    if (!made || made->empty())
      throw wrong_member("must have base64url without padding as " + std::string{name});
    return std::move(*made);
  }

  /// Who only verifies has no use for them: the file is a leak of whoever signs.
  void refuse_private(const key_kind& kind) const {
    if (kind.algorithm == jws_algorithm::hs256) return;
    for (const std::string_view name : {"d", "p", "q", "dp", "dq", "qi", "oth"})
      if (member_of(of_, at_, name))
        throw wrong_member("has private parts (" + std::string{name} +
                           "); only public keys belong here");
  }

  /// RFC 7517 §4.2 to §4.4.
  bool is_for_signatures(const key_kind& kind) const {
    const auto use = text("use");
    const auto algorithm = text("alg");
    bool verifies = true;
    if (const auto operations = member_of(of_, at_, "key_ops")) {
      if (of_.at(*operations).what != json_document::kind::array)
        throw wrong_member("must have a list as key_ops");
      verifies = false;
      of_.for_each_element(*operations, [&](std::uint32_t each) {
        verifies = verifies || text_at(of_, each) == "verify";
      });
    }
    return verifies && use.value_or("sig") == "sig" &&
           algorithm.value_or(name_of(kind.algorithm)) == name_of(kind.algorithm);
  }

  json_web_key::result key_of(const key_kind& kind) const {
    switch (kind.algorithm) {
      case jws_algorithm::hs256:
        return json_web_key::of_secret(bytes("k"));
      case jws_algorithm::rs256:
        return json_web_key::of_rsa(bytes("n"), bytes("e"));
      case jws_algorithm::es256:
        return json_web_key::of_p256(bytes("x"), bytes("y"));
      case jws_algorithm::eddsa:
        break;
    }
    return json_web_key::of_ed25519(bytes("x"));
  }

  const json_document& of_;
  const std::uint32_t at_;
};

bool has_twin(const std::vector<json_web_keys::entry>& all, const json_web_keys::entry& each) {
  return each.id && std::ranges::any_of(all, [&](const auto& other) {
           return other.id == each.id && other.key.algorithm() == each.key.algorithm();
         });
}

}  // namespace

tl::expected<json_web_keys, std::string> json_web_keys::read(std::string_view text) {
  const auto wrong = [](std::string why) {
    if (why.ends_with('.')) why.pop_back();
    return tl::unexpected(std::move(why));
  };
  if (text.size() > largest_text) return wrong("the key set is larger than 1 MiB");
  const auto parsed = json_document::parse(text);
  if (!parsed) return wrong(parsed.error());
  const auto keys = parsed->at(json_document::root).what == json_document::kind::object
                        ? member_of(*parsed, json_document::root, "keys")
                        : std::nullopt;
  if (!keys || parsed->at(*keys).what != json_document::kind::array)
    return wrong("a key set is a JSON object with a list of \"keys\"");
  std::vector<std::uint32_t> places;
  parsed->for_each_element(*keys, [&](std::uint32_t each) { places.push_back(each); });
  if (places.size() > most_keys) return wrong("the key set has more than 100 keys");
  std::vector<entry> all;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto name = "key " + std::to_string(i + 1) + ' ';
    try {
      auto made = key_reader{*parsed, places[i]}.read();
      if (!made) continue;
      if (has_twin(all, *made)) return wrong(name + "has the kid of another one");
      all.push_back(std::move(*made));
    } catch (const std::runtime_error& error) {
      return wrong(name + error.what());
    }
  }
  if (all.empty())
    return wrong(
        "the key set has no key that can be used: oct, RSA, EC of P-256 or OKP of Ed25519, for "
        "signatures");
  return json_web_keys{std::move(all)};
}

bool json_web_keys::has_secret() const {
  return std::ranges::any_of(
      all_, [](const entry& each) { return each.key.algorithm() == jws_algorithm::hs256; });
}

}  // namespace lithair::http
