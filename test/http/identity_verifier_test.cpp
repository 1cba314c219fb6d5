#include "http/identity_verifier.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "test/http/token_signer.hpp"

namespace identity_verifier_test {

namespace http = lithair::http;
using http::identity_verifier;
using http::jws_algorithm;
using http::test::token_signer;

namespace {

constexpr std::int64_t now = 1'800'000'000;

http::json_web_keys keys_of(const token_signer& by) {
  return *http::json_web_keys::read(R"({"keys":[)" + by.jwk() + "]}");
}

std::string claims_of(const std::string& sub, std::int64_t end = now + 300) {
  return R"({"iss":"i","aud":"a","sub":")" + sub + R"(","exp":)" + std::to_string(end) + '}';
}

struct office {
  token_signer signer{jws_algorithm::hs256};
  identity_verifier verifier{keys_of(signer), {"i", "a", "roles", 60}};

  std::shared_ptr<const http::identity> ask(const std::string& token, std::int64_t at = now) {
    auto made = verifier.identify(token, at);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error()));
    return *made;
  }
  std::string refusal(const std::string& token, std::int64_t at = now) {
    const auto made = verifier.identify(token, at);
    BOOST_REQUIRE(!made);
    return made.error();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(identity_verifiers)

BOOST_AUTO_TEST_CASE(a_token_that_counted_is_remembered_and_a_wrong_one_is_not) {
  office at;
  const auto ada = at.signer.token(claims_of("ada"));
  const auto first = at.ask(ada);
  BOOST_TEST(first->who.id == "ada");
  BOOST_TEST(at.ask(ada) == first);
  BOOST_TEST(at.verifier.remembered() == 1u);
  BOOST_TEST(at.refusal(ada + '=') == "The token's parts are no base64url without padding.");
  BOOST_TEST(at.refusal(token_signer{jws_algorithm::hs256}.token(claims_of("ada"))) ==
             "The token's signature is wrong.");
  BOOST_TEST(at.refusal(std::string(9000, 'x')) == "The token is longer than 8 KiB.");
  BOOST_TEST(at.verifier.remembered() == 1u);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_remembered_ends_when_it_says) {
  office at;
  const auto ada = at.signer.token(claims_of("ada"));
  BOOST_TEST(at.ask(ada, now + 359) == at.ask(ada, now + 359));
  BOOST_TEST(at.refusal(ada, now + 360) == "The token has ended.");
  BOOST_TEST(at.verifier.remembered() == 0u);
}

BOOST_AUTO_TEST_CASE(what_other_keys_signed_is_forgotten_with_them) {
  office at;
  const auto ada = at.signer.token(claims_of("ada"));
  at.ask(ada);
  const token_signer next{jws_algorithm::eddsa};
  at.verifier.use(keys_of(next));
  BOOST_TEST(at.verifier.remembered() == 0u);
  BOOST_TEST(at.refusal(ada) == "The token's signature is wrong.");
  BOOST_TEST(at.ask(next.token(claims_of("eve")))->who.id == "eve");
}

BOOST_AUTO_TEST_CASE(as_many_are_remembered_as_there_is_room_for_and_those_of_late) {
  office at;
  const auto ada = at.signer.token(claims_of("ada"));
  const auto first = at.ask(ada);
  const auto once = at.signer.token(claims_of("once"));
  const auto seen = at.ask(once);
  for (int i = 0; i < 5000; ++i) {
    BOOST_TEST_REQUIRE(at.ask(at.signer.token(claims_of(std::to_string(i))))->who.id ==
                       std::to_string(i));
    BOOST_TEST_REQUIRE(at.verifier.remembered() <= identity_verifier::most_remembered);
    if (i % 100 == 0) BOOST_TEST_REQUIRE(at.ask(ada) == first);
  }
  BOOST_TEST(at.ask(once) != seen);
  BOOST_TEST(at.verifier.remembered() > identity_verifier::most_remembered / 2);
}

BOOST_AUTO_TEST_CASE(many_may_ask_while_the_keys_are_replaced) {
  office at;
  const token_signer other{jws_algorithm::hs256};
  std::vector<std::string> tokens;
  for (int i = 0; i < 40; ++i) tokens.push_back(at.signer.token(claims_of(std::to_string(i))));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> all;
  for (std::size_t k = 0; k < 3; ++k)
    all.emplace_back([&, k] {
      for (std::size_t i = 0; i < 2000; ++i) {
        const auto which = (i * 7 + k) % tokens.size();
        const auto made = at.verifier.identify(tokens[which], now);
        const bool right = made ? (*made)->who.id == std::to_string(which)
                                : made.error() == "The token's signature is wrong.";
        if (!right) ++wrong;
      }
    });
  for (int i = 0; i < 500; ++i) at.verifier.use(keys_of(i % 2 == 0 ? other : at.signer));
  for (auto& each : all) each.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(what_is_verified_while_its_keys_are_replaced_is_not_remembered) {
  const token_signer signer{jws_algorithm::eddsa};
  const auto own = keys_of(signer);
  const auto other = keys_of(token_signer{jws_algorithm::eddsa});
  identity_verifier verifier{own, {"i", "a", "roles", 60}};
  const auto token = signer.token(claims_of("ada"));
  for (int i = 0; i < 200; ++i) {
    verifier.use(own);
    std::atomic<bool> begun = false;
    std::thread asking{[&] {
      begun = true;
      (void)verifier.identify(token, now);
    }};
    while (!begun) std::this_thread::yield();
    verifier.use(other);
    asking.join();
    BOOST_TEST_REQUIRE(!verifier.identify(token, now).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace identity_verifier_test
