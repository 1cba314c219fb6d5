#include "http/rate_limiter.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace rate_limiter_test {

using namespace lithair::http;

namespace {

constexpr std::uint64_t second = 1'000'000;
constexpr std::uint64_t begin = 77 * second;

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limiters)

BOOST_AUTO_TEST_CASE(as_many_as_are_allowed_at_once_and_then_one_after_the_other) {
  rate_limiter limiter{{10, 5}};
  for (int i = 0; i < 10; ++i) BOOST_TEST(!limiter.why_wait("a", begin));
  // One comes back each half second.
  BOOST_TEST(limiter.why_wait("a", begin).value() == second / 2);
  BOOST_TEST(limiter.why_wait("a", begin + second / 4).value() == second / 4);
  BOOST_TEST(!limiter.why_wait("a", begin + second / 2));
  BOOST_TEST(limiter.why_wait("a", begin + second / 2).has_value());
  // All of them after as long as it takes, and no more.
  for (int i = 0; i < 10; ++i) BOOST_TEST(!limiter.why_wait("a", begin + 60 * second));
  BOOST_TEST(limiter.why_wait("a", begin + 60 * second).has_value());
}

BOOST_AUTO_TEST_CASE(clients_are_held_to_it_one_by_one) {
  rate_limiter limiter{{2, 1}};
  for (const auto* client : {"a", "b", "c"}) {
    BOOST_TEST(!limiter.why_wait(client, begin));
    BOOST_TEST(!limiter.why_wait(client, begin));
    BOOST_TEST(limiter.why_wait(client, begin).has_value());
  }
}

BOOST_AUTO_TEST_CASE(who_is_refused_is_told_when_to_come_again) {
  const rate_limiter limiter{{100, 60}};
  const auto said = limiter.refusal(1'200'001);
  BOOST_TEST(said.status == 429);
  BOOST_TEST(said.retry_after_s == 2u);
  BOOST_TEST(said.rate_policy == "\"default\";q=100;w=60");
  BOOST_TEST(said.rate_left == "\"default\";r=0;t=2");
  BOOST_TEST(said.body.find("More than 100 requests in 60 s") != std::string::npos);
}

// Whatever comes when: in no window are more let in than twice what one may, which is what a bucket
// that was full and filled again lets through; and who keeps to it is never refused.
BOOST_AUTO_TEST_CASE(in_any_window_about_as_many_are_let_in_as_may) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937_64 chance{seed};
    const auto requests = static_cast<std::uint32_t>(1 + chance() % 20);
    const auto seconds = static_cast<std::uint32_t>(1 + chance() % 5);
    rate_limiter limiter{{requests, seconds}};
    std::uint64_t now = begin;
    std::vector<std::uint64_t> let_in;
    for (int i = 0; i < 500; ++i) {
      now += chance() % (2 * seconds * second / requests);
      const auto wait = limiter.why_wait("a", now);
      if (!wait) let_in.push_back(now);
      if (wait) BOOST_REQUIRE(*wait <= seconds * second);
    }
    for (std::size_t i = 0; i + 2 * requests < let_in.size(); ++i)
      BOOST_REQUIRE(let_in[i + 2 * requests] - let_in[i] >= seconds * second);
    const auto interval = seconds * second / requests;
    rate_limiter patient{{requests, seconds}};
    for (std::uint64_t i = 0; i < 100; ++i)
      BOOST_REQUIRE(!patient.why_wait("a", begin + i * interval));
  }
}

BOOST_AUTO_TEST_CASE(however_many_come_each_that_has_a_place_is_held_to_its_own_rate) {
  constexpr std::size_t most = rate_limiter::sets * rate_limiter::places_of_set;
  rate_limiter limiter{{2, 3600}};
  BOOST_TEST(!limiter.why_wait("the first", begin));
  std::size_t let_in = 0;
  for (std::size_t i = 0; i < 2 * most; ++i)
    let_in += limiter.why_wait("client " + std::to_string(i), begin) ? 0 : 1;
  // Not more than have a place, and two that share one; sets fill unevenly, but few stay empty.
  BOOST_TEST(let_in <= most + 2);
  BOOST_TEST(let_in > most * 9 / 10);
  // Who has a place keeps it, whoever comes.
  BOOST_TEST(!limiter.why_wait("the first", begin));
  BOOST_TEST(limiter.why_wait("the first", begin).has_value());
  // Later all of them are free again.
  const auto later = begin + 7200 * second;
  for (const auto* each : {"one more", "another", "and another"}) {
    BOOST_TEST(!limiter.why_wait(each, later));
    BOOST_TEST(!limiter.why_wait(each, later));
    BOOST_TEST(limiter.why_wait(each, later).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rate_limiter_test
