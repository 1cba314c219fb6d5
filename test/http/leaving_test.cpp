#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include "http/admission.hpp"
#include "test/http/served.hpp"

namespace leaving_test {

using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

std::string product(int i) { return R"({"id":"p)" + std::to_string(i) + R"("})"; }

std::string get_product(int i) {
  return request_text("GET", "/api/products/p" + std::to_string(i));
}

void create_products(client& to, int count) {
  for (int i = 0; i < count; ++i)
    BOOST_REQUIRE(to.ask("POST", "/api/products", "", product(i)).status == 201);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(leaving)

BOOST_AUTO_TEST_CASE(draining_answers_what_is_under_way_and_takes_nothing_new) {
  served server;
  client idle{server.port()};
  BOOST_TEST(idle.ask("GET", "/livez").status == 200);
  client busy{server.port()};
  create_products(busy, 1);
  server.node().set(script::mode::hold);
  busy.send(get_product(0));
  const auto kept = server.node().take_kept(1);
  server.server().drain(0);
  BOOST_TEST(idle.ended());
  server.node().set(script::mode::answer);
  server.on_node([&kept] { kept[0](); });
  const auto r = busy.read().value();
  BOOST_TEST(r.status == 200);
  BOOST_TEST(r.header("connection") == "close");
  BOOST_TEST(busy.ended());
  BOOST_CHECK_THROW(client{server.port()}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_serves_everybody_and_sends_them_elsewhere) {
  served server;
  client idle{server.port()};
  BOOST_TEST(idle.ask("GET", "/readyz").status == 200);
  client busy{server.port()};
  create_products(busy, 1);
  server.node().set(script::mode::hold);
  busy.send(get_product(0));
  const auto kept = server.node().take_kept(1);
  server.server().leave();
  server.node().set(script::mode::answer);
  server.on_node([&kept] { kept[0](); });
  const auto under_way = busy.read().value();
  BOOST_TEST(under_way.status == 200);
  BOOST_TEST(under_way.header("connection") == "close");
  BOOST_TEST(busy.ended());
  const auto late = idle.ask("POST", "/api/products", "", product(7));
  BOOST_TEST(late.status == 201);
  BOOST_TEST(late.header("connection") == "close");
  BOOST_TEST(idle.ended());
  client fresh{server.port()};
  const auto ready = fresh.ask("GET", "/readyz");
  BOOST_TEST(ready.status == 503);
  BOOST_TEST(ready.body.find("\"draining\"") != std::string::npos);
  BOOST_TEST(ready.header("connection") == "close");
  client alive{server.port()};
  BOOST_TEST(alive.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_answers_all_that_came_behind_each_other) {
  served server;
  client c{server.port()};
  create_products(c, 10);
  server.server().leave();
  // Held, until all have arrived: more than are taken at a time.
  server.node().set(script::mode::hold);
  std::string all;
  for (int i = 0; i < 500; ++i) all += get_product(i % 10);
  c.send(all);
  const auto kept = server.node().take_kept(server_options{}.max_pipelined);
  server.node().set(script::mode::answer);
  server.on_node([&kept] {
    for (const auto& each : kept) each();
  });
  for (int i = 0; i < 500; ++i) {
    const auto r = c.read();
    BOOST_REQUIRE_MESSAGE(r, "no answer to request " << i);
    BOOST_REQUIRE(r->body.find("\"p" + std::to_string(i % 10) + '"') != std::string::npos);
    BOOST_REQUIRE((r->header("connection") == "close") == (i == 499));
  }
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(a_request_that_has_begun_is_answered_although_the_server_drains) {
  served server;
  client c{server.port()};
  const auto whole = request_text("POST", "/api/products", "", product(1));
  c.send(whole.substr(0, 30));
  server.server().leave();
  server.server().drain(0);
  c.send(whole.substr(30));
  const auto r = c.read().value();
  BOOST_TEST(r.status == 201);
  BOOST_TEST(r.header("connection") == "close");
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(nobody_is_waited_for_where_nobody_was) {
  served server;
  server.server().leave();
  server.server().await_departures(std::chrono::hours{1}, false);
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(who_was_there_a_moment_ago_may_come_back) {
  lithair::http::admission count;
  count.set_limits({1, 0, 1});
  BOOST_TEST(count.none_for(std::chrono::hours{1}));
  const lithair::http::admission::ticket given{{}, count.begin_one({})};
  BOOST_REQUIRE((given.as == lithair::http::place::regular));
  BOOST_TEST(!count.none_for(std::chrono::milliseconds{0}));
  count.end_one(given);
  BOOST_TEST(!count.none_for(std::chrono::hours{1}));
  BOOST_TEST(count.none_for(std::chrono::milliseconds{0}));
}

BOOST_AUTO_TEST_CASE(in_haste_the_last_connection_is_waited_for_and_no_longer) {
  served server;
  {
    client c{server.port()};
    BOOST_TEST(c.ask("GET", "/livez").status == 200);
    server.server().leave();
    BOOST_TEST(c.ask("GET", "/livez").header("connection") == "close");
    BOOST_TEST(c.ended());
  }
  server.server().await_departures(std::chrono::hours{1}, true);
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace leaving_test
