#include "actors/tls/tls_session.hpp"

#include <rapidcheck.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <thread>

#include "actors/tls/ticket_keys.hpp"
#include "test/actors/tls/ends.hpp"
#include "test/actors/tls/raw_client.hpp"

namespace tls_session_test {

namespace data = boost::unit_test::data;
using namespace lithair::actors;
using namespace lithair::test;

namespace {

const authority& home() {
  static const authority made{"home"};
  return made;
}
const authority& elsewhere() {
  static const authority made{"elsewhere"};
  return made;
}

std::shared_ptr<const tls_context> server_of(const certificate_wish& wish = {},
                                             const tls_usage& how = {}) {
  return context_of(material_of(home().issue(wish)), how);
}
std::shared_ptr<const tls_context> asking_server() {
  return context_of(material_of(home().issue(), home().certificate()));
}
/// With a certificate of its own, by whom it is signed.
std::shared_ptr<const tls_context> known_client(const authority& by,
                                                const certificate_wish& wish = {}) {
  return context_of(material_of(by.issue(wish), home().certificate()), {tls_role::client});
}

/// A server and a client that have shaken hands.
struct connected {
  connected() { talk(client, server); }
  tls_end server{server_of()};
  tls_end client{client_of(home()), {"localhost"}};
};

/// Whose certificate is not taken, and what is said of it.
struct refused_certificate {
  const char* why;
  std::shared_ptr<const tls_context> server;
  std::shared_ptr<const tls_context> client;
  tls_failure of_server;
  tls_failure of_client;
  const char* said;
  const char* host = "localhost";
};
std::ostream& operator<<(std::ostream& out, const refused_certificate& x) { return out << x.why; }

std::vector<refused_certificate> refused_certificates() {
  using enum tls_failure;
  const certificate_wish old{.begins_in_s = -7200, .ends_in_s = -3600};
  const certificate_wish young{.begins_in_s = 3600};
  return {
      {"a server of another authority", server_of(), client_of(elsewhere()), refused, certificate,
       "unable to get local issuer certificate"},
      {"a server whose certificate has ended", server_of(old), client_of(home()), refused,
       certificate, "certificate has expired"},
      {"a server whose certificate does not count yet", server_of(young), client_of(home()),
       refused, certificate, "certificate is not yet valid"},
      {"a server of another name", server_of({.names = {"DNS:other.example"}}), client_of(home()),
       refused, certificate, "hostname mismatch"},
      {"a server of another address", server_of({.names = {"DNS:localhost"}}), client_of(home()),
       refused, certificate, "IP address mismatch", "127.0.0.1"},
      {"a client without a certificate", asking_server(), client_of(home()), no_certificate,
       refused, "peer did not return a certificate"},
      {"a client of another authority", asking_server(), known_client(elsewhere()), certificate,
       refused, "unable to get local issuer certificate"},
      {"a client whose certificate has ended", asking_server(), known_client(home(), old),
       certificate, refused, "certificate has expired"},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_session_suite)

BOOST_DATA_TEST_CASE(hands_are_shaken_however_the_bytes_are_cut,
                     data::make({1, 2, 5, 6, 100, 1'000'000}), piece) {
  tls_end server{server_of()};
  tls_end client{client_of(home()), {"localhost"}};
  BOOST_TEST(server.session.state() == tls_state::handshaking);
  talk(client, server, static_cast<std::size_t>(piece));
  BOOST_TEST(server.session.is_open());
  BOOST_TEST(client.session.is_open());
  BOOST_TEST(client.session.version() == "TLSv1.3");
  BOOST_TEST(client.session.protocol() == "http/1.1");
  BOOST_TEST(client.session.peer()->subject == "CN=node");
  BOOST_TEST(!server.session.peer().has_value());
}

BOOST_AUTO_TEST_CASE(whatever_is_said_is_heard_in_its_order_however_it_is_cut) {
  rc::check("both sides at once", [] {
    connected two;
    std::string asked;
    std::string answered;
    const auto steps = *rc::gen::inRange(1, 12);
    for (int i = 0; i < steps; ++i) {
      const auto size = *rc::gen::inRange<std::size_t>(0, 70'000);
      const std::string text(size, static_cast<char>('a' + i));
      const bool by_client = *rc::gen::arbitrary<bool>();
      (by_client ? two.client : two.server).session.encrypt(text);
      (by_client ? asked : answered) += text;
      if (*rc::gen::arbitrary<bool>())
        talk(two.client, two.server, *rc::gen::inRange<std::size_t>(1, 40'000));
    }
    talk(two.client, two.server, *rc::gen::inRange<std::size_t>(1, 40'000));
    RC_ASSERT(two.server.heard == asked);
    RC_ASSERT(two.client.heard == answered);
    RC_ASSERT(two.server.session.is_open());
  });
}

BOOST_AUTO_TEST_CASE(what_is_said_with_the_last_of_the_handshake_is_heard) {
  tls_end server{server_of()};
  tls_end client{client_of(home())};
  carry(client, server);
  carry(server, client);
  client.session.encrypt("at once");
  carry(client, server);
  BOOST_TEST(server.session.is_open());
  BOOST_TEST(server.heard == "at once");
}

BOOST_AUTO_TEST_CASE(version_1_2_is_spoken_with_who_knows_no_other) {
  tls_end server{server_of()};
  raw_client client{[](SSL_CTX* x) { SSL_CTX_set_max_proto_version(x, TLS1_2_VERSION); }};
  BOOST_TEST(client.talk_to(server));
  BOOST_TEST(server.session.version() == "TLSv1.2");
  const std::string_view cipher = SSL_get_cipher_name(client.ssl());
  BOOST_TEST(cipher.starts_with("ECDHE-"));
}

BOOST_AUTO_TEST_CASE(version_1_1_is_refused) {
  tls_end server{server_of()};
  raw_client client{[](SSL_CTX* x) {
    SSL_CTX_set_security_level(x, 0);
    SSL_CTX_set_min_proto_version(x, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(x, TLS1_1_VERSION);
  }};
  BOOST_TEST(!client.talk_to(server));
  BOOST_TEST(server.session.state() == tls_state::failed);
  BOOST_TEST(server.session.failure() == tls_failure::version);
}

BOOST_AUTO_TEST_CASE(ciphers_without_ephemeral_keys_are_refused) {
  tls_end server{server_of({.rsa_bits = 2048})};
  raw_client client{[](SSL_CTX* x) {
    SSL_CTX_set_max_proto_version(x, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(x, "AES256-GCM-SHA384:ECDHE-RSA-AES256-SHA384");
  }};
  BOOST_TEST(!client.talk_to(server));
  BOOST_TEST(server.session.failure() == tls_failure::cipher);
}

BOOST_AUTO_TEST_CASE(hands_are_not_shaken_a_second_time) {
  tls_end server{server_of()};
  raw_client client{[](SSL_CTX* x) { SSL_CTX_set_max_proto_version(x, TLS1_2_VERSION); }};
  BOOST_REQUIRE(client.talk_to(server));
  SSL_renegotiate(client.ssl());
  SSL_do_handshake(client.ssl());
  server.take(client.output());
  // It says no, and the connection goes on.
  BOOST_TEST(server.session.is_open());
  BOOST_TEST(server.session.output().size() > 0u);
  BOOST_TEST(!client.talk_to(server));
}

BOOST_DATA_TEST_CASE(a_certificate_that_is_not_right_is_refused_by_whoever_sees_it,
                     data::make(refused_certificates()), x) {
  tls_end server{x.server};
  tls_end client{x.client, {x.host}};
  talk(client, server);
  BOOST_TEST(server.session.failure() == x.of_server);
  BOOST_TEST(client.session.failure() == x.of_client);
  const bool by_server =
      x.of_server == tls_failure::certificate || x.of_server == tls_failure::no_certificate;
  BOOST_TEST((by_server ? server : client).session.why_failed() == x.said);
}

BOOST_AUTO_TEST_CASE(both_sides_know_each_other_by_their_certificates) {
  const auto below = home().below("below");
  auto own = below.issue({.name = "node 2", .names = {"DNS:two.example", "URI:lithair:node:2"}});
  own.certificate += below.certificate();
  tls_end server{asking_server()};
  tls_end client{context_of(material_of(own, home().certificate()), {tls_role::client}),
                 {"localhost"}};
  talk(client, server);
  BOOST_REQUIRE(server.session.is_open());
  const auto& seen = server.session.peer();
  BOOST_REQUIRE(seen.has_value());
  BOOST_TEST(seen->common_name == "node 2");
  BOOST_TEST(seen->dns_names == std::vector<std::string>{"two.example"});
  BOOST_TEST(seen->uris == std::vector<std::string>{"lithair:node:2"});
  BOOST_TEST(seen->fingerprint.size() == 64u);
  BOOST_TEST(seen->not_after - seen->not_before > 365 * 86'400);
}

BOOST_AUTO_TEST_CASE(a_judge_may_refuse_a_certificate_that_is_right) {
  const auto only = [](const char* name) {
    return tls_expectation{{}, [name](const certificate& x) {
                             return x.common_name == name ? "" : "it is not " + std::string(name);
                           }};
  };
  const auto own = known_client(home(), {.name = "two"});
  tls_end server{asking_server(), only("two")};
  tls_end client{own, only("node")};
  talk(client, server);
  BOOST_TEST(server.session.is_open());
  BOOST_TEST(client.session.is_open());
  tls_end other{asking_server(), only("three")};
  tls_end again{own};
  talk(again, other);
  BOOST_TEST(other.session.failure() == tls_failure::certificate);
  BOOST_TEST(other.session.why_failed() == "it is not three");
  BOOST_TEST(again.session.failure() == tls_failure::refused);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_ends_is_not_taken_any_more) {
  tls_end server{asking_server()};
  tls_end client{known_client(home(), {.name = "brief", .ends_in_s = 2})};
  talk(client, server);
  BOOST_TEST_REQUIRE(server.session.is_open());
  const auto newest = asking_server();
  // Seconds of the clock, by which it ends.
  while (server.session.why_not_any_more(*newest).empty()) std::this_thread::yield();
  BOOST_TEST(server.session.why_not_any_more(*newest) == "certificate has expired");
  BOOST_TEST(client.session.why_not_any_more(*known_client(home(), {.name = "two"})) == "");
}

// RFC 7301 §3.2
BOOST_AUTO_TEST_CASE(a_client_that_offers_other_protocols_only_is_refused) {
  tls_end server{server_of()};
  tls_end client{client_of(home(), {.protocol = "h2"})};
  talk(client, server);
  BOOST_TEST(server.session.failure() == tls_failure::protocol);
  BOOST_TEST(client.session.failure() == tls_failure::refused);
}

BOOST_AUTO_TEST_CASE(a_client_that_offers_no_protocol_is_taken_unless_one_is_needed) {
  const auto silent = client_of(home(), {.protocol = ""});
  tls_end server{server_of()};
  tls_end client{silent};
  talk(client, server);
  BOOST_TEST(server.session.is_open());
  BOOST_TEST(server.session.protocol() == "");
  tls_end strict{server_of({}, {.protocol = "lithair", .needs_protocol = true})};
  tls_end again{silent};
  talk(again, strict);
  BOOST_TEST(strict.session.failure() == tls_failure::protocol);
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_changed_on_the_way_ends_the_connection) {
  connected two;
  two.client.session.encrypt("transfer 1");
  auto bytes = two.client.session.take_output();
  bytes[bytes.size() - 3] ^= 1;
  two.server.take(bytes);
  BOOST_TEST(two.server.heard == "");
  BOOST_TEST(two.server.session.state() == tls_state::failed);
  BOOST_TEST(two.server.session.failure() == tls_failure::malformed);
  // The other side is told, and nothing more is taken.
  BOOST_TEST(!two.server.session.output().empty());
  two.client.session.encrypt("again");
  carry(two.client, two.server);
  BOOST_TEST(two.server.heard == "");
}

BOOST_AUTO_TEST_CASE(what_was_said_comes_once_however_often_it_is_sent) {
  connected two;
  two.client.session.encrypt("transfer 1");
  const auto bytes = two.client.session.take_output();
  two.server.take(bytes);
  two.server.take(bytes);
  BOOST_TEST(two.server.heard == "transfer 1");
  BOOST_TEST(two.server.session.state() == tls_state::failed);
}

BOOST_AUTO_TEST_CASE(an_end_that_was_said_is_told_from_one_that_was_not) {
  connected two;
  two.client.session.encrypt("half a requ");
  carry(two.client, two.server);
  // Here somebody may cut the connection: nothing says that this was all.
  BOOST_TEST(!two.server.session.has_ended());
  two.client.session.close();
  BOOST_TEST(two.client.session.state() == tls_state::closed);
  carry(two.client, two.server);
  BOOST_TEST(two.server.session.has_ended());
  // The other direction is open still.
  two.server.session.encrypt("the answer");
  two.server.session.close();
  carry(two.server, two.client);
  BOOST_TEST(two.client.heard == "the answer");
  BOOST_TEST(two.client.session.has_ended());
}

BOOST_AUTO_TEST_CASE(a_part_of_a_record_is_known_to_be_one) {
  connected two;
  two.client.session.encrypt("a request");
  const auto bytes = two.client.session.take_output();
  BOOST_TEST(!two.server.session.is_within_record());
  two.server.take(std::string_view(bytes).substr(0, 9));
  BOOST_TEST(two.server.session.is_within_record());
  two.server.take(std::string_view(bytes).substr(9));
  BOOST_TEST(!two.server.session.is_within_record());
  BOOST_TEST(two.server.heard == "a request");
}

BOOST_AUTO_TEST_CASE(a_handshake_without_end_is_broken_off) {
  tls_end server{server_of()};
  // A ClientHello of 128 KiB, as its head says, in records of 4 KiB.
  std::string record("\x16\x03\x01\x10\x04\x01\x01\xff\xff", 9);
  record.resize(5 + 0x1004, 'x');
  for (int i = 0; i < 40 && server.session.state() == tls_state::handshaking; ++i)
    server.take(i == 0 ? record : record.substr(0, 5) + std::string(0x1004, 'x'));
  BOOST_TEST(server.session.state() == tls_state::failed);
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_fails_at_once) {
  tls_end server{server_of()};
  server.take("GET / HTTP/1.1\r\n\r\n");
  BOOST_TEST(server.session.failure() == tls_failure::malformed);
}

BOOST_AUTO_TEST_CASE(a_client_resumes_with_any_loop_for_an_hour_or_two) {
  std::int64_t now = 1000;
  const tls_usage how{.tickets = std::make_shared<ticket_keys>([&now] { return now; })};
  const auto context = server_of({}, how);
  tls_end first{context};
  raw_client client;
  BOOST_REQUIRE(client.talk_to(first));
  BOOST_TEST(!first.session.was_resumed());
  const auto kept = client.session();
  const auto resumes = [&](const std::shared_ptr<const tls_context>& with) {
    tls_end server{with};
    raw_client again{{}, kept.get()};
    BOOST_REQUIRE(again.talk_to(server));
    return server.session.was_resumed();
  };
  BOOST_TEST(resumes(context));
  // The keys have changed once: the one before still opens.
  now += ticket_keys::renewed_after_s;
  BOOST_TEST(resumes(context));
  now += ticket_keys::renewed_after_s;
  BOOST_TEST(!resumes(context));
}

BOOST_AUTO_TEST_CASE(a_ticket_counts_for_the_certificate_under_which_it_was_given) {
  const tls_usage how{.tickets = std::make_shared<ticket_keys>([] { return 1; })};
  tls_end first{server_of({}, how)};
  raw_client client;
  BOOST_REQUIRE(client.talk_to(first));
  tls_end second{server_of({}, how)};
  raw_client again{{}, client.session().get()};
  BOOST_REQUIRE(again.talk_to(second));
  BOOST_TEST(!second.session.was_resumed());
}

BOOST_AUTO_TEST_CASE(nobody_resumes_where_certificates_are_asked_for) {
  const tls_usage how{.tickets = std::make_shared<ticket_keys>([] { return 1; })};
  const auto context = context_of(material_of(home().issue(), home().certificate()), how);
  tls_end server{context};
  tls_end client{known_client(home())};
  talk(client, server);
  BOOST_REQUIRE(server.session.is_open());
  // Behind the handshake it has said nothing, so it gave no ticket.
  raw_client other{[](SSL_CTX* x) { SSL_CTX_set_max_proto_version(x, TLS1_3_VERSION); }};
  BOOST_TEST((SSL_CTX_get_options(context->native()) & SSL_OP_NO_TICKET) != 0u);
  BOOST_TEST(SSL_CTX_get_num_tickets(context->native()) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tls_session_test
