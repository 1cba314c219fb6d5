#include "http/json_web_token.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "test/http/token_signer.hpp"

namespace json_web_token_test {

namespace data = boost::unit_test::data;
namespace http = lithair::http;
using http::jws_algorithm;
using http::test::signer_of;

namespace {

constexpr std::int64_t now = 1'800'000'000;
using texts = std::vector<std::string>;

const http::json_web_keys& provider() {
  static const auto made =
      *http::json_web_keys::read(R"({"keys":[)" + signer_of(jws_algorithm::hs256).jwk() + "]}");
  return made;
}

tl::expected<http::identity, std::string> read(const std::string& claims,
                                               const std::string& roles_claim = "roles",
                                               std::int64_t at = now) {
  return http::read_token(signer_of(jws_algorithm::hs256).token(claims), provider(),
                          {"https://id.example", "shop", roles_claim, 60}, at);
}

/// With all that must be there, and more.
std::string with(const std::string& more) {
  return R"({"iss":"https://id.example","aud":"shop","sub":"ada","exp":1800000300)" +
         (more.empty() ? "" : ',' + more) + '}';
}
std::string without_end(const std::string& more) {
  return R"({"iss":"https://id.example","aud":"shop","sub":"ada")" + more + '}';
}
std::string of_issuer(const std::string& iss) {
  return R"({"aud":"shop","sub":"ada","exp":1800000300)" + iss + '}';
}
std::string for_audience(const std::string& aud) {
  return R"({"iss":"https://id.example","sub":"ada","exp":1800000300)" + aud + '}';
}
std::string of_subject(const std::string& sub) {
  return R"({"iss":"https://id.example","aud":"shop","exp":1800000300)" + sub + '}';
}

http::identity accepted(const std::string& claims, const std::string& roles_claim = "roles") {
  const auto made = read(claims, roles_claim);
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error()));
  return *made;
}
texts roles_of(const std::string& roles) { return accepted(with(roles)).who.roles; }

struct refused {
  std::string claims;
  std::string why;
};
std::ostream& operator<<(std::ostream& out, const refused& x) {
  return out << x.claims.substr(0, 120);
}

const std::string no_object = "The token's claims are no JSON object with each name once.";
const std::string no_end = "The token does not say in seconds when it ends.";
const std::string no_begin = "The token does not say in seconds since when it counts.";
const std::string ended = "The token has ended.";
const std::string too_early = "The token does not count yet.";
const std::string other_issuer = "The token is of another issuer.";
const std::string other_audience = "The token is for another audience.";
const std::string nobody = "The token does not say in up to 256 bytes of plain text whom it names.";

const std::vector<refused> all_refused{
    {"", no_object},
    {"[]", no_object},
    {"\"ada\"", no_object},
    {"eyJhbGciOiJIUzI1NiJ9.e30.AAAA", no_object},
    {with("").substr(1), no_object},
    {with("") + with(""), no_object},
    {with(R"("sub":"eve")"), no_object},
    {with(R"("\u0073ub":"eve")"), no_object},
    {with(R"("exp":1900000000)"), no_object},
    {with(R"("x":{"y":1,"y":2})"), no_object},
    {with(R"("x":)" + std::string(64, '[') + std::string(64, ']')), no_object},
    {with(R"("x":)" + std::string(2500, '[') + std::string(2500, ']')), no_object},
    {std::string(5000, '['), no_object},
    {with("\"x\":\"\xc3\x28\""), no_object},
    {with("\"x\":\"\xed\xa0\x80\""), no_object},
    {with(R"("x":"\udc00")"), no_object},
    {"\xef\xbb\xbf" + with(""), no_object},
    {with(R"("x":NaN)"), no_object},
    {with(R"("x":Infinity)"), no_object},
    {with(R"("x":01)"), no_object},
    {"/**/" + with(""), no_object},
    {without_end(""), no_end},
    {without_end(R"(,"EXP":1800000300)"), no_end},
    {without_end(R"(,"exp":null)"), no_end},
    {without_end(R"(,"exp":"1800000300")"), no_end},
    {without_end(R"(,"exp":"NaN")"), no_end},
    {without_end(R"(,"exp":true)"), no_end},
    {without_end(R"(,"exp":[1800000300])"), no_end},
    {without_end(R"(,"exp":{"exp":1800000300})"), no_end},
    {without_end(R"(,"exp":9007199254740994)"), no_end},
    {without_end(R"(,"exp":18446744073709551616)"), no_end},
    {without_end(R"(,"exp":1e19)"), no_end},
    {without_end(R"(,"exp":1e308)"), no_end},
    {without_end(R"(,"exp":-1e30)"), no_end},
    {without_end(R"(,"exp":0)"), ended},
    {without_end(R"(,"exp":-1)"), ended},
    {without_end(R"(,"exp":1799999940)"), ended},
    {without_end(R"(,"exp":1799999940.9)"), ended},
    {without_end(R"(,"exp":1.79999994e9)"), ended},
    {with(R"("nbf":1800000061)"), too_early},
    {with(R"("nbf":1800000060.5)"), too_early},
    {with(R"("iat":1800000061)"), too_early},
    {with(R"("iat":9e15)"), too_early},
    {with(R"("nbf":"0")"), no_begin},
    {with(R"("nbf":null)"), no_begin},
    {with(R"("iat":false)"), no_begin},
    {with(R"("iat":1e300)"), no_begin},
    {of_issuer(""), other_issuer},
    {of_issuer(R"(,"iss":null)"), other_issuer},
    {of_issuer(R"(,"iss":"")"), other_issuer},
    {of_issuer(R"(,"iss":["https://id.example"])"), other_issuer},
    {of_issuer(R"(,"iss":"https://id.example/")"), other_issuer},
    {of_issuer(R"(,"iss":"https://id.example\u0000")"), other_issuer},
    {of_issuer(R"(,"iss":"HTTPS://id.example")"), other_issuer},
    {of_issuer(R"(,"iss":"https://id.example.evil.example")"), other_issuer},
    {for_audience(""), other_audience},
    {for_audience(R"(,"aud":null)"), other_audience},
    {for_audience(R"(,"aud":"shops")"), other_audience},
    {for_audience(R"(,"aud":"sho")"), other_audience},
    {for_audience(R"(,"aud":"Shop")"), other_audience},
    {for_audience(R"(,"aud":"other shop")"), other_audience},
    {for_audience(R"(,"aud":[])"), other_audience},
    {for_audience(R"(,"aud":["bank"])"), other_audience},
    {for_audience(R"(,"aud":[["shop"]])"), other_audience},
    {for_audience(R"(,"aud":["shop",7])"), other_audience},
    {for_audience(R"(,"aud":{"shop":true})"), other_audience},
    {of_subject(""), nobody},
    {of_subject(R"(,"sub":null)"), nobody},
    {of_subject(R"(,"sub":"")"), nobody},
    {of_subject(R"(,"sub":7)"), nobody},
    {of_subject(R"(,"sub":["ada"])"), nobody},
    {of_subject(R"(,"sub":"ada\u0000")"), nobody},
    {of_subject(R"(,"sub":"\u0000")"), nobody},
    {of_subject(R"(,"sub":"ada\n")"), nobody},
    {of_subject(R"(,"sub":"\u001b[31mada")"), nobody},
    {of_subject(R"(,"sub":"ada\u007f")"), nobody},
    {of_subject(R"(,"sub":"ada\u0085")"), nobody},
    {of_subject(","
                R"("sub":")" +
                std::string(257, 'a') + '"'),
     nobody},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(token_claims)

BOOST_DATA_TEST_CASE(what_a_token_lacks_is_said_without_what_it_says, data::make(all_refused)) {
  const auto made = read(sample.claims);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error() == sample.why);
}

// However the number is read, it is no end of a token.
BOOST_AUTO_TEST_CASE(a_number_beyond_all_numbers_is_refused) {
  for (const std::string number : {"1e400", "-1e400", "1e-400", "1e999999999"})
    BOOST_TEST(!read(without_end(R"(,"exp":)" + number)).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_names_somebody) {
  const auto made = accepted(with(""));
  BOOST_TEST(made.who.id == "ada");
  BOOST_TEST(made.who.roles.empty());
  BOOST_TEST(made.expires == now + 360);
  BOOST_TEST(accepted(of_subject(R"(,"sub":"Zoë ☺ 🦀|auth0")")).who.id ==
             "Zoë ☺ 🦀|auth0");
  BOOST_TEST(accepted(of_subject(R"(,"sub":"\ud83e\udd80")")).who.id == "🦀");
  BOOST_TEST(accepted(of_subject(R"(,"sub":")" + std::string(256, 'a') + '"')).who.id.size() ==
             256u);
}

BOOST_AUTO_TEST_CASE(clocks_may_differ_by_a_minute) {
  BOOST_TEST(read(with(""), "roles", now + 359).has_value());
  BOOST_TEST(read(with(""), "roles", now + 360).error() == ended);
  BOOST_TEST(accepted(without_end(R"(,"exp":1799999941)")).expires == now + 1);
  BOOST_TEST(read(with(R"("nbf":1800000060,"iat":1800000060)")).has_value());
  BOOST_TEST(read(with(R"("nbf":-5,"iat":0)")).has_value());
}

BOOST_AUTO_TEST_CASE(times_may_be_written_in_any_way_of_json) {
  BOOST_TEST(accepted(without_end(R"(,"exp":1800000300.9)")).expires == now + 360);
  BOOST_TEST(accepted(without_end(R"(,"exp":1.8000003e9)")).expires == now + 360);
  BOOST_TEST(accepted(without_end(R"(,"exp":9007199254740992)")).expires == 9007199254740992 + 60);
}

BOOST_AUTO_TEST_CASE(the_audience_may_be_one_of_several) {
  BOOST_TEST(read(for_audience(R"(,"aud":["bank","shop"])")).has_value());
  BOOST_TEST(read(for_audience(R"(,"aud":["shop"])")).has_value());
}

BOOST_AUTO_TEST_CASE(roles_are_a_list_or_one_text_with_blanks) {
  BOOST_TEST(roles_of(R"("roles":["a","b c"])") == (texts{"a", "b c"}));
  BOOST_TEST(roles_of(R"("roles":"a  b c ")") == (texts{"a", "b", "c"}));
  BOOST_TEST(roles_of(R"("roles":"a")") == (texts{"a"}));
  BOOST_TEST(roles_of(R"("roles":"")").empty());
  BOOST_TEST(roles_of(R"("roles":[])").empty());
  const auto by_scope = accepted(with(R"("roles":["admin"],"scope":"read write")"), "scope").who;
  BOOST_TEST(by_scope.roles == (texts{"read", "write"}));
  BOOST_TEST(by_scope.claims.find("roles")->second == (texts{"admin"}));
  BOOST_TEST(!by_scope.claims.contains("scope"));
}

BOOST_AUTO_TEST_CASE(roles_that_are_in_doubt_are_none) {
  for (const std::string roles :
       {"null", "7", "true", R"(["a",7])", R"(["a",null])", R"(["a",["b"]])", R"({"a":true})"})
    BOOST_TEST(roles_of(R"("roles":)" + roles).empty());
  std::string list = R"(["r")";
  std::string text = "\"r";
  for (int i = 1; i < 64; ++i) {
    list += R"(,"r")";
    text += " r";
  }
  BOOST_TEST(roles_of(R"("roles":)" + list + ']').size() == 64u);
  BOOST_TEST(roles_of(R"("roles":)" + text + '"').size() == 64u);
  BOOST_TEST(roles_of(R"("roles":)" + list + R"(,"r"])").empty());
  BOOST_TEST(roles_of(R"("roles":)" + text + " r\"").empty());
  BOOST_TEST(roles_of(R"("roles":"a )" + std::string(1025, 'r') + '"').empty());
  BOOST_TEST(roles_of(R"("roles":[")" + std::string(1025, 'r') + R"("])").empty());
}

BOOST_AUTO_TEST_CASE(other_claims_are_told_as_texts) {
  const auto claims =
      accepted(
          with(R"("email":"a@b.example","level":7,"share":1.50,"big":1E2,"vip":true,"gone":false,)"
               R"("teams":["x","y"],"mixed":["x",7,true],"none":[],"id":"root",)"
               R"("null":null,"object":{"a":1},"deep":[["x"]],"holes":["x",null])"))
          .who.claims;
  const std::map<std::string, texts, std::less<>> wanted{{"iss", {"https://id.example"}},
                                                         {"aud", {"shop"}},
                                                         {"exp", {"1800000300"}},
                                                         {"email", {"a@b.example"}},
                                                         {"level", {"7"}},
                                                         {"share", {"1.50"}},
                                                         {"big", {"1E2"}},
                                                         {"vip", {"true"}},
                                                         {"gone", {"false"}},
                                                         {"teams", {"x", "y"}},
                                                         {"mixed", {"x", "7", "true"}},
                                                         {"none", {}}};
  BOOST_TEST((claims == wanted));
}

BOOST_AUTO_TEST_CASE(the_id_is_that_of_the_subject) {
  const auto who = accepted(with(R"("id":"root","ID":"root")")).who;
  BOOST_TEST(who.id == "ada");
  BOOST_TEST(!who.claims.contains("id"));
  BOOST_TEST(!who.claims.contains("sub"));
  // Also where somebody would have the roles from there.
  BOOST_TEST(accepted(with(R"("id":"root")"), "id").who.id == "ada");
  BOOST_TEST(accepted(with(""), "sub").who.roles == (texts{"ada"}));
}

BOOST_AUTO_TEST_CASE(claims_beyond_the_bounds_are_left_out) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += (i > 0 ? ",\"c" : "\"c") + std::to_string(i) + "\":1";
  BOOST_TEST(accepted(with(many)).who.claims.size() == http::most_claims);
  std::string list = "1";
  for (int i = 1; i < 64; ++i) list += ",1";
  const auto claims =
      accepted(with(R"("full":[)" + list + R"(],"over":[)" + list + R"(,1],"long":")" +
                    std::string(1024, 'x') + R"(","longer":")" + std::string(1025, 'x') +
                    R"(","listed":["a",")" + std::string(1025, 'x') + "\"]"))
          .who.claims;
  BOOST_TEST(claims.find("full")->second.size() == http::most_values);
  BOOST_TEST(!claims.contains("over"));
  BOOST_TEST(claims.contains("long"));
  BOOST_TEST(!claims.contains("longer"));
  BOOST_TEST(!claims.contains("listed"));
  BOOST_TEST(!accepted(with('"' + std::string(1025, 'n') + "\":1"))
                  .who.claims.contains(std::string(1025, 'n')));
}

BOOST_AUTO_TEST_CASE(a_token_counts_by_its_signature_first) {
  const auto made = http::read_token(http::test::token_signer{jws_algorithm::hs256}.token(with("")),
                                     provider(), {"https://id.example", "shop", "roles", 60}, now);
  BOOST_TEST(made.error() == "The token's signature is wrong.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace json_web_token_test
