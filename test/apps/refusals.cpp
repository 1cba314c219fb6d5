#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "test/apps/read_words.hpp"

namespace refusals_test {

namespace data = boost::unit_test::data;
using namespace lithair::test;

namespace {

struct refused {
  words flags;
  std::string line;
};
std::ostream& operator<<(std::ostream& out, const refused& x) {
  for (const auto* word : x.flags) out << word << ' ';
  return out;
}

#define UNPROTECTED                                                                         \
  "can be reached from other machines, and nothing protects what clients say there; start " \
  "with --tls-cert and --tls-key, or with --insecure to accept that"
#define UNPROTECTED_LINKS                                                                      \
  "can be reached from other machines, and nothing protects what nodes say there; start with " \
  "--peer-tls-cert, --peer-tls-key and --peer-tls-ca, or with --insecure to accept that"

const std::vector<refused> refusals{
    {{"--bogus"}, "--bogus: there is no such flag; see --help"},
    {{"stray"}, "stray: there is no such flag; see --help"},
    {{"--node-id", "0"}, "--node-id: '0' is not between 1 and 18446744073709551615"},
    {{"--node-id", "one"}, "--node-id: 'one' is not a whole number"},
    {{"--addr", "nowhere"}, "--addr: 'nowhere' is not an address like 127.0.0.1:8080"},
    {{"--addr", "127.0.0.1:64536"},
     "--addr: the port for the other nodes would be 65536, which does not exist; name another one "
     "with --peer-addr"},
    {{"--addr", "10.0.0.1:80"}, "--addr: 10.0.0.1:80 " UNPROTECTED},
    {{"--addr", "0.0.0.0:80"}, "--addr: 0.0.0.0:80 " UNPROTECTED},
    {{"--addr", "[::]:80"}, "--addr: [::]:80 " UNPROTECTED},
    {{"--programs", "--addr", "10.0.0.2:80", "--tls-cert", "c", "--tls-key", "k"},
     "--addr: 10.0.0.2:1080 " UNPROTECTED_LINKS},
    {{"--advertise", "node-1"}, "--advertise: node-1:8080 " UNPROTECTED},
    {{"--node-id", "4", "--join", "10.0.0.1:80"}, "--join: 10.0.0.1:80 " UNPROTECTED},
    {{"--node-id", "1", "--cluster", "2=10.0.0.1:80"},
     "--cluster: 10.0.0.1:1080 " UNPROTECTED_LINKS},
    {{"--node-id", "1", "--cluster", "2=[fd00::1]:80"},
     "--cluster: [fd00::1]:1080 " UNPROTECTED_LINKS},
    {{"--node-id", "1", "--addr", "10.0.0.2:80", "--cluster", two, "--tls-cert", "c", "--tls-key",
      "k"},
     "--addr: 10.0.0.2:1080 " UNPROTECTED_LINKS},
    {{"--node-id", "1", "--addr", "10.0.0.2:80", "--cluster", two, "--peer-tls-cert", "c",
      "--peer-tls-key", "k", "--peer-tls-ca", "a"},
     "--addr: 10.0.0.2:80 " UNPROTECTED},
    {{"--node-id", "4", "--join", "10.0.0.1:80", "--peer-tls-cert", "c", "--peer-tls-key", "k",
      "--peer-tls-ca", "a"},
     "--join: 10.0.0.1:80 " UNPROTECTED},
    {{"--node-id", "1", "--cluster", "2=0.0.0.0:80"},
     "--cluster: '2=0.0.0.0:80' is not an address that others could come to"},
    {{"--advertise", "[::]:80"},
     "--advertise: '[::]:80' is not an address that others could come to"},
    {{"--advertise", "127.0.0.1:81/81"},
     "--advertise: names one port for clients and for other nodes"},
    {{"--cluster", two}, "--node-id: is needed with --cluster"},
    {{"--node-id", "2", "--cluster", two},
     "--cluster: 2=127.0.0.1:8081 is this node's number, but this node is at 127.0.0.1:8080; say "
     "--advertise where others find it elsewhere"},
    {{"--node-id", "1", "--cluster", "2=127.0.0.1:8080"},
     "--cluster: 127.0.0.1:8080 is used twice"},
    {{"--node-id", "1", "--cluster", "2=127.0.0.1:9080"},
     "--cluster: 127.0.0.1:9080 is used twice"},
    {{"--node-id", "1", "--cluster", "2=127.0.0.1:81,3=127.0.0.1:82/1081"},
     "--cluster: 127.0.0.1:1081 is used twice"},
    {{"--peer-addr", "127.0.0.1:8080"}, "--peer-addr: must differ from --addr"},
    {{"--peer-addr", "127.0.0.2:8080"}, "--peer-addr: must have the same host as --addr"},
    {{"--port", "8081", "--addr", "127.0.0.1:8081"},
     "--port: says the same as --addr; use one of them"},
    {{"--peers", "8082"}, "--peers: needs --port"},
    {{"--port", "8081", "--peers", "8082,8082"}, "--peers: names a port twice"},
    {{"--port", "8081", "--peers", "8082", "--node-id", "1"},
     "--node-id: follows from the ports when --peers is given"},
    {{"--port", "8081", "--peers", "8082", "--cluster", two},
     "--peers: says the same as --cluster; use one of them"},
    {{"--election-timeout", "150"},
     "--election-timeout: '150' is not a range of durations like "
     "150-300ms"},
    {{"--heartbeat", "0ms"}, "--heartbeat: must be longer than nothing"},
    {{"--heartbeat", "80ms"},
     "--heartbeat: must be at most half of the shortest --election-timeout"},
    {{"--read-mode", "fast"}, "--read-mode: 'fast' is neither read-index nor lease"},
    {{"--max-body", "0"}, "--max-body: must be larger than nothing"},
    {{"--max-body", "big"}, "--max-body: 'big' is not a size like 65536, 64KiB or 1MiB"},
    {{"--max-bodies", "15MiB"}, "--max-bodies: must be 16MiB at least, for one _bulk"},
    {{"--max-body", "300MiB"},
     "--max-body: must not be larger than --max-bodies, which is for all of them"},
    {{"--max-unsent", "1MiB"}, "--max-unsent: must be 8MiB at least, for one page of a list"},
    {{"--max-per-address", "0"}, "--max-per-address: '0' is not between 1 and 1000000"},
    {{"--max-inflight", "0"}, "--max-inflight: '0' is not between 1 and 1000000"},
    {{"--request-timeout", "0s"}, "--request-timeout: must be longer than nothing"},
    {{"--log", "xml"}, "--log: 'xml' is neither text nor json"},
    {{"--log-level", "loud"}, "--log-level: 'loud' is none of debug, info, warn, error, off"},
    {{"--init=maybe"}, "--init: 'maybe' is not true or false"},
    {{"--config", "/nonexistent/node.toml"}, "--config: there is no file /nonexistent/node.toml"},
    {{"--data-dir", ""}, "--data-dir: must not be empty"},
    {{"--cluster-token", "/nonexistent/token"},
     "--cluster-token: /nonexistent/token can't be read: No such file or directory"},
    {{"--join", "127.0.0.1:8080"}, "--node-id: is needed with --join"},
    {{"--tls-cert", "cert.pem"}, "--tls-cert: needs its key, --tls-key"},
    {{"--tls-key", "key.pem"}, "--tls-key: needs --tls-cert"},
    {{"--tls-client-ca", "ca.pem"}, "--tls-client-ca: needs --tls-cert"},
    {{"--tls-cert", "", "--tls-key", "key.pem"}, "--tls-cert: must not be empty"},
    {{"--tls-cert", "cert.pem", "--tls-key", "key.pem", "--join-ca", "ca.pem"},
     "--join-ca: is for --join with --tls-cert"},
    {{"--peer-tls-cert", "cert.pem"}, "--peer-tls-cert: needs its key, --peer-tls-key"},
    {{"--peer-tls-cert", "cert.pem", "--peer-tls-key", "key.pem"},
     "--peer-tls-cert: needs the authorities of the others, --peer-tls-ca"},
    {{"--peer-tls-key", "key.pem"}, "--peer-tls-key: needs --peer-tls-cert"},
    {{"--peer-tls-ca", "ca.pem"}, "--peer-tls-ca: needs --peer-tls-cert"},
    {{"--peer-tls-ca", ""}, "--peer-tls-ca: must not be empty"},
    {{"--join-token", "lithair1.x"}, "--join-token: is for --join"},
    {{"--secure", "--node-id", "1", "--cluster", two},
     "--secure: a cluster begins with one node, and others --join it with a token; leave --cluster "
     "and --peers out"},
    {{"--secure", "--node-id", "2", "--join", "127.0.0.1:80"},
     "--secure: founds a cluster; with --join say --join-token"},
    {{"--secure", "--peer-tls-cert", "c", "--peer-tls-key", "k", "--peer-tls-ca", "a"},
     "--secure: makes the certificates of --peer-tls-cert itself; leave that out"},
    {{"--secure", "--restore", "x"}, "--secure: is for serving; leave it out with --restore"},
    {{"--backup-every", "1h"}, "--backup-every: is for --backup-dir"},
    {{"--backup-keep", "3"}, "--backup-keep: is for --backup-dir"},
    {{"--backup-log-every", "1s"}, "--backup-log-every: is for --backup-dir"},
    {{"--backup-dir", ""}, "--backup-dir: must not be empty"},
    {{"--backup-dir", "b", "--backup-every", "99ms"}, "--backup-every: must be 100ms at least"},
    {{"--backup-dir", "b", "--backup-keep", "0"},
     "--backup-keep: '0' is not between 1 and 1000000"},
    {{"--until", "12"}, "--until: is for --restore"},
    {{"--restore", "b", "--until", "noon"},
     "--until: 'noon' is neither an index nor a time like 2026-11-01T12:00:00Z"},
    {{"--restore", "b", "--until", "0"},
     "--until: '0' is neither an index nor a time like 2026-11-01T12:00:00Z"},
    {{"--slow", "soon"},
     "--slow: 'soon' is not a duration like 50ms, 2s, 5m or 1h, of one day at most"},
    {{"--drain", "5"},
     "--drain: '5' is not a duration like 50ms, 2s, 5m or 1h, of one day at most"},
    {{"--allow-host", "http://shop.example.org"},
     "--allow-host: 'http://shop.example.org' is not a name like node1.example.org (without scheme "
     "or port), nor .example.org for all below it, nor *"},
    {{"--allow-host", "shop.example.org", "--allow-host", "shop:80"},
     "--allow-host: 'shop:80' is not a name like node1.example.org (without scheme or port), nor "
     ".example.org for all below it, nor *"},
    {{"--rate-limit", "fast"},
     "--rate-limit: 'fast' is not so many requests in so many seconds, like 100/1s or 5000/1h"},
    {{"--rate-limit", "0/1s"},
     "--rate-limit: '0/1s' is not so many requests in so many seconds, like 100/1s or 5000/1h"},
    {{"--rate-limit", "5/10ms"},
     "--rate-limit: '5/10ms' is not so many requests in so many seconds, like 100/1s or 5000/1h"},
    {{"--auth", ""}, "--auth: must not be empty"},
    {{"--jwt-keys", ""}, "--jwt-keys: must not be empty"},
    {{"--jwt-keys", "k"}, "--jwt-keys: needs whose tokens count, --jwt-issuer"},
    {{"--jwt-keys", "k", "--jwt-issuer", "i"},
     "--jwt-keys: needs for whom they are, --jwt-audience"},
    {{"--jwt-keys", "k", "--jwt-issuer", "i", "--jwt-audience", ""},
     "--jwt-audience: must not be empty"},
    {{"--jwt-issuer", "i"}, "--jwt-issuer: needs --jwt-keys"},
    {{"--jwt-audience", "a"}, "--jwt-audience: needs --jwt-keys"},
    {{"--jwt-roles", "groups"}, "--jwt-roles: needs --jwt-keys"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(refused_options)

BOOST_DATA_TEST_CASE(what_is_wrong_is_said_in_one_line, data::make(refusals)) {
  BOOST_TEST(refusal(sample.flags) == "lithair_node: " + sample.line);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace refusals_test
