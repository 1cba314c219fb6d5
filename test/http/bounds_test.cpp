// What connections may hold together: bytes of requests and of answers.

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>

#include "test/http/served.hpp"

namespace bounds_test {

using lithair::actors::consistency;
using lithair::http::holdings;
using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

constexpr std::size_t kilobyte = 1024;

std::string item(const std::string& id, std::size_t bytes) {
  return R"({"id":")" + id + R"(","name":")" + std::string(bytes, id.front()) + R"("})";
}

std::string head(std::size_t length, std::string_view more = {}) {
  return "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         std::string(more) + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

template <class Condition>
void await(const Condition& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!holds()) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

void await_bodies(served& of, std::size_t least) {
  await([&] { return of.server().held().bodies >= least; });
}
void await_nothing_held(served& of) {
  await([&] { return of.server().held().bodies == 0 && of.server().held().unsent == 0; });
}

// How many reads of `c` are under way, once all that were sent before could be.
std::size_t started(served& server) {
  client other{server.port()};
  other.send(request_text("GET", "/api/products/none", "X-Consistency: local\r\n"));
  await([&] { return server.node().reads(consistency::local) > 0; });
  return server.node().reads(consistency::linearizable);
}

void answer_all(served& server, std::size_t kept) {
  // Kept, and not only counted: what comes after this is answered at once.
  const auto answers = server.node().take_kept(kept);
  server.node().set(script::mode::answer);
  server.on_node([&answers] {
    for (const auto& x : answers) x();
  });
}

bool is_refused(const std::optional<reply>& r, std::string_view code) {
  return r && r->status == 503 && r->header("retry-after") == "1" &&
         r->body.find(code) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bounds_suite)

// -- answers -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(pipelined_lists_begin_one_after_another) {
  served server{{}, 1};
  client c{server.port()};
  server.node().set(script::mode::hold);
  std::string all;
  for (int i = 0; i < 40; ++i) all += request_text("GET", "/api/products?take=1000");
  c.send(all);
  await([&] { return server.node().reads(consistency::linearizable) > 0; });
  BOOST_TEST(started(server) == 1u);
  answer_all(server, 2);
  for (int i = 0; i < 40; ++i) BOOST_TEST(c.read().value().status == 200);
  await_nothing_held(server);
}

BOOST_AUTO_TEST_CASE(pipelined_reads_of_large_items_begin_as_far_as_their_answers_fit) {
  served server{{}, 1};
  client c{server.port()};
  BOOST_REQUIRE(c.ask("POST", "/api/products", "", item("p", 200 * kilobyte)).status == 201);
  server.node().set(script::mode::hold);
  std::string all;
  for (int i = 0; i < 20; ++i) all += request_text("GET", "/api/products/p");
  c.send(all);
  await([&] { return server.node().reads(consistency::linearizable) > 0; });
  BOOST_TEST(started(server) == 2u);
  answer_all(server, 3);
  for (int i = 0; i < 20; ++i) BOOST_TEST(c.read().value().body.size() > 200 * kilobyte);
}

BOOST_AUTO_TEST_CASE(a_list_is_refused_while_answers_hold_too_much_and_small_things_are_not) {
  server_options options;
  options.max_unsent = 5000 * kilobyte;
  served server{options};
  client first{server.port()};
  client second{server.port()};
  BOOST_REQUIRE(first.ask("POST", "/api/products", "", item("p", 10)).status == 201);
  server.node().set(script::mode::hold);
  first.send(request_text("GET", "/api/products"));
  await([&] { return server.node().reads(consistency::linearizable) == 1; });
  BOOST_TEST(is_refused(second.ask("GET", "/api/products"), "too_much_unsent"));
  BOOST_TEST(second.ask("GET", "/livez").status == 200);
  answer_all(server, 1);
  BOOST_TEST(first.read().value().status == 200);
  await_nothing_held(server);
  BOOST_TEST(second.ask("GET", "/api/products").status == 200);
  BOOST_TEST(second.ask("GET", "/api/products/p").status == 200);
  BOOST_TEST(second.ask("GET", "/metrics").body.find("lithair_http_full_total{of=\"unsent\"} 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(
    an_answer_that_is_larger_than_there_is_room_is_refused_unless_it_is_an_outcome) {
  server_options options;
  options.max_unsent = 1000 * kilobyte;
  served server{options, 1};
  client c{server.port()};
  BOOST_REQUIRE(c.ask("POST", "/api/products", "", item("p", 900 * kilobyte)).status == 201);
  // Another client, of whom is not known yet how large its answers are.
  client other{server.port()};
  server.node().set(script::mode::hold);
  const auto get = request_text("GET", "/api/products/p");
  other.send(get + get + request_text("PATCH", "/api/products/p", "", R"({"stock":1})"));
  // All three come within one turn, and the first leaves no room for the next.
  const auto answers = server.node().take_kept(3);
  server.node().set(script::mode::answer);
  server.on_node([&answers] {
    for (const auto& x : answers) x();
  });
  BOOST_TEST(other.read().value().body.size() > 900 * kilobyte);
  BOOST_TEST(is_refused(other.read(), "too_much_unsent"));
  const auto outcome = other.read().value();
  BOOST_TEST(outcome.status == 200);
  BOOST_TEST(outcome.body.size() > 900 * kilobyte);
  await_nothing_held(server);
}

BOOST_AUTO_TEST_CASE(a_write_whose_answer_there_is_no_room_for_is_refused_before_it_is_done) {
  server_options options;
  options.max_unsent = 300 * kilobyte;
  served server{options};
  client c{server.port()};
  BOOST_TEST(
      is_refused(c.ask("POST", "/api/products", "", item("p", 700 * kilobyte)), "too_much_unsent"));
  BOOST_TEST(c.ask("POST", "/api/products", "", item("p", 10)).status == 201);
  BOOST_TEST(server.node().commands() == 1u);
  await_nothing_held(server);
}

BOOST_AUTO_TEST_CASE(what_a_client_left_unread_is_given_back_when_it_goes) {
  served server;
  {
    client c{server.port(), 4096};
    BOOST_REQUIRE(c.ask("POST", "/api/products", "", item("p", 900 * kilobyte)).status == 201);
    std::string all;
    for (int i = 0; i < 60; ++i) all += request_text("GET", "/api/products/p");
    c.send(all);
    await([&] { return server.server().held().unsent > 0; });
  }
  BOOST_TEST(server.deserted());
  await_nothing_held(server);
}

// -- requests ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_body_is_refused_before_it_is_read_while_others_hold_too_much) {
  server_options options;
  options.max_bodies = 1000 * kilobyte;
  served server{options};
  const auto body = item("a", 900 * kilobyte);
  client first{server.port()};
  first.send(head(body.size()) + body.substr(0, 100));
  await_bodies(server, 890 * kilobyte);
  client second{server.port()};
  second.send(head(body.size(), "Expect: 100-continue\r\n"));
  const auto refused = second.read();
  BOOST_TEST(is_refused(refused, "too_many_bodies"));
  BOOST_TEST(refused->header("connection") == "close");
  BOOST_TEST(second.ended());
  // What needs no room is taken.
  client third{server.port()};
  BOOST_TEST(third.ask("POST", "/api/products", "", item("b", 10)).status == 201);
  first.send(std::string_view(body).substr(100));
  BOOST_TEST(first.read().value().status == 201);
  await_nothing_held(server);
  client fourth{server.port()};
  fourth.send(head(body.size(), "Expect: 100-continue\r\n"));
  BOOST_TEST(fourth.read().value().status == 100);
  BOOST_TEST(server.node().commands() == 2u);
}

BOOST_AUTO_TEST_CASE(what_an_unfinished_body_holds_is_given_back_when_its_client_goes) {
  server_options options;
  options.max_bodies = 1000 * kilobyte;
  served server{options};
  for (int i = 0; i < 5; ++i) {
    client c{server.port()};
    c.send(head(900 * kilobyte) + "{");
    await_bodies(server, 890 * kilobyte);
    c.shut();
    BOOST_TEST(c.ended());
    await_nothing_held(server);
  }
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_refused_when_it_has_grown_too_large_for_what_is_left) {
  server_options options;
  options.max_bodies = 300 * kilobyte;
  served server{options};
  client c{server.port()};
  c.send(
      "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  for (int i = 0; i < 6; ++i) c.send(chunk);
  BOOST_TEST(is_refused(c.read(), "too_many_bodies"));
  BOOST_TEST(c.ended());
  await_nothing_held(server);
}

BOOST_AUTO_TEST_CASE(a_write_holds_its_room_until_its_outcome_is_known_and_no_longer) {
  served server;
  client c{server.port()};
  server.node().set(script::mode::hold);
  c.send(request_text("POST", "/api/products", "", item("a", 900 * kilobyte)));
  await([&] { return server.node().commands() == 1; });
  BOOST_TEST(server.server().held().bodies >= 890 * kilobyte);
  answer_all(server, 1);
  BOOST_TEST(c.read().value().status == 201);
  // The connection is still there, and holds nothing.
  await_nothing_held(server);
  BOOST_TEST(server.server().held().connections == 1u);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_for_its_route_is_told_so_however_full_the_node_is) {
  server_options options;
  options.max_bodies = 1000 * kilobyte;
  served server{options};
  client c{server.port()};
  c.send(head(5000 * kilobyte));
  BOOST_TEST(c.read().value().status == 413);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace bounds_test
