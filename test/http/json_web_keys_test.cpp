#include "http/json_web_keys.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "models/encoding/base64.hpp"
#include "test/http/published_tokens.hpp"
#include "test/http/token_signer.hpp"

namespace json_web_keys_test {

namespace data = boost::unit_test::data;
namespace http = lithair::http;
namespace models = lithair::models;
using http::json_web_keys;
using http::jws_algorithm;
using http::test::signer_of;

namespace {

std::string set_of(const std::vector<std::string>& keys) {
  std::string made = R"({"keys":[)";
  for (const auto& each : keys) made += (&each == &keys.front() ? "" : ",") + each;
  return made + "]}";
}

std::string why_not(const std::string& text) {
  const auto read = json_web_keys::read(text);
  BOOST_REQUIRE(!read);
  BOOST_TEST(read.error().find('\n') == std::string::npos);
  return read.error();
}

constexpr std::string_view good_x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr std::string_view good_y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

std::string p256(std::string_view x, std::string_view y) {
  return R"({"kty":"EC","crv":"P-256","x":")" + std::string{x} + R"(","y":")" + std::string{y} +
         R"("})";
}

std::string ed25519(std::string_view x) {
  return R"({"kty":"OKP","crv":"Ed25519","x":")" + std::string{x} + R"("})";
}

/// Bytes that are no secret to anybody.
std::string rsa(std::string modulus, const std::string& exponent = {"\x01\x00\x01", 3}) {
  if (!modulus.empty()) modulus.back() = '\x01';
  return R"({"kty":"RSA","n":")" + models::to_base64url(modulus) + R"(","e":")" +
         models::to_base64url(exponent) + R"("})";
}
std::string oct(const std::string& secret) {
  return R"({"kty":"oct","k":")" + models::to_base64url(secret) + R"("})";
}

struct refused_set {
  std::string text;
  std::string why;
};
std::ostream& operator<<(std::ostream& out, const refused_set& x) {
  return out << x.text.substr(0, 80);
}

refused_set refused_key(const std::string& key, const std::string& why) {
  return {set_of({key}), "key 1 " + why};
}

const std::string no_modulus = "has a modulus (n) that is no odd number of 2048 to 8192 bits";
const std::string no_exponent = "has an exponent (e) that is no odd number of 65537 to 4294967295";
const std::string no_point = "is a point (x, y) that does not lie on P-256";

const std::vector<refused_set> refused_sets{
    {"", "The JSON is malformed at line 1, column 1: it ends too early"},
    {"[]", "a key set is a JSON object with a list of \"keys\""},
    {"{}", "a key set is a JSON object with a list of \"keys\""},
    {R"({"keys":{}})", "a key set is a JSON object with a list of \"keys\""},
    {set_of({}),
     "the key set has no key that can be used: oct, RSA, EC of P-256 or OKP of Ed25519, for "
     "signatures"},
    {set_of(std::vector<std::string>(101, ed25519(good_x))), "the key set has more than 100 keys"},
    {std::string(json_web_keys::largest_text + 1, ' '), "the key set is larger than 1 MiB"},
    {R"({"keys":[],"keys":[]})",
     "The JSON is malformed at line 1, column 21: a key is there twice"},
    refused_key("7", "is no object"),
    refused_key("{}", "has no kind (kty)"),
    refused_key(R"({"kty":7})", "must have a text as kty"),
    refused_key(R"({"kty":"oct","kid":7,"k":""})", "must have a text as kid"),
    refused_key(R"({"kty":"oct","use":["sig"],"k":""})", "must have a text as use"),
    refused_key(R"({"kty":"oct","alg":null,"k":""})", "must have a text as alg"),
    refused_key(R"({"kty":"oct","key_ops":"verify","k":""})", "must have a list as key_ops"),
    refused_key(R"({"kty":"oct"})", "must have base64url without padding as k"),
    refused_key(R"({"kty":"oct","k":""})", "must have base64url without padding as k"),
    refused_key(R"({"kty":"oct","k":"AAAA="})", "must have base64url without padding as k"),
    refused_key(R"({"kty":"oct","k":"AAB"})", "must have base64url without padding as k"),
    refused_key(R"({"kty":"oct","k":"A+/A"})", "must have base64url without padding as k"),
    refused_key(oct(std::string(31, 'x')),
                "is a secret (oct) of fewer than 32 bytes, which can be guessed"),
    refused_key(rsa(std::string(255, '\xff')), no_modulus),
    refused_key(rsa('\x7f' + std::string(255, '\xff')), no_modulus),
    refused_key(rsa('\0' + std::string(256, '\xff')), no_modulus),
    refused_key(rsa(std::string(1025, '\xff')), no_modulus),
    refused_key(
        R"({"kty":"RSA","e":"AQAB","n":")" + models::to_base64url(std::string(256, '\xfe')) + "\"}",
        no_modulus),
    refused_key(rsa(std::string(256, '\xff'), "\x01"), no_exponent),
    refused_key(rsa(std::string(256, '\xff'), "\x03"), no_exponent),
    refused_key(rsa(std::string(256, '\xff'), "\xff\xff"), no_exponent),
    refused_key(rsa(std::string(256, '\xff'), std::string("\x01\x00\x02", 3)), no_exponent),
    refused_key(rsa(std::string(256, '\xff'), std::string("\0\x01\x00\x01", 4)), no_exponent),
    refused_key(rsa(std::string(256, '\xff'), std::string("\x01\0\0\0\x01", 5)), no_exponent),
    refused_key(rsa(std::string(256, '\xfb')), "has a modulus (n) that is of no key of RSA"),
    refused_key(R"({"kty":"RSA","e":"AQAB"})", "must have base64url without padding as n"),
    refused_key(p256(good_x, good_x), no_point),
    refused_key(p256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                no_point),
    refused_key(p256("_____________________________________________-8", good_y),
                "has coordinates (x, y) that are not 32 bytes each"),
    refused_key(p256("83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", good_y),
                "must have base64url without padding as x"),
    refused_key(ed25519("11qYAYKxCrfVS_7TyWQHOg"), "has a point (x) that is not 32 bytes"),
};

const std::vector<std::string> private_parts{"d", "p", "q", "dp", "dq", "qi", "oth"};

const std::vector<jws_algorithm> public_algorithms{jws_algorithm::rs256, jws_algorithm::es256,
                                                   jws_algorithm::eddsa};

}  // namespace

BOOST_AUTO_TEST_SUITE(key_sets)

BOOST_DATA_TEST_CASE(what_is_wrong_with_a_set_is_said_in_one_line_without_its_keys,
                     data::make(refused_sets)) {
  BOOST_TEST(why_not(sample.text) == sample.why);
}

BOOST_AUTO_TEST_CASE(all_kinds_are_read_and_each_has_its_algorithm) {
  std::vector<std::string> keys;
  for (const auto& each : http::test::published_tokens) keys.emplace_back(each.key);
  const auto read = json_web_keys::read(set_of(keys));
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->all().size() == 4u);
  BOOST_TEST(read->has_secret());
  for (std::size_t i = 0; i < 4; ++i) {
    BOOST_TEST((read->all()[i].key.algorithm() == static_cast<jws_algorithm>(i)));
    BOOST_TEST(!read->all()[i].id.has_value());
  }
  BOOST_TEST(!json_web_keys::read(set_of({keys[1], keys[2], keys[3]}))->has_secret());
}

// Of numbers that are made by chance one in ten has no small factor, and passes for a modulus.
BOOST_AUTO_TEST_CASE(large_keys_are_read_as_long_as_they_are_sane) {
  std::mt19937_64 random{20};
  const auto is_read = [&random](std::size_t bytes, const std::string& exponent) {
    std::string modulus(bytes, '\xff');
    for (std::size_t i = 1; i < bytes; ++i) modulus[i] = static_cast<char>(random() & 0xff);
    return json_web_keys::read(set_of({rsa(modulus, exponent)})).has_value();
  };
  for (const auto& [bytes, exponent] :
       {std::pair{256u, "\xff\xff\xff\xff"}, {384u, "\x01\x01\x03"}, {1024u, "\x01\x01\x01"}}) {
    int read = 0;
    for (int i = 0; i < 100; ++i) read += is_read(bytes, exponent) ? 1 : 0;
    BOOST_TEST(read > 0);
    BOOST_TEST(read < 50);
  }
  BOOST_TEST(json_web_keys::read(set_of({oct(std::string(32, 'x'))})).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_for_signatures_or_not_known_is_passed_over) {
  const auto& rs = signer_of(jws_algorithm::rs256);
  const auto& ed = signer_of(jws_algorithm::eddsa);
  const auto read = json_web_keys::read(set_of({
      R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AA"})",
      R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})",
      R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})",
      R"({"kty":"OKP","crv":"X25519","x":"AA"})",
      R"({"kty":"OKP","x":"AA"})",
      R"({"kty":"rsa","n":"AA","e":"AA"})",
      rs.jwk("a", R"("use":"enc")"),
      rs.jwk("b", R"("alg":"RSA-OAEP")"),
      rs.jwk("c", R"("alg":"PS256")"),
      rs.jwk("d", R"("alg":"HS256")"),
      rs.jwk("e", R"("key_ops":["encrypt"])"),
      rs.jwk("f", R"("key_ops":[])"),
      ed.jwk("g", R"("use":"sig","alg":"EdDSA","key_ops":["sign","verify"],"x5c":["?"],"z":{})"),
  }));
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->all().size() == 1u);
  BOOST_TEST(read->all()[0].id.value() == "g");
  BOOST_TEST(
      why_not(set_of({rs.jwk("a", R"("use":"enc")")})).starts_with("the key set has no key"));
}

BOOST_DATA_TEST_CASE(private_keys_are_refused, data::make(private_parts)) {
  for (const auto algorithm : public_algorithms)
    BOOST_TEST(why_not(set_of({oct(std::string(32, 'x')),
                               signer_of(algorithm).jwk("k", '"' + sample + R"(":"AA")")})) ==
               "key 2 has private parts (" + sample + "); only public keys belong here");
  // Also where they are for something else.
  BOOST_TEST(!json_web_keys::read(
      set_of({oct(std::string(32, 'x')),
              R"({"kty":"EC","crv":"P-384","use":"enc",")" + sample + R"(":"AA"})"})));
}

BOOST_AUTO_TEST_CASE(two_keys_of_one_algorithm_have_not_one_name) {
  const auto es = signer_of(jws_algorithm::es256).jwk("one");
  const auto ed = signer_of(jws_algorithm::eddsa).jwk("one");
  BOOST_TEST(json_web_keys::read(set_of({es, ed})).has_value());
  BOOST_TEST(why_not(set_of({es, ed, es})) == "key 3 has the kid of another one");
  const auto nameless = signer_of(jws_algorithm::es256).jwk();
  BOOST_TEST(json_web_keys::read(set_of({nameless, nameless}))->all().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace json_web_keys_test
