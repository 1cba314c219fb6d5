// HTTPS: what is said under TLS, and who is not let so far.

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/http/one_node.hpp"
#include "test/http/secure.hpp"
#include "test/http/served.hpp"

namespace https_test {

using lithair::http::server_options;
using namespace lithair;
using namespace lithair::http::test;

namespace {

using secret = std::shared_ptr<const actors::tls_context>;

const secret& anybody() {
  static const auto made = secure_client();
  return made;
}

/// Options of a server with this certificate.
server_options secured(std::shared_ptr<actors::tls_credentials> by) {
  server_options result;
  result.tls = std::move(by);
  return result;
}
server_options secured() {
  static const auto made = kept_certificate{}.load();
  return secured(made);
}

template <class Condition>
void await(const Condition& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!holds()) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

/// Waits until the metrics have the line.
void await_metric(served& of, const std::string& line) {
  await([&] {
    return client{of.port(), 0, anybody()}.ask("GET", "/metrics").body.find('\n' + line + '\n') !=
           std::string::npos;
  });
}

std::string product(std::string_view id, std::size_t bytes = 3) {
  return R"({"id":")" + std::string(id) + R"(","name":")" + std::string(bytes, 'x') + R"("})";
}

std::string outcome(std::string_view which, int count) {
  return "lithair_tls_handshakes_total{outcome=\"" + std::string(which) + "\"} " +
         std::to_string(count);
}

/// Bytes with which a client begins.
std::string greeting_of_client() {
  actors::tls_session made{anybody()};
  return made.take_output();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(https)

BOOST_AUTO_TEST_CASE(requests_are_answered_in_their_order_however_large) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  // The first is prepared by another thread, for its size.
  BOOST_TEST(c.ask("POST", "/api/products", "", product("large", 900'000)).status == 201);
  BOOST_TEST(c.ask("POST", "/api/products", "", product("small")).status == 201);
  std::string all;
  for (int i = 0; i < 40; ++i)
    all += request_text("GET", i % 2 == 0 ? "/api/products/large" : "/api/products/small");
  c.send(all);
  for (int i = 0; i < 40; ++i) {
    const auto r = c.read().value();
    BOOST_TEST(r.status == 200);
    BOOST_TEST((r.body.size() > 900'000) == (i % 2 == 0));
  }
  BOOST_TEST(c.secure().version() == "TLSv1.3");
}

BOOST_AUTO_TEST_CASE(a_request_in_pieces_of_one_byte_is_one_request) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  for (const char each : request_text("GET", "/livez")) c.send({&each, 1});
  BOOST_TEST(c.read().value().status == 200);
}

BOOST_AUTO_TEST_CASE(who_speaks_plain_http_is_told_so_in_plain_words) {
  served server{secured()};
  client c{server.port(), 0, nullptr};
  c.send(request_text("GET", "/livez"));
  const auto r = c.read().value();
  BOOST_TEST(r.status == 400);
  BOOST_TEST(r.header("content-type") == "application/problem+json");
  BOOST_TEST(r.header("connection") == "close");
  BOOST_TEST(r.body.find(R"("error":"https_required")") != std::string::npos);
  BOOST_TEST(c.ended());
  await_metric(server, outcome("plain_http", 1));
  BOOST_TEST(server.node().commands() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_is_told_by_an_alert_and_others_are_served) {
  served server{secured()};
  client c{server.port(), 0, nullptr};
  // A record that is longer than any may be.
  c.send(std::string("\x16\x03\x01\xff\xff", 5) + std::string(100, 'x'));
  // A fatal alert, in the clear: there are no keys.
  BOOST_TEST(c.read_until("\x15\x03").ends_with("\x15\x03"));
  BOOST_TEST(c.read_until("never").size() < 10u);
  BOOST_TEST((client{server.port(), 0, anybody()}.ask("GET", "/livez").status) == 200);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_takes_too_long_is_ended) {
  auto options = secured();
  options.header_timeout_ms = 50;
  served server{options};
  client c{server.port(), 0, nullptr};
  c.send(greeting_of_client());
  BOOST_TEST(c.read_until("never").find("HTTP") == std::string::npos);
  client silent{server.port(), 0, anybody()};
  BOOST_TEST(silent.ended());
  await_metric(server, outcome("late", 1));
}

BOOST_AUTO_TEST_CASE(of_too_many_handshakes_the_oldest_gives_way) {
  auto options = secured();
  options.max_handshakes = 3;
  served server{options, 1};
  std::vector<std::unique_ptr<client>> halves;
  for (int i = 0; i < 5; ++i) {
    halves.push_back(std::make_unique<client>(server.port(), 0, nullptr));
    halves.back()->send(greeting_of_client());
    // The server's hello: its turn has come.
    BOOST_TEST(!halves.back()->read_until("\x16\x03\x03").empty());
  }
  client honest{server.port(), 0, anybody()};
  BOOST_TEST(honest.ask("GET", "/livez").status == 200);
  // The first three made room for the two behind them, and for the one that was done.
  for (std::size_t i = 0; i < 3; ++i) {
    halves[i]->read_until("never");
    BOOST_TEST(halves[i]->ended());
  }
  BOOST_TEST(honest.ask("GET", "/metrics").body.find(outcome("crowded_out", 3)) !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_shake_hands_at_once) {
  served server{secured()};
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(std::make_unique<client>(server.port(), 0, nullptr));
    all.back()->send(greeting_of_client());
  }
  for (int i = 0; i < 60; ++i) {
    client c{server.port(), 0, anybody()};
    BOOST_TEST(c.ask("GET", "/livez").status == 200);
  }
  for (auto& each : all) BOOST_TEST(!each->read_until("\x16\x03\x03").empty());
}

BOOST_AUTO_TEST_CASE(a_client_without_the_right_certificate_is_not_heard) {
  const kept_certificate kept{true};
  served server{secured(kept.load())};
  const auto known = authority_of_tests().issue({.name = "client"});
  const auto foreign = lithair::test::authority{"elsewhere"}.issue({.name = "client"});
  client right{server.port(), 0, secure_client(&known)};
  BOOST_TEST(right.ask("GET", "/livez").status == 200);
  for (const auto& who : {anybody(), secure_client(&foreign)}) {
    client c{server.port(), 0, who};
    c.send(request_text("POST", "/api/products", "", product("p")));
    BOOST_TEST(!c.read().has_value());
    BOOST_TEST((c.secure().failure() == actors::tls_failure::refused));
  }
  const auto page = right.ask("GET", "/metrics").body;
  BOOST_TEST(page.find(outcome("no_certificate", 1)) != std::string::npos);
  BOOST_TEST(page.find(outcome("certificate", 1)) != std::string::npos);
  BOOST_TEST(server.node().commands() == 0u);
}

BOOST_AUTO_TEST_CASE(a_client_whose_authority_is_trusted_no_more_is_not_heard_any_more) {
  const kept_certificate kept{true};
  const auto own = kept.load();
  served server{secured(own)};
  const auto known = authority_of_tests().issue({.name = "client"});
  client asking{server.port(), 0, secure_client(&known)};
  BOOST_TEST(asking.ask("GET", "/livez").status == 200);
  // One more counts: it goes on.
  const lithair::test::authority next{"next"};
  kept.trust(authority_of_tests().certificate() + next.certificate());
  BOOST_TEST(own->reload() == "");
  BOOST_TEST(asking.ask("GET", "/livez").status == 200);
  kept.trust(next.certificate());
  BOOST_TEST(own->reload() == "");
  asking.send(request_text("POST", "/api/products", "", product("p")));
  const auto refused = asking.read();
  BOOST_REQUIRE(refused.has_value());
  BOOST_TEST(refused->status == 403);
  BOOST_TEST(!asking.read().has_value());
  BOOST_TEST(server.node().commands() == 0u);
  const auto later = next.issue({.name = "client"});
  client after{server.port(), 0, secure_client(&later)};
  BOOST_TEST(after.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(a_stream_ends_when_the_authority_of_its_client_is_trusted_no_more) {
  const kept_certificate kept{true};
  const auto own = kept.load();
  auto how = secured(own);
  how.heartbeat_ms = 50;
  one_node server{how};
  const auto known = authority_of_tests().issue({.name = "client"});
  client reading{server.port, 0, secure_client(&known)};
  reading.send(request_text("GET", "/api/products/stream"));
  BOOST_TEST(reading.read_until("heartbeat").ends_with("heartbeat"));
  const lithair::test::authority next{"next"};
  kept.trust(next.certificate());
  BOOST_TEST(own->reload() == "");
  BOOST_TEST(reading.read_until("not taken any more").ends_with("not taken any more"));
}

BOOST_AUTO_TEST_CASE(a_new_certificate_is_shown_to_who_comes_and_others_keep_theirs) {
  const kept_certificate kept;
  const auto own = kept.load();
  served server{secured(own)};
  client before{server.port(), 0, anybody()};
  BOOST_TEST(before.ask("GET", "/livez").status == 200);
  kept.put(authority_of_tests().issue({.name = "second"}));
  BOOST_TEST(own->reload() == "");
  client after{server.port(), 0, anybody()};
  BOOST_TEST(after.ask("GET", "/livez").status == 200);
  BOOST_TEST(after.secure().peer()->common_name == "second");
  BOOST_TEST(before.ask("GET", "/livez").status == 200);
  BOOST_TEST(before.secure().peer()->common_name == "node");
}

BOOST_AUTO_TEST_CASE(the_certificate_is_told_and_what_is_wrong_with_it) {
  const kept_certificate kept;
  kept.put(authority_of_tests().issue({.name = "brief", .ends_in_s = 5 * 86'400 - 3600}));
  const auto own = kept.load();
  served server{secured(own)};
  client c{server.port(), 0, anybody()};
  const auto first = c.ask("GET", "/status").body;
  BOOST_TEST(first.find(R"("subject":"CN=brief")") != std::string::npos);
  BOOST_TEST(first.find("the certificate ends on ") != std::string::npos);
  BOOST_TEST(c.ask("GET", "/metrics").body.find("\nlithair_tls_certificate_left_seconds 428") !=
             std::string::npos);
  kept.put({authority_of_tests().issue().certificate, "no key"});
  BOOST_TEST(own->reload() != "");
  BOOST_TEST(c.ask("GET", "/status")
                 .body.find("key.pem holds no private key in PEM; the "
                            "certificate of before stays in use") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_end_is_said_by_who_ends) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  BOOST_TEST(c.ask("GET", "/livez", "Connection: close\r\n").header("connection") == "close");
  BOOST_TEST(c.ended());
  BOOST_TEST(c.secure().has_ended());
  // A client that says it gets what it asked for before, and the end in return.
  client other{server.port(), 0, anybody()};
  other.send(request_text("GET", "/livez"));
  other.shut();
  BOOST_TEST(other.read().value().status == 200);
  BOOST_TEST(other.ended());
  BOOST_TEST(other.secure().has_ended());
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_cut_off_is_none) {
  served server{secured()};
  {
    client c{server.port(), 0, anybody()};
    const auto all = request_text("POST", "/api/products", "", product("p"));
    c.send(all.substr(0, all.size() - 1));
    await_metric(server, "lithair_tls_connections 2");
  }
  BOOST_TEST(server.deserted());
  BOOST_TEST(server.node().commands() == 0u);
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_changed_within_a_connection_ends_it) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  BOOST_TEST(c.ask("GET", "/livez").status == 200);
  c.send_raw(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  BOOST_TEST(!c.read().has_value());
  BOOST_TEST((c.secure().failure() == actors::tls_failure::refused));
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(who_does_not_take_its_answers_is_closed_and_holds_nothing) {
  auto options = secured();
  options.write_timeout_ms = 3000;
  served server{options};
  client other{server.port(), 0, anybody()};
  BOOST_TEST(other.ask("POST", "/api/products", "", product("large", 900'000)).status == 201);
  client slow{server.port(), 4096, anybody()};
  std::string all;
  for (int i = 0; i < 30; ++i) all += request_text("GET", "/api/products/large");
  slow.send(all);
  await_metric(server, "lithair_http_late_readers_total 1");
  await([&] { return server.server().held().unsent == 0; });
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_lets_a_handshake_end_and_answers_what_follows) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  BOOST_TEST(c.shake());
  server.server().leave();
  const auto r = c.ask("GET", "/livez");
  BOOST_TEST(r.header("connection") == "close");
  BOOST_TEST(c.ended());
  BOOST_TEST(c.secure().has_ended());
}

BOOST_AUTO_TEST_CASE(without_a_place_there_is_an_alert_instead_of_words_that_nobody_reads) {
  auto options = secured();
  options.max_connections = 1;
  options.spared_ms = options.reserve_timeout_ms = 60'000;
  served server{options};
  std::vector<std::unique_ptr<client>> all;
  // One place, and 16 for who looks after the node.
  for (int i = 0; i < 17; ++i) {
    all.push_back(std::make_unique<client>(server.port(), 0, anybody()));
    BOOST_TEST(all.back()->shake());
  }
  client refused{server.port(), 0, anybody()};
  BOOST_TEST(!refused.shake());
  BOOST_TEST((refused.secure().failure() == actors::tls_failure::refused));
  BOOST_TEST(all.front()->ask("GET", "/api/products").status == 200);
  BOOST_TEST(all.at(1)->ask("GET", "/readyz").status == 200);
  BOOST_TEST(all.at(2)->ask("GET", "/api/products").status == 503);
}

BOOST_AUTO_TEST_CASE(a_page_that_came_without_tls_changes_nothing) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  const auto post = [&](const char* origin, const char* id) {
    return c.ask("POST", "/api/products", "Origin: " + std::string(origin) + "\r\n", product(id))
        .status;
  };
  BOOST_TEST(post("http://localhost", "a") == 403);
  BOOST_TEST(post("https://localhost", "b") == 201);
}

BOOST_AUTO_TEST_CASE(the_absolute_form_has_the_scheme_of_the_connection) {
  served server{secured()};
  client c{server.port(), 0, anybody()};
  BOOST_TEST(c.ask("GET", "https://localhost/livez").status == 200);
  BOOST_TEST(c.ask("GET", "http://localhost/livez").status == 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace https_test
