#include "apps/lithair/variables.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <vector>

namespace variables_test {

namespace data = boost::unit_test::data;
using namespace lithair::apps;

namespace {

struct judged {
  std::string name;
  std::string value;
  variable_kind kind;
  std::string setting;
};
std::ostream& operator<<(std::ostream& out, const judged& x) {
  return out << x.name << '=' << x.value;
}

using enum variable_kind;

const std::vector<std::string_view> settings{"node-id",  "addr", "port",    "peers",
                                             "data-dir", "log",  "cluster", "max-inflight"};

const std::vector<judged> table{
    {"HOME", "/", foreign, ""},
    {"LITHAIR", "1", foreign, ""},
    {"OTHER_LITHAIR_PORT", "8080", foreign, ""},
    {"LITHAIR_ENDPOINTS", "127.0.0.1:8080", foreign, ""},
    {"LITHAIR_TOKEN_FILE", "me.token", foreign, ""},
    // Ours.
    {"LITHAIR_PORT", "8081", setting, "port"},
    {"LITHAIR_PORT", "eighty", setting, "port"},
    {"LITHAIR_PORT", "", setting, "port"},
    {"LITHAIR_ADDR", "tcp://10.96.0.1:8080", setting, "addr"},
    {"LITHAIR_NODE_ID", "1", setting, "node-id"},
    // A service called lithair, as Kubernetes tells of it.
    {"LITHAIR_PORT", "tcp://10.96.0.1:8080", platform, ""},
    {"LITHAIR_PORT", "udp://[fd00::1]:8080", platform, ""},
    {"LITHAIR_SERVICE_HOST", "10.96.0.1", platform, ""},
    {"LITHAIR_SERVICE_PORT", "8080", platform, ""},
    {"LITHAIR_SERVICE_PORT_HTTP", "8080", platform, ""},
    {"LITHAIR_PORT_8080_TCP", "tcp://10.96.0.1:8080", platform, ""},
    {"LITHAIR_PORT_8080_TCP_PROTO", "tcp", platform, ""},
    {"LITHAIR_PORT_8080_TCP_PORT", "8080", platform, ""},
    {"LITHAIR_PORT_8080_TCP_ADDR", "10.96.0.1", platform, ""},
    {"LITHAIR_PORT_9080_UDP_ADDR", "10.96.0.1", platform, ""},
    {"LITHAIR_PORT_9080_SCTP", "sctp://10.96.0.1:9080", platform, ""},
    // Services called lithair-api, lithair-peers, lithair-node.
    {"LITHAIR_API_PORT", "tcp://10.96.0.1:8080", platform, ""},
    {"LITHAIR_PEERS_PORT", "tcp://10.96.0.1:8080", platform, ""},
    {"LITHAIR_NODE_SERVICE_HOST", "10.96.0.1", platform, ""},
    {"LITHAIR_NODE_PORT_80_TCP_ADDR", "10.96.0.1", platform, ""},
    // Slips.
    {"LITHAIR_NODEID", "1", typo, "node-id"},
    {"LITHAIR_ADR", "127.0.0.1:1", typo, "addr"},
    {"LITHAIR_PROT", "8081", typo, "port"},
    {"LITHAIR_DATADIR", "/d", typo, "data-dir"},
    {"LITHAIR_MAX_INFLIHGT", "1", typo, "max-inflight"},
    {"LITHAIR_node_id", "1", unknown, ""},
    // Nothing of ours, and no slip.
    {"LITHAIR_VERSION", "1.2.3", unknown, ""},
    {"LITHAIR_", "", unknown, ""},
    {"LITHAIR_PORT_TCP", "1", unknown, ""},
    {"LITHAIR_PORT_x_TCP", "1", unknown, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(variables)

BOOST_DATA_TEST_CASE(a_variable_is_judged_by_its_name_and_value, data::make(table)) {
  const auto meaning = meaning_of(sample.name, sample.value, settings);
  BOOST_TEST((meaning.kind == sample.kind));
  BOOST_TEST(meaning.setting == sample.setting);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace variables_test
