#include "actors/node/link_proof.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace link_proof_test {

using namespace lithair::actors;

namespace {

std::string in_hex(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string made;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    made += digits[byte >> 4];
    made += digits[byte & 15];
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proofs_of_a_secret)

// RFC 4231, test cases 1, 2 and 6.
BOOST_AUTO_TEST_CASE(codes_are_those_of_the_standard) {
  BOOST_TEST(in_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  BOOST_TEST(in_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  BOOST_TEST(in_hex(hmac_sha256(std::string(131, '\xaa'),
                                "Test Using Larger Than Block-Size Key - Hash Key First")) ==
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace link_proof_test
