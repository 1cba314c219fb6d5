#include "apps/lithair/own_address.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "actors/host.hpp"

namespace own_address_test {

namespace data = boost::unit_test::data;
using namespace lithair;
using namespace lithair::apps;

namespace {

struct machine {
  const char* what;
  std::string host;                    // that the node listens at
  std::vector<std::string> addresses;  // of the machine
  std::string told;                    // empty: it refuses
};
std::ostream& operator<<(std::ostream& out, const machine& shown) { return out << shown.what; }

const std::vector<machine> machines{
    {"no wildcard", "10.0.0.1", {"10.0.0.1", "10.0.0.2"}, "10.0.0.1"},
    {"a name", "node-1", {}, "node-1"},
    {"one address", "0.0.0.0", {"10.0.0.1"}, "10.0.0.1"},
    {"one of IPv4, and IPv6 that it does not listen on",
     "0.0.0.0",
     {"10.0.0.1", "fd00::1"},
     "10.0.0.1"},
    {"one of each, and both are listened on", "::", {"10.0.0.1", "fd00::1"}, "10.0.0.1"},
    {"IPv6 only", "::", {"fd00::1"}, "fd00::1"},
    {"none but loopback", "0.0.0.0", {}, "127.0.0.1"},
    {"none but loopback, IPv6", "::", {}, "::1"},
    {"none that it listens on", "0.0.0.0", {"fd00::1"}, "127.0.0.1"},
    {"several", "0.0.0.0", {"10.0.0.1", "172.17.0.1"}, ""},
    {"several of IPv6", "::", {"fd00::1", "fd00::2"}, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(own_addresses)

BOOST_DATA_TEST_CASE(a_wildcard_is_never_told, data::make(machines)) {
  settings x;
  x.node.self.host = x.node.listen.host = sample.host;
  const auto wrong = settle_address(x, sample.addresses);
  BOOST_TEST(x.node.listen.host == sample.host);
  if (!sample.told.empty()) {
    BOOST_TEST(wrong == "");
    BOOST_TEST(x.node.self.host == sample.told);
  } else {
    // All of them are named, and the flag that helps.
    for (const auto& each : sample.addresses) BOOST_TEST(wrong.find(each) != std::string::npos);
    BOOST_TEST(wrong.starts_with("--addr: "));
    BOOST_TEST(wrong.find("--advertise") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(this_machine_has_no_loopback_or_wildcard_among_its_addresses) {
  for (const auto& each : addresses_of_machine()) {
    BOOST_TEST(!actors::is_loopback(each), each);
    BOOST_TEST(!actors::is_wildcard(each), each);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace own_address_test
