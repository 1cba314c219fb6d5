#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

const std::vector<std::string> seeds{
    "GET /api/products?price=%3E1&take=5 HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /api/products HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
    "11\r\n\r\n{\"id\":\"p1\"}",
    "PUT /api/products/a%2fb HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    "Transfer-Encoding: chunked\r\nIf-Match: \"7\", W/\"8\"\r\n\r\n2;x=y\r\n{}\r\n0\r\nX: "
    "y\r\n\r\n",
    "PATCH /api/products/p1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/merge-patch+json\r\n"
    "Expect: 100-continue\r\nContent-Length: 16\r\n\r\n{\"price\":\"0.10\"}",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nDELETE http://a/api/products/.. HTTP/1.1\r\nHost: "
    "a\r\n\r\n",
    "HEAD /readyz?min_index=3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /api/_txn HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3 ; a\t= \"b;\\\"\xe9\" ;c=d\r\nabc\r\nA;x\r\n0123456789\r\n0;last=1\r\nX: y\r\nZ:\r\n\r\n",
};

// Pieces that matter to a parser; random bytes alone rarely make them.
const std::vector<std::string> words{"\r\n",
                                     "\r",
                                     "\n",
                                     " ",
                                     ":",
                                     "%",
                                     "0",
                                     "HTTP/1.1",
                                     "Host: a\r\n",
                                     "Content-Length: 1\r\n",
                                     "Transfer-Encoding: chunked\r\n",
                                     ",",
                                     "\t",
                                     ";",
                                     "=",
                                     "\"",
                                     "\\",
                                     "1\r\nx\r\n"};

class mutator {
 public:
  explicit mutator(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    std::string result = pick(seeds);
    if (below(3) == 0) result += pick(seeds);
    for (auto n = below(6); n > 0 && !result.empty(); --n) change(result);
    return static_cast<char>(below(256)) + result;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  void change(std::string& x) {
    const auto at = below(x.size());
    switch (below(4)) {
      case 0:
        x[at] = static_cast<char>(below(256));
        break;
      case 1:
        x.erase(at, 1 + below(8));
        break;
      case 2:
        x.insert(at, pick(words));
        break;
      default:
        x.insert(below(x.size()), x.substr(at, below(64)));
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(mutated_requests_break_no_rule_of_the_parser_and_the_routes) {
  mutator source{20};
  for (int i = 0; i < 30'000; ++i) {
    const auto bytes = source.next();
    // Aborts when a rule is broken, and says which.
    BOOST_REQUIRE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                         bytes.size()) == 0);
  }
}
