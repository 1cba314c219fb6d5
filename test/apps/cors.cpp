#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "apps/lithair/values.hpp"

namespace cors_test {

using namespace lithair::apps;

BOOST_AUTO_TEST_SUITE(reading_origins)

BOOST_AUTO_TEST_CASE(origins_come_one_by_one_or_as_a_list) {
  const std::vector<std::string> wanted{"https://shop.example.org", "http://localhost:3000"};
  BOOST_TEST(read_origins("https://shop.example.org,http://localhost:3000").value() == wanted);
  BOOST_TEST(read_origins("*").value() == std::vector<std::string>{"*"});
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_told) {
  BOOST_TEST(read_origins("https://shop.example.org,shop").error() ==
             "'shop' is not an origin like https://shop.example.org or http://localhost:3000 "
             "(without a path), nor *");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cors_test
