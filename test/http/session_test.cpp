#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "test/http/served.hpp"

namespace session_test {

using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

std::string item(int i) { return R"({"id":"p)" + std::to_string(i) + R"("})"; }

std::string get_item(int i, std::string_view headers = {}) {
  return request_text("GET", "/api/products/p" + std::to_string(i), headers);
}

void create(client& to, int count) {
  for (int i = 0; i < count; ++i)
    BOOST_REQUIRE(to.ask("POST", "/api/products", "", item(i)).status == 201);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_suite)

BOOST_AUTO_TEST_CASE(one_connection_carries_many_requests) {
  served server;
  client c{server.port()};
  create(c, 3);
  for (int i = 0; i < 3; ++i) {
    const auto r = c.ask("GET", "/api/products/p" + std::to_string(i));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body.find("\"p" + std::to_string(i) + '"') != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(
    a_thousand_pipelined_requests_are_answered_in_order_and_then_the_connection_closes) {
  served server;
  client c{server.port()};
  create(c, 10);
  std::string all;
  for (int i = 0; i < 999; ++i) all += get_item(i % 10);
  all += get_item(9, "Connection: close\r\n");
  c.send(all);
  for (int i = 0; i < 1000; ++i) {
    const auto r = c.read();
    BOOST_REQUIRE(r);
    BOOST_REQUIRE(r->body.find("\"p" + std::to_string(i % 10) + '"') != std::string::npos);
    if (i == 999) BOOST_TEST(r->header("connection") == "close");
  }
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(answers_that_come_in_another_order_leave_in_the_order_of_the_requests) {
  served server;
  client c{server.port()};
  create(c, 5);
  server.node().set(script::mode::hold);
  std::string all;
  for (int i = 0; i < 5; ++i) all += get_item(i);
  c.send(all + request_text("GET", "/nowhere"));
  const auto kept = server.node().take_kept(5);
  server.node().set(script::mode::answer);
  server.on_node([&kept] {
    for (const int i : {3, 1, 4, 2, 0}) kept[static_cast<std::size_t>(i)]();
  });
  for (int i = 0; i < 5; ++i) {
    const auto r = c.read();
    BOOST_REQUIRE(r);
    BOOST_TEST(r->body.find("\"p" + std::to_string(i) + '"') != std::string::npos);
  }
  BOOST_TEST(c.read().value().status == 404);
}

BOOST_AUTO_TEST_CASE(
    a_connection_with_too_many_requests_under_way_is_not_read_until_some_are_answered) {
  server_options options;
  options.max_pipelined = 4;
  served server{options};
  client c{server.port()};
  create(c, 1);
  server.node().set(script::mode::hold);
  std::string all;
  for (int i = 0; i < 10; ++i) all += get_item(0);
  c.send(all);
  auto kept = server.node().take_kept(4);
  BOOST_TEST(kept.size() == 4u);
  server.node().set(script::mode::answer);
  server.on_node([&kept] {
    for (auto& x : kept) x();
  });
  for (int i = 0; i < 10; ++i) BOOST_TEST(c.read().value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_request_may_come_in_pieces_of_one_byte) {
  served server;
  client c{server.port()};
  const auto text = request_text("POST", "/api/products", "", item(1));
  for (const char byte : text) c.send({&byte, 1});
  BOOST_TEST(c.read().value().status == 201);
}

BOOST_AUTO_TEST_CASE(nothing_is_carried_out_after_a_malformed_request) {
  served server;
  {
    client c{server.port()};
    c.send(request_text("GET", "/livez") +
           "GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\n" +
           request_text("POST", "/api/products", "", item(1)));
    BOOST_TEST(c.read().value().status == 200);
    const auto r = c.read().value();
    BOOST_TEST(r.status == 400);
    BOOST_TEST(r.header("connection") == "close");
    BOOST_TEST(r.header("content-type") == "application/problem+json");
    BOOST_TEST(c.ended());
  }
  BOOST_TEST(server.deserted());
  BOOST_TEST(server.node().commands() == 0u);
}

BOOST_AUTO_TEST_CASE(answers_before_a_malformed_request_are_still_waited_for) {
  served server;
  client c{server.port()};
  create(c, 1);
  server.node().set(script::mode::hold);
  c.send(get_item(0) + "BAD\r\n");
  const auto kept = server.node().take_kept(1);
  server.node().set(script::mode::answer);
  server.on_node([&kept] { kept[0](); });
  BOOST_TEST(c.read().value().status == 200);
  BOOST_TEST(c.read().value().status == 400);
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(who_has_said_everything_still_gets_the_answers) {
  served server;
  client c{server.port()};
  create(c, 2);
  server.node().set(script::mode::hold);
  c.send(get_item(0) + get_item(1));
  c.shut();
  const auto kept = server.node().take_kept(2);
  server.node().set(script::mode::answer);
  server.on_node([&kept] {
    kept[1]();
    kept[0]();
  });
  BOOST_TEST(c.read().value().body.find("p0") != std::string::npos);
  BOOST_TEST(c.read().value().body.find("p1") != std::string::npos);
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_without_waiting_harms_nobody) {
  served server;
  server.node().set(script::mode::hold);
  {
    client c{server.port()};
    c.send(request_text("POST", "/api/products", "", item(1)));
    const auto kept = server.node().take_kept(1);
    server.on_node([&kept] { kept[0](); });
  }
  server.node().set(script::mode::answer);
  BOOST_TEST(server.deserted());
  client other{server.port()};
  BOOST_TEST(other.ask("GET", "/api/products/p1").status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_is_asked_for_only_when_it_would_be_taken) {
  server_options options;
  options.max_body = 100;
  served server{options};
  client c{server.port()};
  c.send(
      "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: "
      "100-continue\r\n"
      "Content-Length: 11\r\n\r\n");
  BOOST_TEST(c.read().value().status == 100);
  c.send(R"({"id":"p1"})");
  BOOST_TEST(c.read().value().status == 201);
  c.send(
      "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: "
      "100-continue\r\n"
      "Content-Length: 101\r\n\r\n");
  BOOST_TEST(c.read().value().status == 413);
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(a_large_body_over_the_limit_gets_its_answer_although_it_was_never_read) {
  served server;
  client c{server.port()};
  c.send(request_text("POST", "/api/products", "", std::string(3 * 1024 * 1024, ' ')));
  BOOST_TEST(c.read().value().status == 413);
}

BOOST_AUTO_TEST_CASE(a_slow_head_a_slow_body_and_an_idle_connection_are_ended) {
  server_options options;
  options.header_timeout_ms = options.body_timeout_ms = options.idle_timeout_ms = 30;
  served server{options};
  client head{server.port()};
  head.send("GET / HT");
  BOOST_TEST(head.read().value().status == 408);
  BOOST_TEST(head.ended());
  client body{server.port()};
  body.send("POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
  BOOST_TEST(body.read().value().status == 408);
  BOOST_TEST(body.ended());
  client idle{server.port()};
  BOOST_TEST(idle.ended());
}

BOOST_AUTO_TEST_CASE(what_the_node_never_answers_is_given_up) {
  server_options options;
  options.answer_timeout_ms = 30;
  served server{options};
  server.node().set(script::mode::hold);
  client c{server.port()};
  c.send(request_text("POST", "/api/products", "", item(1)));
  const auto r = c.read().value();
  BOOST_TEST(r.status == 504);
  BOOST_TEST(r.body.find("outcome_unknown") != std::string::npos);
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_not_read_and_gets_everything_later) {
  served server;
  client c{server.port(), 4096};
  for (int i = 0; i < 20; ++i)
    BOOST_REQUIRE(c.ask("POST", "/api/products", "",
                        R"({"id":"p)" + std::to_string(i) + R"(","name":")" +
                            std::string(5000, static_cast<char>('a' + i)) + R"("})")
                      .status == 201);
  std::string all;
  for (int i = 0; i < 200; ++i) all += request_text("GET", "/api/products");
  c.send(all);
  for (int i = 0; i < 200; ++i) {
    const auto r = c.read();
    BOOST_REQUIRE(r);
    BOOST_REQUIRE(r->status == 200);
    BOOST_REQUIRE(r->body.size() > 100'000u);
  }
  BOOST_TEST(c.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(who_never_reads_is_cut_off) {
  server_options options;
  options.write_timeout_ms = 30;
  served server{options};
  client c{server.port(), 4096};
  BOOST_REQUIRE(c.ask("POST", "/api/products", "",
                      R"({"id":"p1","name":")" + std::string(500'000, 'a') + R"("})")
                    .status == 201);
  std::string all;
  for (int i = 0; i < 50; ++i) all += get_item(1);
  c.send(all);
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_told_so) {
  server_options options;
  options.max_connections = 2;
  served server{options};
  client first{server.port()};
  client second{server.port()};
  BOOST_TEST(first.ask("GET", "/livez").status == 200);
  BOOST_TEST(second.ask("GET", "/livez").status == 200);
  client third{server.port()};
  const auto r = third.read();
  BOOST_REQUIRE(r);
  BOOST_TEST(r->status == 503);
  BOOST_TEST(r->header("retry-after") == "1");
  BOOST_TEST(third.ended());
  BOOST_TEST(first.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(http_1_0_is_closed_unless_it_asks_not_to_be) {
  served server;
  client c{server.port()};
  c.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(c.read().value().header("connection") == "keep-alive");
  c.send("GET /livez HTTP/1.0\r\n\r\n");
  BOOST_TEST(c.read().value().header("connection") == "close");
  BOOST_TEST(c.ended());
}

// Another thread makes commands of them, which takes a while.
std::string many_items(int first, int count) {
  std::string all = "[";
  for (int i = first; i < first + count; ++i) all += (i == first ? "" : ",") + item(i);
  return all + std::string(200'000, ' ') + "]";
}

BOOST_AUTO_TEST_CASE(what_follows_a_large_request_takes_effect_behind_it) {
  served server;
  client c{server.port()};
  std::string all;
  for (int i = 0; i < 10; ++i) {
    // The second one is there already, if the first took effect before it.
    all += request_text("POST", "/api/products/_bulk", "", many_items(100 * i, 50));
    all += request_text("POST", "/api/products", "", item(100 * i));
    all += get_item(100 * i + 49);
  }
  c.send(all);
  for (int i = 0; i < 10; ++i) {
    const auto made = c.read();
    BOOST_REQUIRE(made);
    BOOST_TEST(made->status == 201);
    BOOST_TEST(c.read().value().status == 409);
    BOOST_TEST(c.read().value().body.find("\"p" + std::to_string(100 * i + 49) + '"') !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_large_request_that_is_refused_says_why) {
  served server;
  client c{server.port()};
  const std::string tail(200'000, ' ');
  BOOST_TEST(c.ask("POST", "/api/products/_bulk", "", "[" + tail).status == 400);
  BOOST_TEST(c.ask("POST", "/api/products/_bulk", "", "{}" + tail).status == 422);
  std::string zeroes = "[0";
  for (int i = 1; i < 7'000'000; ++i) zeroes += ",0";
  const auto many = c.ask("POST", "/api/products/_bulk", "", zeroes + "]");
  BOOST_TEST(many.status == 400);
  BOOST_TEST(many.body.find("more than 4194303 values") != std::string::npos);
  BOOST_TEST(c.ask("POST", "/api/products", "", item(1)).status == 201);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_its_large_request_is_prepared_is_let_go) {
  served server;
  for (int i = 0; i < 20; ++i) {
    client c{server.port()};
    c.send(request_text("POST", "/api/products/_bulk", "", many_items(0, 500)));
  }
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(stopping_ends_connections_in_every_state) {
  std::vector<std::unique_ptr<client>> clients;
  served server;
  create(*clients.emplace_back(std::make_unique<client>(server.port())), 1);
  server.node().set(script::mode::hold);
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<client>(server.port()));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (i % 3 == 0) clients[i]->send(get_item(0));
    if (i % 3 == 1) clients[i]->send("GET /api/prod");
  }
  server.node().take_kept(7);
  server.server().stop();
  for (auto& c : clients) BOOST_TEST(!c->read());
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_a_clear_error) {
  served first;
  lithair::http::listener second{*first.any_loop(), false, [](int) { return false; }};
  BOOST_CHECK_EXCEPTION(
      second.start("127.0.0.1", first.port()), std::runtime_error, [](const auto& e) {
        return std::string{e.what()}.find("Address already in use") != std::string::npos;
      });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session_test
