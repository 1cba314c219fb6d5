#include "actors/host.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace host_test {

namespace data = boost::unit_test::data;
using namespace lithair::actors;

namespace {

struct host {
  const char* text;
  bool loopback = false;
  bool wildcard = false;
};
std::ostream& operator<<(std::ostream& out, const host& shown) { return out << shown.text; }

const std::vector<host> hosts{
    {"127.0.0.1", true},
    {"127.0.0.9", true},
    {"127.1", true},
    {"::1", true},
    {"0:0:0:0:0:0:0:1", true},
    {"::ffff:127.0.0.1", true},
    {"0.0.0.0", false, true},
    {"0", false, true},
    {"::", false, true},
    {"0:0::0", false, true},
    {"::ffff:0.0.0.0", false, true},
    {"", false, true},
    {"10.0.0.1"},
    {"128.0.0.1"},
    {"::ffff:10.0.0.1"},
    {"fe80::1"},
    {"localhost"},  // Whatever it resolves to.
    {"127.0.0.1.example"},
    {"127.host"},
    {"node-1"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hosts_of_addresses)

BOOST_DATA_TEST_CASE(loopback_and_wildcards_are_known_in_all_spellings, data::make(hosts)) {
  BOOST_TEST(is_loopback(sample.text) == sample.loopback);
  BOOST_TEST(is_wildcard(sample.text) == sample.wildcard);
  for (const auto whom : {said_with::clients, said_with::peers})
    BOOST_TEST(why_unprotected(sample.text, 80, whom, {}).empty() == sample.loopback);
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_written_in_brackets) {
  BOOST_TEST(host_and_port("10.0.0.1", 80) == "10.0.0.1:80");
  BOOST_TEST(host_and_port("node-1", 8080) == "node-1:8080");
  BOOST_TEST(host_and_port("fd00::1", 80) == "[fd00::1]:80");
}

BOOST_AUTO_TEST_CASE(an_unprotected_address_is_named_with_the_cure) {
  BOOST_TEST(why_unprotected("fd00::1", 80, said_with::clients, {}) ==
             "[fd00::1]:80 can be reached from other machines, and nothing protects what clients "
             "say there; start with --tls-cert and --tls-key, or with --insecure to accept that");
  BOOST_TEST(why_unprotected("fd00::1", 1080, said_with::peers, {}) ==
             "[fd00::1]:1080 can be reached from other machines, and nothing protects what nodes "
             "say there; start with --peer-tls-cert, --peer-tls-key and --peer-tls-ca, or with "
             "--insecure to accept that");
}

BOOST_AUTO_TEST_CASE(each_way_to_a_node_has_a_protection_of_its_own) {
  const auto allowed = [](said_with whom, const protection& by) {
    return why_unprotected("10.0.0.1", 80, whom, by).empty();
  };
  const protection https{.clients = true};
  const protection links{.peers = true};
  const protection none{.insecure = true};
  BOOST_TEST(allowed(said_with::clients, https));
  BOOST_TEST(!allowed(said_with::peers, https));
  BOOST_TEST(!allowed(said_with::clients, links));
  BOOST_TEST(allowed(said_with::peers, links));
  BOOST_TEST(allowed(said_with::clients, none));
  BOOST_TEST(allowed(said_with::peers, none));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace host_test
