#include "apps/lithair/options.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

namespace options_test {

namespace data = boost::unit_test::data;
using namespace lithair;
using namespace lithair::apps;

namespace {

using words = std::vector<const char*>;

/// A file that is gone when the test is.
class temporary_file {
 public:
  explicit temporary_file(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("lithair-options-" + std::to_string(getpid()) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

tl::expected<settings, early_exit> read_words(words flags, const environment& variables = {},
                                              bool compiled_models = false) {
  flags.insert(flags.begin(), "lithair_node");
  return read_options({"lithair_node", "1.2.3", compiled_models}, flags, variables);
}

settings accept(words flags, const environment& variables = {}) {
  flags.insert(flags.end(), {"--models", "shop.toml"});
  const auto made = read_words(flags, variables);
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
  return *made;
}

std::string refusal(words flags, const environment& variables = {}) {
  flags.insert(flags.end(), {"--models", "shop.toml"});
  const auto made = read_words(flags, variables);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().status == 2);
  BOOST_TEST(made.error().text.find('\n') == std::string::npos);
  return made.error().text;
}

struct refused {
  words flags;
  std::string line;
};
std::ostream& operator<<(std::ostream& out, const refused& x) {
  for (const auto* word : x.flags) out << word << ' ';
  return out;
}

constexpr auto two = "2=127.0.0.1:8081";

#define UNPROTECTED                                                                          \
  "can be reached from other machines, and nothing protects what is said there; start with " \
  "--insecure to accept that"

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
    {{"--advertise", "node-1"}, "--advertise: node-1:8080 " UNPROTECTED},
    {{"--node-id", "4", "--join", "10.0.0.1:80"}, "--join: 10.0.0.1:80 " UNPROTECTED},
    {{"--node-id", "1", "--cluster", "2=10.0.0.1:80"}, "--cluster: 10.0.0.1:80 " UNPROTECTED},
    {{"--node-id", "1", "--cluster", "2=[fd00::1]:80"}, "--cluster: [fd00::1]:80 " UNPROTECTED},
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
    {{"--drain", "5"}, "--drain: '5' is not a duration like 50ms, 2s or 1m, of one day at most"},
    {{"--allow-host", "http://shop.example.org"},
     "--allow-host: 'http://shop.example.org' is not a name like node1.example.org (without scheme "
     "or port), nor .example.org for all below it, nor *"},
    {{"--allow-host", "shop.example.org", "--allow-host", "shop:80"},
     "--allow-host: 'shop:80' is not a name like node1.example.org (without scheme or port), nor "
     ".example.org for all below it, nor *"},
};

const words later_flags{"--peer-tls-cert", "--peer-tls-key", "--peer-tls-ca", "--auth"};

}  // namespace

BOOST_AUTO_TEST_SUITE(reading_options)

BOOST_AUTO_TEST_CASE(one_node_needs_its_models_only) {
  const auto x = accept({});
  BOOST_TEST((x.node.self == actors::peer_address{protocol::node_id{1}, "127.0.0.1", 8080, 9080}));
  BOOST_TEST(x.node.init);
  BOOST_TEST(x.node.peers.empty());
  BOOST_TEST(x.node.data_dir == "./lithair-data");
  BOOST_TEST(x.models_file == "shop.toml");
  BOOST_TEST(!read_words({}).has_value());
}

BOOST_AUTO_TEST_CASE(a_cluster_is_named_in_full) {
  const auto x = accept({"--node-id", "2", "--addr", "127.0.0.1:8081", "--cluster",
                         "1=127.0.0.1:8080,3=127.0.0.1:8082/9999", "--data-dir", "n2"});
  BOOST_TEST((x.node.self == actors::peer_address{protocol::node_id{2}, "127.0.0.1", 8081, 9081}));
  BOOST_REQUIRE(x.node.peers.size() == 2);
  BOOST_TEST(
      (x.node.peers[1] == actors::peer_address{protocol::node_id{3}, "127.0.0.1", 8082, 9999}));
  BOOST_TEST(!x.node.init);
  BOOST_TEST(accept({"--node-id", "1", "--cluster", two, "--init"}).node.init);
}

BOOST_AUTO_TEST_CASE(names_are_allowed_one_by_one_or_as_a_list) {
  const std::vector<std::string> wanted{"shop.example.org", ".cluster.local"};
  BOOST_TEST(accept({"--allow-host", "shop.example.org", "--allow-host", ".cluster.local"})
                 .http.allowed_hosts == wanted);
  BOOST_TEST(accept({"--allow-host", "shop.example.org,.cluster.local"}).http.allowed_hosts ==
             wanted);
  BOOST_TEST(
      accept({}, {{"LITHAIR_ALLOW_HOST", "shop.example.org,.cluster.local"}}).http.allowed_hosts ==
      wanted);
  const temporary_file file("allow-host = ['shop.example.org', '.cluster.local']");
  BOOST_TEST(accept({"--config", file.path().c_str()}).http.allowed_hosts == wanted);
  BOOST_TEST(accept({}).http.allowed_hosts.empty());
}

BOOST_AUTO_TEST_CASE(a_certificate_has_a_key_and_may_have_authorities_of_clients) {
  BOOST_TEST(!accept({}).tls.has_value());
  const auto plain = accept({"--tls-cert", "cert.pem", "--tls-key", "key.pem"});
  BOOST_REQUIRE(plain.tls.has_value());
  BOOST_TEST(plain.tls->certificate == "cert.pem");
  BOOST_TEST(plain.tls->key == "key.pem");
  BOOST_TEST(!plain.tls->authorities.has_value());
  const auto asking =
      accept({"--tls-cert", "cert.pem", "--tls-key", "key.pem", "--tls-client-ca", "ca.pem"});
  BOOST_TEST(asking.tls.value().authorities.value() == "ca.pem");
}

BOOST_AUTO_TEST_CASE(a_drain_takes_five_seconds_or_as_long_as_it_is_told) {
  BOOST_TEST(accept({}).drain.count() == 5000);
  BOOST_TEST(accept({"--drain", "1m"}).drain.count() == 60'000);
  for (const auto* none : {"0", "0s", "0ms"})
    BOOST_TEST(accept({"--drain", none}).drain.count() == 0);
}

BOOST_AUTO_TEST_CASE(a_node_may_find_itself_among_the_members) {
  const auto x = accept({"--node-id", "2", "--addr", "127.0.0.1:8081", "--cluster",
                         "1=127.0.0.1:8080,2=127.0.0.1:8081"});
  BOOST_REQUIRE(x.node.peers.size() == 1);
  BOOST_TEST(x.node.peers.front().id.value == 1);
}

BOOST_AUTO_TEST_CASE(a_node_listens_where_it_is_told_to_and_is_found_where_it_says) {
  const auto plain = accept({"--addr", "127.0.0.1:81"});
  BOOST_TEST((plain.node.listening() == plain.node.self));
  const auto x =
      accept({"--insecure", "--addr", "0.0.0.0:8080", "--advertise", "node-1.example:80/81"});
  BOOST_TEST((x.node.self == actors::peer_address{protocol::node_id{1}, "node-1.example", 80, 81}));
  BOOST_TEST(
      (x.node.listening() == actors::peer_address{protocol::node_id{1}, "0.0.0.0", 8080, 9080}));
  BOOST_TEST(x.node.insecure);
  BOOST_TEST(x.http.insecure);
  const auto ports = accept({"--addr", "127.0.0.1:82", "--advertise", "127.0.0.2"});
  BOOST_TEST(
      (ports.node.self == actors::peer_address{protocol::node_id{1}, "127.0.0.2", 82, 1082}));
}

// As the template of pods has it: only the number differs.
BOOST_AUTO_TEST_CASE(the_same_flags_do_for_all_members) {
  const auto all = "1=n-0.n:8080,2=n-1.n:8080,3=n-2.n:8080/7000";
  for (const auto& [id, host, peer_port] :
       {std::tuple{"1", "n-0.n", 9080}, {"2", "n-1.n", 9080}, {"3", "n-2.n", 7000}}) {
    const auto x = accept({"--addr", "0.0.0.0:8080", "--cluster", all, "--init", "--insecure"},
                          {{"LITHAIR_NODE_ID", id}});
    BOOST_TEST(std::to_string(x.node.self.id.value) == id);
    BOOST_TEST(x.node.self.host == host);
    BOOST_TEST(x.node.self.peer_port == peer_port);
    BOOST_TEST(x.node.listening().host == "0.0.0.0");
    BOOST_TEST(x.node.peers.size() == 2);
    BOOST_TEST(x.node.init);
  }
  // A list of nobody else is no cluster.
  BOOST_TEST(accept({"--node-id", "1", "--cluster", "1=127.0.0.1:8080"}).node.init);
}

BOOST_AUTO_TEST_CASE(local_ports_are_members_by_rank) {
  for (const auto& [port, peers, id] :
       {std::tuple{"8081", "8082,8083", 1}, {"8082", "8083,8081", 2}, {"8083", "8081,8082", 3}}) {
    const auto x = accept({"--port", port, "--peers", peers});
    BOOST_TEST(x.node.self.id.value == id);
    BOOST_TEST(std::to_string(x.node.self.http_port) == port);
    BOOST_TEST(x.node.peers.size() == 2);
    BOOST_TEST(x.node.init == (id == 1));
    BOOST_TEST(x.node.data_dir == "./lithair-data/node-" + std::to_string(id));
  }
}

BOOST_AUTO_TEST_CASE(durations_become_whole_ticks) {
  const auto usual = accept({});
  BOOST_TEST(usual.node.tick_ms == 10);
  BOOST_TEST(usual.node.raft.election_min_ticks == 15);
  BOOST_TEST(usual.node.raft.election_max_ticks == 30);
  BOOST_TEST(usual.node.raft.heartbeat_ticks == 5);
  const auto odd = accept({"--election-timeout", "100-250ms", "--heartbeat", "24ms"});
  BOOST_TEST(odd.node.tick_ms == 2);
  BOOST_TEST(odd.node.raft.election_min_ticks == 50);
  BOOST_TEST(odd.node.raft.election_max_ticks == 125);
  BOOST_TEST(odd.node.raft.heartbeat_ticks == 12);
}

BOOST_AUTO_TEST_CASE(limits_and_logs_are_taken_as_said) {
  const auto x = accept({"--max-body",
                         "2MiB",
                         "--max-bodies",
                         "1GiB",
                         "--max-unsent",
                         "64MiB",
                         "--max-per-address",
                         "9",
                         "--max-item",
                         "64KiB",
                         "--max-inflight",
                         "7",
                         "--request-timeout",
                         "3s",
                         "--log",
                         "json",
                         "--log-level",
                         "warn",
                         "--read-mode",
                         "lease",
                         "--map-size",
                         "1GiB",
                         "--threads",
                         "2",
                         "--checkpoint-interval",
                         "1m",
                         "--checkpoint-bytes",
                         "1MiB",
                         "--checkpoint-entries",
                         "100",
                         "--log-margin",
                         "0"});
  BOOST_TEST(x.http.max_body == 2u << 20);
  BOOST_TEST(x.http.max_bodies == 1u << 30);
  BOOST_TEST(x.http.max_unsent == 64u << 20);
  BOOST_TEST(x.http.max_per_address == 9);
  BOOST_TEST(x.node.max_pending == 7);
  BOOST_TEST(x.node.max_item == 64u << 10);
  BOOST_TEST(x.node.request_timeout_ms == 3000);
  BOOST_TEST((x.log == log_format::json));
  BOOST_TEST(x.log_level == "warn");
  BOOST_TEST(x.node.raft.lease_reads);
  BOOST_TEST(x.node.map_size == 1u << 30);
  BOOST_TEST(x.node.loops == 2);
  BOOST_TEST(x.node.checkpoint_interval_ms == 60'000);
  BOOST_TEST(x.node.checkpoint_bytes == 1u << 20);
  BOOST_TEST(x.node.checkpoint_entries == 100);
  BOOST_TEST(x.node.log_margin == 0);
}

BOOST_AUTO_TEST_CASE(a_flag_wins_over_the_environment_and_that_over_the_file) {
  const temporary_file file(
      "node-id = 3\naddr = \"127.0.0.1:3000\"\nmax-inflight = 33\n"
      "cluster = [\"5=127.0.0.1:5500\", \"6=127.0.0.1:6000\"]\ninit = true\n");
  const auto path = file.path();
  const environment variables{
      {"LITHAIR_ADDR", "127.0.0.1:2000"}, {"LITHAIR_NODE_ID", "2"}, {"LITHAIR_CONFIG", path}};
  const auto x = accept({"--node-id", "1"}, variables);
  BOOST_TEST(x.node.self.id.value == 1);
  BOOST_TEST(x.node.self.http_port == 2000);
  BOOST_TEST(x.node.max_pending == 33);
  BOOST_TEST(x.node.peers.size() == 2);
  BOOST_TEST(x.node.init);
}

BOOST_AUTO_TEST_CASE(errors_name_the_source_they_came_from) {
  BOOST_TEST(refusal({}, {{"LITHAIR_LOG", "xml"}}) ==
             "lithair_node: LITHAIR_LOG: 'xml' is neither text nor json");
  const temporary_file file("node-id = 1\nlog = \"xml\"\n");
  BOOST_TEST(refusal({"--config", file.path().c_str()}) ==
             "lithair_node: " + file.path() + ":2:1: log: 'xml' is neither text nor json");
}

BOOST_AUTO_TEST_CASE(a_file_is_read_strictly) {
  for (const auto& [text, problem] :
       {std::pair{"nodeid = 1\n", ":1:1: nodeid: there is no such setting"},
        {"\nlog = 1.5\n", ":2:1: log: is not a text, number or switch"},
        {"log = \n", ":1:"}}) {
    const temporary_file file(text);
    const auto path = file.path();
    BOOST_TEST(refusal({"--config", path.c_str()})
                   .starts_with("lithair_node: --config: " + path + problem));
  }
}

BOOST_AUTO_TEST_CASE(a_strange_variable_is_mentioned_and_a_foreign_one_is_not) {
  const auto x = accept({}, {{"LITHAIR_IMAGE_DIGEST", "2"}, {"HOME", "/"}});
  BOOST_TEST((x.warnings ==
              std::vector<std::string>{"LITHAIR_IMAGE_DIGEST is not a setting and has no effect"}));
}

BOOST_AUTO_TEST_CASE(a_slip_in_a_variable_of_ours_is_refused) {
  BOOST_TEST(
      refusal({}, {{"LITHAIR_NODEID", "2"}}) ==
      "lithair_node: LITHAIR_NODEID: there is no such setting; LITHAIR_NODE_ID may be meant");
}

BOOST_AUTO_TEST_CASE(service_links_of_a_platform_change_nothing) {
  const auto x =
      accept({"--log-level", "debug"}, {{"LITHAIR_PORT", "tcp://10.96.0.1:8080"},
                                        {"LITHAIR_PORT_8080_TCP", "tcp://10.96.0.1:8080"},
                                        {"LITHAIR_SERVICE_HOST", "10.96.0.1"}});
  BOOST_TEST(x.node.self.http_port == 8080);
  BOOST_TEST(x.warnings.empty());
  BOOST_TEST(x.remarks.size() == 3);
}

BOOST_AUTO_TEST_CASE(a_wrong_value_of_a_setting_is_refused_whatever_it_looks_like) {
  BOOST_TEST(refusal({}, {{"LITHAIR_PORT", "eighty"}}) ==
             "lithair_node: LITHAIR_PORT: 'eighty' is not a whole number");
  BOOST_TEST(refusal({}, {{"LITHAIR_ADDR", "tcp://10.96.0.1:8080"}})
                 .starts_with("lithair_node: LITHAIR_ADDR: 'tcp://10.96.0.1:8080' is not "));
}

BOOST_DATA_TEST_CASE(what_is_wrong_is_said_in_one_line, data::make(refusals)) {
  BOOST_TEST(refusal(sample.flags) == "lithair_node: " + sample.line);
}

BOOST_DATA_TEST_CASE(what_comes_later_is_refused_and_not_ignored, data::make(later_flags)) {
  BOOST_TEST(refusal({sample, "x"}) == "lithair_node: " + std::string(sample) +
                                           ": comes with a later version; this one can't do it");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_named) {
  const auto made = read_words({"--models", "shop.toml", "--addr"});
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().text.starts_with("lithair_node: --addr: "));
}

BOOST_AUTO_TEST_CASE(insecure_is_a_word_of_its_own) {
  const auto x = accept({"--addr", "0.0.0.0:80", "--insecure"});
  BOOST_TEST(x.insecure);
  BOOST_TEST(x.node.self.host == "0.0.0.0");
}

BOOST_AUTO_TEST_CASE(compiled_models_leave_no_models_flag) {
  BOOST_TEST(read_words({}, {}, true).has_value());
  BOOST_TEST(!read_words({"--models", "x"}, {}, true).has_value());
  BOOST_TEST(!read_words({}, {{"LITHAIR_MODELS", "x"}}, true).has_value());
}

BOOST_AUTO_TEST_CASE(help_and_version_need_nothing_else) {
  const auto help = read_words({"--help"});
  BOOST_REQUIRE(!help);
  BOOST_TEST(help.error().status == 0);
  for (const auto* word :
       {"--node-id N", "--election-timeout RANGE", "(150-300ms)", "--insecure"}) {
    BOOST_TEST(help.error().text.find(word) != std::string::npos);
  }
  BOOST_TEST(read_words({"--version"}).error().text == "lithair_node 1.2.3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace options_test
