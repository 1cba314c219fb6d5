#include "apps/lithair/values.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace values_test {

namespace data = boost::unit_test::data;
using namespace lithair::apps;
using namespace std::chrono_literals;

namespace {

struct sized {
  const char* text;
  std::uint64_t bytes;
};
std::ostream& operator<<(std::ostream& out, const sized& x) { return out << x.text; }
const std::vector<sized> sizes{{"0", 0},         {"1", 1},          {"512B", 512},
                               {"64KiB", 65536}, {"1MiB", 1048576}, {"3GiB", 3221225472},
                               {"2kB", 2000},    {"5MB", 5000000}};

const std::vector<const char*> wrong_sizes{"",
                                           "MiB",
                                           "-1",
                                           "1.5MiB",
                                           "1 MiB",
                                           "1mib",
                                           "0x10",
                                           "1KiBs",
                                           "99999TiB",
                                           "18446744073709551616",
                                           "18446744073709551615KiB"};
const std::vector<const char*> wrong_durations{"",
                                               "5",
                                               "ms",
                                               "-5ms",
                                               "5 ms",
                                               "5ns",
                                               "1.5s",
                                               "1d",
                                               "25h",
                                               "86400001ms",
                                               "18446744073709551615m"};
const std::vector<const char*> wrong_ranges{"150",       "150ms",     "150-300",
                                            "300-150ms", "150-150ms", "-300ms",
                                            "150ms-",    "1s-300ms",  "150--300ms"};
const std::vector<const char*> wrong_endpoints{
    "",           "8080",           ":8080",     "127.0.0.1", "127.0.0.1:",     "127.0.0.1:0",
    "host:65536", "host:-1",        "host:http", "a b:1",     "http://host:80", "host:80/",
    "::1:8080",   "[127.0.0.1]:80", "[]:80",     "[::1]",     "[::zz]:80",      "host:+80"};
const std::vector<const char*> wrong_members{
    "",          "2",      "127.0.0.1:1", "0=127.0.0.1:1", "x=127.0.0.1:1", "2=127.0.0.1",
    "2=:1",      "2=h:1,", ",2=h:1",      "2=h:1,2=h:2",   "2=h:1/0",       "2=h:1/x",
    "2=h:65535", "-2=h:1", "2=h:1/70000"};

}  // namespace

BOOST_AUTO_TEST_SUITE(reading_values)

BOOST_DATA_TEST_CASE(a_size_counts_bytes, data::make(sizes)) {
  BOOST_TEST(read_size(sample.text).value() == sample.bytes);
}
BOOST_DATA_TEST_CASE(a_wrong_size_is_refused_and_quoted, data::make(wrong_sizes)) {
  const auto x = read_size(sample);
  BOOST_REQUIRE(!x);
  BOOST_TEST(x.error().starts_with("'" + std::string(sample) + "'"));
}

BOOST_AUTO_TEST_CASE(a_duration_has_a_unit) {
  BOOST_TEST((read_duration("50ms") == 50ms));
  BOOST_TEST((read_duration("2s") == 2000ms));
  BOOST_TEST((read_duration("1m") == 60'000ms));
  BOOST_TEST((read_duration("24h") == 86'400'000ms));
}
BOOST_DATA_TEST_CASE(a_wrong_duration_is_refused, data::make(wrong_durations)) {
  BOOST_TEST(!read_duration(sample));
}

BOOST_AUTO_TEST_CASE(the_unit_of_a_range_counts_for_both_ends) {
  BOOST_TEST((read_duration_range("150-300ms") == duration_range{150ms, 300ms}));
  BOOST_TEST((read_duration_range("150ms-1s") == duration_range{150ms, 1000ms}));
}
BOOST_DATA_TEST_CASE(a_range_that_does_not_rise_is_refused, data::make(wrong_ranges)) {
  BOOST_TEST(!read_duration_range(sample));
}

BOOST_AUTO_TEST_CASE(an_endpoint_is_a_host_and_a_port) {
  BOOST_TEST((read_endpoint("127.0.0.1:8080") == endpoint{"127.0.0.1", 8080}));
  BOOST_TEST((read_endpoint("[::1]:1") == endpoint{"::1", 1}));
  BOOST_TEST((read_endpoint("node-1.example:65535") == endpoint{"node-1.example", 65535}));
  BOOST_TEST((read_endpoint("localhost:80") == endpoint{"127.0.0.1", 80}));
}
BOOST_DATA_TEST_CASE(a_wrong_endpoint_is_refused, data::make(wrong_endpoints)) {
  BOOST_TEST(!read_endpoint(sample));
}
BOOST_AUTO_TEST_CASE(an_endpoint_is_written_as_it_is_read) {
  for (const auto* text : {"127.0.0.1:8080", "[::1]:1"}) {
    BOOST_TEST(to_string(read_endpoint(text).value()) == text);
  }
}

BOOST_AUTO_TEST_CASE(members_name_id_address_and_maybe_the_peer_port) {
  const auto x = read_members("2=127.0.0.1:8081,3=[::1]:8082/9999");
  BOOST_REQUIRE(x.has_value());
  BOOST_REQUIRE(x->size() == 2);
  using lithair::actors::peer_address;
  using lithair::protocol::node_id;
  BOOST_TEST((x->at(0) == peer_address{node_id{2}, "127.0.0.1", 8081, 9081}));
  BOOST_TEST((x->at(1) == peer_address{node_id{3}, "::1", 8082, 9999}));
}
BOOST_DATA_TEST_CASE(wrong_members_are_refused, data::make(wrong_members)) {
  BOOST_TEST(!read_members(sample));
}

BOOST_AUTO_TEST_CASE(where_a_node_is_found_has_a_host_and_perhaps_ports) {
  const std::vector<std::pair<const char*, advertised>> right{
      {"node-1", {"node-1", {}, {}}},           {"lithair_1:80", {"lithair_1", 80, {}}},
      {"10.0.0.1:80/81", {"10.0.0.1", 80, 81}}, {"localhost:80", {"127.0.0.1", 80, {}}},
      {"[fd00::1]", {"fd00::1", {}, {}}},       {"[fd00::1]:80/81", {"fd00::1", 80, 81}},
  };
  for (const auto& [text, meant] : right) {
    const auto got = read_advertised(text);
    BOOST_REQUIRE_MESSAGE(got, text);
    BOOST_TEST((*got == meant), text);
  }
  for (const auto* text : {"", ":80", "node:", "node:0", "node:x", "node/81", "node:80/",
                           "node:80/0", "node:80/81/82", "fd00::1", "fd00::1:80", "[]", "[node]:80",
                           "a b:80", "http://node:80", "0.0.0.0", "0.0.0.0:80", "[::]:80", "0:80"})
    BOOST_TEST(!read_advertised(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace values_test
