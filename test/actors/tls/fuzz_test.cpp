#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "test/actors/tls/raw_client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tls_fuzz_test {

namespace {

/// What clients begin with.
std::vector<std::string> greetings() {
  const lithair::test::authority by{"home"};
  const lithair::test::tls_end ours{lithair::test::client_of(by), {"localhost"}};
  const auto said_by = [](const std::function<void(SSL_CTX*)>& set) {
    lithair::test::raw_client client{set};
    SSL_do_handshake(client.ssl());
    return client.output();
  };
  return {ours.session.output(), said_by({}),
          said_by([](SSL_CTX* x) { SSL_CTX_set_max_proto_version(x, TLS1_2_VERSION); }),
          "GET / HTTP/1.1\r\n\r\n"};
}

std::string changed(std::string x, std::mt19937_64& random) {
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  for (auto n = below(4); n > 0 && !x.empty(); --n) {
    const auto at = below(x.size());
    switch (below(5)) {
      case 0:
        x[at] = static_cast<char>(below(256));
        break;
      case 1:
        x.erase(at, 1 + below(8));
        break;
      case 2:
        x.insert(at, x.substr(below(x.size()), below(64)));
        break;
      case 3:
        // Lengths are what parsers stumble over.
        x[at] = static_cast<char>(below(2) == 0 ? 0xff : 0);
        break;
      default:
        x += x.substr(0, below(x.size()));
    }
  }
  return static_cast<char>(below(256)) + x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(mutated_handshakes_open_no_connection_and_are_bounded) {
  const auto seeds = greetings();
  std::mt19937_64 random{20};
  for (int i = 0; i < 3000; ++i) {
    const auto bytes = changed(seeds[random() % seeds.size()], random);
    // Aborts when a rule is broken, and says which.
    BOOST_REQUIRE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                         bytes.size()) == 0);
  }
}

}  // namespace tls_fuzz_test
