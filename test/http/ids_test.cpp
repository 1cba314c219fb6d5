#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstring>
#include <set>
#include <string>

#include "test/http/served.hpp"

namespace ids_test {

using namespace lithair;
using namespace lithair::http;
using namespace lithair::http::test;

namespace {

/// A generator that gives the same word again and again, and counts the bytes that were drawn.
struct planted {
  std::atomic<std::size_t> drawn{0};

  server_options options() {
    server_options made;
    made.random = [this](std::span<std::uint8_t> into) {
      drawn += into.size();
      std::memset(into.data(), 0xa5, into.size());
    };
    return made;
  }
};

std::string id_in(const reply& made) {
  const auto at = made.body.find("\"id\":\"");
  return at == std::string::npos ? "" : made.body.substr(at + 6, 36);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(made_ids)

BOOST_AUTO_TEST_CASE(ids_of_items_are_made_of_the_bits_that_nobody_can_guess) {
  planted chance;
  served s{chance.options()};
  const auto made = client{s.port()}.ask("POST", "/api/shop/v1/orders", "", "{}");
  BOOST_TEST(made.status == 201);
  // Behind 48 bits of time: the generator's bits, a version and a variant among them.
  BOOST_TEST(id_in(made).substr(14) == "75a5-a969-696969696969");
  BOOST_TEST(chance.drawn > 0u);
}

BOOST_AUTO_TEST_CASE(request_ids_draw_nothing_from_what_ids_are_made_of) {
  planted chance;
  served s{chance.options()};
  std::set<std::string> seen;
  for (int i = 0; i < 300; ++i) {
    client c{s.port()};
    seen.insert(c.ask("GET", "/livez").header("x-request-id"));
  }
  BOOST_TEST(seen.size() == 300u);
  BOOST_TEST(chance.drawn == 0u);
}

BOOST_AUTO_TEST_CASE(request_ids_of_two_servers_go_different_ways) {
  planted chance;
  served one{chance.options(), 1};
  served other{chance.options(), 1};
  BOOST_TEST(client{one.port()}.ask("GET", "/livez").header("x-request-id") !=
             client{other.port()}.ask("GET", "/livez").header("x-request-id"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ids_test
