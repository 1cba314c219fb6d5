#include "apps/lithair/node_certifier.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "actors/tls/sealing.hpp"

namespace node_certifier_test {

using namespace lithair::actors;
using lithair::apps::node_certifier;

namespace {

struct office {
  std::int64_t now = 1'800'000'000;
  cluster_authority by = cluster_authority::make(now);
  node_certifier certifier{*cluster_authority::read(by.certificate(), by.key()),
                           [this] { return now; }};
  key_and_request own = make_key("n");

  node_certifier::outcome ask(const std::string& token, std::vector<std::string> hosts = {}) {
    return certifier.certify({token, own.request, 7, std::move(hosts)});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(certifiers, office)

BOOST_AUTO_TEST_CASE(who_has_a_token_gets_a_certificate_and_the_authority) {
  const auto token = by.make_token(now + 60);
  const auto made = ask(token, {"10.0.0.7"});
  BOOST_TEST(made.status == 200);
  BOOST_TEST(end_of(made.certificate).value() == now + cluster_authority::node_days * 86'400);
  BOOST_TEST(open_sealed(own.key, bytes_of_base64url(made.sealed_key).value()).value() == by.key());
  BOOST_TEST(certifier.admits(token));
  now += 60;
  const auto late = ask(token);
  BOOST_TEST(late.status == 403);
  BOOST_TEST(late.detail.starts_with("the token has expired at "));
  BOOST_TEST(late.sealed_key == "");
  BOOST_TEST(!certifier.admits(token));
  BOOST_TEST(!certifier.admits(""));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_request_is_told_to_who_has_a_token) {
  BOOST_TEST(ask(by.make_token(now + 60), {"a b"}).status == 422);
  own.request = "x";
  BOOST_TEST(ask(by.make_token(now + 60)).status == 422);
  BOOST_TEST(ask("x").status == 403);
}

BOOST_AUTO_TEST_CASE(more_than_there_is_time_for_are_put_off) {
  for (int i = 0; i < node_certifier::at_once; ++i) BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 429);
  now += 2;
  BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 429);
  // A clock that was set back counts from there.
  now -= 1000;
  BOOST_TEST(ask("x").status == 429);
  now += 1;
  BOOST_TEST(ask("x").status == 403);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace node_certifier_test
