#include "http/json_web_signature.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "models/encoding/base64.hpp"
#include "test/http/published_tokens.hpp"
#include "test/http/token_signer.hpp"

namespace json_web_signature_test {

namespace data = boost::unit_test::data;
namespace http = lithair::http;
namespace models = lithair::models;
using http::json_web_keys;
using http::jws_algorithm;
using http::signed_payload;
using http::test::hmac_of;
using http::test::signer_of;
using http::test::unsigned_token;
using http::test::with_signature;
using models::to_base64url;

namespace {

const http::test::token_signer& hs() { return signer_of(jws_algorithm::hs256); }
const http::test::token_signer& rs() { return signer_of(jws_algorithm::rs256); }
const http::test::token_signer& es() { return signer_of(jws_algorithm::es256); }
const http::test::token_signer& ed() { return signer_of(jws_algorithm::eddsa); }
const std::vector<jws_algorithm> all_algorithms{jws_algorithm::hs256, jws_algorithm::rs256,
                                                jws_algorithm::es256, jws_algorithm::eddsa};

json_web_keys set_of(const std::string& keys) {
  auto read = json_web_keys::read(R"({"keys":[)" + keys + "]}");
  BOOST_REQUIRE(read);
  return std::move(*read);
}

/// The keys of all algorithms, named by these.
const json_web_keys& provider() {
  static const auto made =
      set_of(hs().jwk("hs") + ',' + rs().jwk("rs") + ',' + es().jwk("es") + ',' + ed().jwk("ed"));
  return made;
}

constexpr std::string_view payload = R"({"sub":"ada"})";
const std::string order_of_p256{
    "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
    "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
    32};
// Little-endian.
const std::string order_of_ed25519{
    "\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10",
    32};

std::string es_token_with(std::string_view signature) {
  return with_signature(unsigned_token(R"({"alg":"ES256"})", payload), signature);
}

/// The same number of EdDSA once more, as a larger one.
std::string with_order_added(std::string signature) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]);
    carry += static_cast<unsigned char>(order_of_ed25519[i]);
    signature[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  return signature;
}

/// Signed with something that everybody knows, as if it was a secret.
std::string confused(const std::string& header, const std::string& secret) {
  const auto text = unsigned_token(header, payload);
  return with_signature(text, hmac_of(secret, text));
}

std::string nested(std::size_t depth) {
  return R"({"alg":"HS256","x":)" + std::string(depth, '[') + std::string(depth, ']') + '}';
}

std::string named(std::string_view kid) {
  return hs().token(R"({"alg":"HS256","kid":)" + std::string{kid} + '}', payload);
}

using texts = std::vector<std::string>;

struct attack {
  std::string name;
  std::function<std::string()> token;
  std::string why;
};
std::ostream& operator<<(std::ostream& out, const attack& x) { return out << x.name; }

const std::string no_algorithm = "The token is not signed by an algorithm that counts here.";
const std::string wrong_signature = "The token's signature is wrong.";
const std::string unknown_key = "The token is signed by a key that is not known here.";
const std::string no_parts = "The token has not three parts.";
const std::string no_base64url = "The token's parts are no base64url without padding.";
const std::string no_header = "The token's header is no JSON object with each name once.";
const std::string extended = "The token needs an extension that is not known here.";
const std::string other_type = "The token is of another type.";

/// A right signature below another header.
attack header(const std::string& text, const std::string& why) {
  return {text.substr(0, 60), [text] { return hs().token(text, payload); }, why};
}
attack bare(const std::string& text, const std::string& why) {
  return {text.substr(0, 60), [text] { return text; }, why};
}
attack es_signature(const std::string& name, const std::string& signature) {
  return {"ES256 " + name, [signature] { return es_token_with(signature); }, wrong_signature};
}

std::vector<attack> algorithm_attacks() {
  std::vector<attack> all;
  for (const std::string alg : {"none", "None", "NONE", "nOnE", "", " HS256", "hs256", "HS256 ",
                                "HS384", "HS512", "RS512", "PS256", "ES384", "ES256K", "Ed25519"}) {
    const auto head = R"({"alg":")" + alg + R"("})";
    all.push_back(header(head, no_algorithm));
    all.push_back({head + " without a signature",
                   [head] { return unsigned_token(head, payload) + '.'; }, no_algorithm});
  }
  for (const auto* head :
       {"{}", R"({"alg":null})", R"({"alg":256})", R"({"alg":["HS256"]})", R"({"alg":{"HS256":1}})",
        R"({"ALG":"HS256"})", R"({"alg\u0000":"HS256"})", R"({"alg":"HS256\u0000"})",
        R"({"typ":"JWT","alg":"none"})"})
    all.push_back(header(head, no_algorithm));
  for (const auto kid : {"", R"(,"kid":"rs")", R"(,"kid":"es")", R"(,"kid":"ed")"}) {
    const auto head = R"({"alg":"HS256")" + std::string{kid} + '}';
    for (auto* const by : {&rs, &es, &ed}) {
      const auto add = [&](const std::string& what, const std::function<std::string()>& secret) {
        all.push_back({what + " as a secret " + kid, [=] { return confused(head, secret()); },
                       wrong_signature});
      };
      add("PEM", [by] { return by().pem(); });
      add("PEM without its last line end", [by] {
        const auto pem = by().pem();
        return pem.substr(0, pem.size() - 1);
      });
      add("DER", [by] { return by().der(); });
      add("numbers", [by] { return by().material(); });
      add("base64url", [by] { return to_base64url(by().material()); });
      add("JWK", [by] { return by().jwk(); });
    }
    all.push_back({"no secret", [=] { return confused(head, ""); }, wrong_signature});
  }
  return all;
}

std::vector<attack> signature_attacks() {
  std::vector<attack> all;
  for (const auto named_one : all_algorithms)
    for (const auto used : all_algorithms) {
      if (named_one == used) continue;
      const auto head = R"({"alg":")" + std::string{name_of(named_one)} + R"("})";
      all.push_back({head + " signed by " + std::string{name_of(used)},
                     [=] { return signer_of(used).token(head, payload); }, wrong_signature});
    }
  for (const auto algorithm : all_algorithms) {
    const auto by = [algorithm]() -> const http::test::token_signer& {
      return signer_of(algorithm);
    };
    const std::string name{name_of(algorithm)};
    const auto add = [&](const std::string& what, std::function<std::string()> token) {
      all.push_back({name + ' ' + what, std::move(token), wrong_signature});
    };
    const auto with = [by, name](const std::function<std::string(std::string)>& change) {
      const auto text = unsigned_token(R"({"alg":")" + name + R"("})", payload);
      return with_signature(text, change(by().sign(text)));
    };
    add("empty", [=] { return with([](auto) { return std::string{}; }); });
    add("cut", [=] { return with([](auto x) { return x.substr(0, x.size() - 1); }); });
    add("longer", [=] { return with([](auto x) { return x + '\0'; }); });
    add("twice", [=] { return with([](auto x) { return x + x; }); });
    add("zeroes", [=] { return with([](auto x) { return std::string(x.size(), '\0'); }); });
    add("ones", [=] { return with([](auto x) { return std::string(x.size(), '\xff'); }); });
    add("of another token", [=] { return with([by](auto) { return by().sign("x.y"); }); });
    add("of the payload", [=] { return with([by](auto) { return by().sign(payload); }); });
    add("of other claims", [=] {
      const auto right = by().token(payload);
      const auto last = right.rfind('.');
      return unsigned_token(R"({"alg":")" + name + R"("})", R"({"sub":"eve"})") +
             right.substr(last);
    });
    add("of another provider", [=] { return http::test::token_signer{algorithm}.token(payload); });
  }
  return all;
}

/// What one kind of key alone could be deceived by.
std::vector<attack> number_attacks() {
  std::vector<attack> all;
  const std::string zero(32, '\0');
  const auto one = std::string(31, '\0') + '\x01';
  all.push_back(es_signature("r = s = 0", zero + zero));
  all.push_back(es_signature("r = 0", zero + one));
  all.push_back(es_signature("s = 0", one + zero));
  all.push_back(es_signature("r = s = n", order_of_p256 + order_of_p256));
  all.push_back(es_signature("r = n", order_of_p256 + one));
  all.push_back(es_signature("s = n", one + order_of_p256));
  all.push_back(es_signature("r = s = 1", one + one));
  all.push_back(es_signature("zeroes in DER", "\x30\x06\x02\x01" + std::string("\0\x02\x01\0", 4)));
  all.push_back({"ES256 in DER",
                 [] {
                   const auto text = unsigned_token(R"({"alg":"ES256"})", payload);
                   return with_signature(text, es().sign_plainly(text));
                 },
                 wrong_signature});
  all.push_back({"ES256 with a zero between its numbers",
                 [] {
                   const auto text = unsigned_token(R"({"alg":"ES256"})", payload);
                   return with_signature(text, es().sign(text).insert(32, 1, '\0'));
                 },
                 wrong_signature});
  all.push_back({"EdDSA with a larger number",
                 [] {
                   const auto text = unsigned_token(R"({"alg":"EdDSA"})", payload);
                   return with_signature(text, with_order_added(ed().sign(text)));
                 },
                 wrong_signature});
  return all;
}

std::vector<attack> header_attacks() {
  std::vector<attack> all;
  for (const auto* kid : {R"("../../../../dev/null")", R"("' OR '1'='1")", R"("hs' --")", R"("HS")",
                          R"("")", R"("hs\u0000")", R"("|id")", R"("https://e.example/keys")"})
    all.push_back({kid, [kid] { return named(kid); }, unknown_key});
  for (const auto* kid : {"7", "null", R"(["hs"])", "{}"})
    all.push_back({kid, [kid] { return named(kid); }, "The token's key has no text as its name."});
  all.push_back({"the name of another key", [] { return named(R"("rs")"); }, wrong_signature});
  for (const auto* what : {R"("crit":["exp"])", R"("crit":[])", R"("crit":null)", R"("b64":false)",
                           R"("b64":"true")", R"("b64":0)", R"("b64":false,"crit":["b64"])"})
    all.push_back(header(R"({"alg":"HS256",)" + std::string{what} + '}', extended));
  for (const auto* type : {R"("JOSE")", R"("dpop+jwt")", R"("secevent+jwt")", R"("logout+jwt")",
                           R"("")", R"("application/")", R"("application/application/jwt")",
                           R"("text/jwt")", R"("jwt ")", "7", "null", R"(["JWT"])"})
    all.push_back(header(R"({"alg":"HS256","typ":)" + std::string{type} + '}', other_type));
  for (const auto* text :
       {"", "HS256", "[]", R"("HS256")", "null", R"({"alg":"HS256")", R"({"alg":"HS256"}})",
        R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","alg":"HS256"})",
        R"({"alg":"HS256","\u0061lg":"none"})", R"({"alg":"HS256","x":{"y":1,"y":2}})",
        "\xef\xbb\xbf{\"alg\":\"HS256\"}", "{\"alg\":\"HS256\",\"x\":\"\xff\"}",
        "{\"alg\":\"HS256\",\"x\":\"\xc0\x80\"}", R"({"alg":"HS256","x":"\ud800"})",
        R"({"alg":"HS256","x":NaN})", R"({"alg":"HS256",})", R"({'alg':'HS256'})"})
    all.push_back(header(text, no_header));
  all.push_back(header(nested(64), no_header));
  all.push_back(header(nested(2500), no_header));
  all.push_back({"only open brackets", [] { return hs().token(std::string(5000, '['), payload); },
                 no_header});
  all.push_back({"a key that is shown",
                 [] {
                   const http::test::token_signer own{jws_algorithm::es256};
                   return own.token(R"({"alg":"ES256","jwk":)" + own.jwk() + '}', payload);
                 },
                 wrong_signature});
  for (const std::string way : {"jku", "x5u", "x5c"})
    all.push_back({"a key that is to be fetched by " + way,
                   [way] {
                     const http::test::token_signer own{jws_algorithm::rs256};
                     return own.token(R"({"alg":"RS256",")" + way + R"(":"https://e.example"})",
                                      payload);
                   },
                   wrong_signature});
  return all;
}

std::vector<attack> text_attacks() {
  const auto right = hs().token(payload);
  const auto first = right.find('.');
  const auto last = right.rfind('.');
  const auto changed = [&](std::size_t at, const std::string& more) {
    return std::string{right}.insert(at, more);
  };
  std::vector<attack> all;
  for (const auto at : {first, last, right.size()})
    for (const auto& more :
         texts{"=", "==", " ", "\n", "\r\n", "\t", "+", "/", "%3d", "é", std::string(1, '\0'), "*"})
      all.push_back(bare(changed(at, more), no_base64url));
  for (const std::string more : {" ", "\n", "Bearer "})
    all.push_back(bare(more + right, no_base64url));
  // A signature of 32 bytes leaves two bits, and these payloads four and two.
  all.push_back(
      bare(right.substr(0, right.size() - 1) + static_cast<char>(right.back() + 1), no_base64url));
  all.push_back(bare(right + 'A', wrong_signature));
  all.push_back({"bits behind the payload",
                 [] {
                   const auto text = to_base64url(R"({"alg":"HS256"})") + '.' + "e30B";
                   return with_signature(text.substr(0, text.size() - 1) + "x", hs().sign(text));
                 },
                 wrong_signature});
  all.push_back({"bits that are not zero behind the payload",
                 [] {
                   const auto text = to_base64url(R"({"alg":"HS256"})") + '.' + "e31";
                   return with_signature(text, hs().sign(text));
                 },
                 no_base64url});
  for (const auto* text : {"", ".", "a", "a.b", "....", "a.b.c.d", "..."})
    all.push_back(bare(text, no_parts));
  all.push_back(bare("..", no_header));
  all.push_back(bare(right + '.', no_parts));
  all.push_back(bare('.' + right, no_parts));
  // A JWE (RFC 7516 A.1), a signature that is detached, and one in JSON.
  all.push_back(
      bare("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7L.48V1_ALb6U"
           "S04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz.XFBoMYUZodetZdvTiFvSkQ",
           no_parts));
  all.push_back(bare(right.substr(0, first) + '.' + right.substr(last), wrong_signature));
  all.push_back(bare(R"({"payload":"e30","signature":"AA"})", no_parts));
  all.push_back(bare(std::string(8193, 'a'), "The token is longer than 8 KiB."));
  all.push_back(bare(std::string(1 << 20, '.'), "The token is longer than 8 KiB."));
  return all;
}

void judge(const attack& sample) {
  const auto token = sample.token();
  const auto read = signed_payload(token, provider());
  BOOST_REQUIRE(!read);
  BOOST_TEST(read.error() == sample.why);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_signatures)

BOOST_DATA_TEST_CASE(only_the_algorithm_of_the_key_counts, data::make(algorithm_attacks())) {
  judge(sample);
}
BOOST_DATA_TEST_CASE(only_the_holder_of_a_key_signs, data::make(signature_attacks())) {
  judge(sample);
}
BOOST_DATA_TEST_CASE(numbers_are_those_that_a_signature_can_have, data::make(number_attacks())) {
  judge(sample);
}
BOOST_DATA_TEST_CASE(a_header_asks_for_nothing, data::make(header_attacks())) { judge(sample); }
BOOST_DATA_TEST_CASE(a_token_is_written_in_one_way, data::make(text_attacks())) { judge(sample); }

BOOST_AUTO_TEST_CASE(what_standards_publish_is_verified_and_each_change_of_it_is_noticed) {
  for (const auto& each : http::test::published_tokens) {
    BOOST_TEST_CONTEXT(each.where) {
      const auto keys = set_of(std::string{each.key});
      const std::string right{each.token};
      const auto read = signed_payload(right, keys);
      BOOST_REQUIRE(read);
      BOOST_TEST((read->starts_with(R"({"iss":"joe",)") || *read == "Example of Ed25519 signing"));
      for (std::size_t i = 0; i < right.size(); ++i) {
        auto wrong = right;
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!signed_payload(wrong, keys).has_value());
      }
      for (std::size_t size = 0; size < right.size(); ++size)
        BOOST_TEST(!signed_payload(right.substr(0, size), keys).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(each_algorithm_is_verified_with_and_without_the_name_of_its_key) {
  for (const auto& [kid, by] :
       {std::pair{"hs", &hs()}, {"rs", &rs()}, {"es", &es()}, {"ed", &ed()}}) {
    const auto token = by->token(payload);
    BOOST_TEST(signed_payload(token, provider()).value() == payload);
    BOOST_TEST(signed_payload(token, set_of(by->jwk())).value() == payload);
    const std::string algorithm{name_of(by == &hs()   ? jws_algorithm::hs256
                                        : by == &rs() ? jws_algorithm::rs256
                                        : by == &es() ? jws_algorithm::es256
                                                      : jws_algorithm::eddsa)};
    const auto named_one =
        by->token(R"({"kid":")" + std::string{kid} + R"(","alg":")" + algorithm + R"("})", payload);
    BOOST_TEST(signed_payload(named_one, provider()).value() == payload);
    BOOST_TEST(signed_payload(named_one, set_of(by->jwk())).error() == unknown_key);
  }
}

BOOST_AUTO_TEST_CASE(without_a_name_some_keys_of_the_algorithm_are_tried) {
  std::string keys;
  for (int i = 0; i < 3; ++i) keys += http::test::token_signer{jws_algorithm::eddsa}.jwk() + ',';
  BOOST_TEST(signed_payload(ed().token(payload), set_of(keys + ed().jwk())).has_value());
  BOOST_TEST(signed_payload(ed().token(payload), set_of(keys + es().jwk())).error() ==
             wrong_signature);
  keys += http::test::token_signer{jws_algorithm::eddsa}.jwk() + ',';
  BOOST_TEST(signed_payload(ed().token(payload), set_of(keys + ed().jwk())).error() ==
             "The token does not name its key, and there are many (kid).");
  const auto named = ed().token(R"({"alg":"EdDSA","kid":"ed"})", payload);
  BOOST_TEST(signed_payload(named, set_of(keys + ed().jwk("ed"))).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_header_may_say_besides_changes_nothing) {
  for (const std::string more :
       {R"("typ":"JWT")", R"("typ":"jwt")", R"("typ":"at+jwt")", R"("typ":"application/JWT")",
        R"("typ":"APPLICATION/AT+JWT")", R"("cty":"x")", R"("b64":true)", R"("jwk":{"kty":"oct"})",
        R"("jku":"https://e.example")", R"("x5u":"file:///etc/passwd")", R"("x5c":["AA"])",
        R"("x5t":"AA")", R"("kid":"hs")", R"("zip":"DEF")", R"("enc":"A256GCM")"})
    BOOST_TEST(signed_payload(hs().token(R"({"alg":"HS256",)" + more + '}', payload), provider())
                   .value() == payload);
  BOOST_TEST(signed_payload(hs().token(nested(62), payload), provider()).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_has_eight_kibibytes_at_most) {
  const auto around = hs().token("").size();
  const auto largest = (http::largest_token - around) / 4 * 3;
  BOOST_TEST(signed_payload(hs().token(std::string(largest, ' ')), provider()).has_value());
  BOOST_TEST(signed_payload(hs().token(std::string(largest + 3, ' ')), provider()).error() ==
             "The token is longer than 8 KiB.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace json_web_signature_test
