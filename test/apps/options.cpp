#include "apps/lithair/options.hpp"

#include <boost/test/unit_test.hpp>

#include "test/apps/read_words.hpp"

namespace options_test {

using namespace lithair;
using namespace lithair::apps;
using namespace lithair::test;

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

BOOST_AUTO_TEST_CASE(links_have_a_certificate_with_its_key_and_authorities) {
  BOOST_TEST(!accept({}).peer_tls.has_value());
  const auto x = accept({"--peer-tls-cert", "cert.pem", "--peer-tls-key", "key.pem"},
                        {{"LITHAIR_PEER_TLS_CA", "ca.pem"}});
  BOOST_REQUIRE(x.peer_tls.has_value());
  BOOST_TEST(x.peer_tls->certificate == "cert.pem");
  BOOST_TEST(x.peer_tls->key == "key.pem");
  BOOST_TEST(x.peer_tls->authorities.value() == "ca.pem");
}

BOOST_AUTO_TEST_CASE(with_both_certificates_a_node_may_leave_its_machine) {
  const words both{"--node-id",       "1", "--tls-cert",     "c", "--tls-key",     "k",
                   "--peer-tls-cert", "p", "--peer-tls-key", "q", "--peer-tls-ca", "a"};
  const auto with = [&both](words more) {
    more.insert(more.begin(), both.begin(), both.end());
    return accept(more).node;
  };
  BOOST_TEST(!with({"--addr", "10.0.0.2:80", "--cluster", "2=10.0.0.1:80"}).insecure);
  with({"--addr", "10.0.0.2:80", "--join", "10.0.0.1:80"});
  with({"--addr", "0.0.0.0:80", "--advertise", "node-1"});
  // Who stays alone has no port for others.
  accept({"--addr", "10.0.0.2:80", "--tls-cert", "c", "--tls-key", "k"});
}

BOOST_AUTO_TEST_CASE(secure_is_the_one_word_for_both_ways) {
  const auto first = accept({"--secure", "--addr", "10.0.0.1:80", "--data-dir", "d"});
  BOOST_TEST(first.peer_tls->certificate == "d/tls/node.pem");
  BOOST_TEST(first.peer_tls->authorities.value() == "d/tls/ca.pem");
  BOOST_TEST(first.tls->key == "d/tls/node.key");
  const words joins{"--node-id", "2", "--addr", "10.0.0.2:80", "--join", "10.0.0.1:80"};
  auto with_token = joins;
  with_token.insert(with_token.end(), {"--join-token", "lithair1.x"});
  const auto second = accept(with_token);
  BOOST_TEST(second.secure);
  BOOST_TEST(second.join_any_host);
  BOOST_TEST(second.join_authorities == "./lithair-data/tls/ca.pem");
  // Clients may know the node by another certificate.
  with_token.insert(with_token.end(), {"--tls-cert", "c", "--tls-key", "k"});
  const auto own = accept(with_token);
  BOOST_TEST(own.tls->certificate == "c");
  BOOST_TEST(!own.join_any_host);
  BOOST_TEST(own.peer_tls->certificate == "./lithair-data/tls/node.pem");
}

BOOST_AUTO_TEST_CASE(a_client_may_ask_as_often_as_is_said) {
  BOOST_TEST(accept({}).http.each_client.requests == 0u);
  const auto each = accept({"--rate-limit", "5000/1h"}).http.each_client;
  BOOST_TEST(each.requests == 5000u);
  BOOST_TEST(each.seconds == 3600u);
  BOOST_TEST(accept({"--rate-limit", "7"}).http.each_client.seconds == 1u);
}

BOOST_AUTO_TEST_CASE(access_tokens_are_asked_for_where_it_is_said) {
  BOOST_TEST(!accept({}).protect);
  BOOST_TEST(accept({"--protect"}).protect);
  BOOST_TEST(accept({"--auth", "tokens.toml"}).auth_file == "tokens.toml");
  BOOST_TEST(accept({"--metrics-for-all"}).http.metrics_for_all);
}

BOOST_AUTO_TEST_CASE(tokens_of_an_identity_provider_count_where_it_is_said_whose) {
  BOOST_TEST(!accept({}).jwt.has_value());
  const words needed{"--jwt-keys",         "keys.json",      "--jwt-issuer",
                     "https://id.example", "--jwt-audience", "shop"};
  const auto plain = accept(needed).jwt.value();
  BOOST_TEST(plain.keys_file == "keys.json");
  BOOST_TEST(plain.issuer == "https://id.example");
  BOOST_TEST(plain.audience == "shop");
  BOOST_TEST(plain.roles_claim == "roles");
  BOOST_TEST(accept(needed, {{"LITHAIR_JWT_ROLES", "groups"}}).jwt->roles_claim == "groups");
  const temporary_file file("jwt-keys = 'k'\njwt-issuer = 'i'\njwt-audience = 'a'");
  BOOST_TEST(accept({"--config", file.path().c_str()}).jwt->audience == "a");
}

BOOST_AUTO_TEST_CASE(a_write_is_slow_after_a_second_or_what_it_is_told_or_never) {
  BOOST_TEST(accept({}).node.slow_write_ms == 1000u);
  BOOST_TEST(accept({"--slow", "250ms"}).node.slow_write_ms == 250u);
  BOOST_TEST(accept({"--slow", "0"}).node.slow_write_ms == 0u);
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
