#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "test/http/one_node.hpp"

namespace stream_test {

using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

constexpr auto path = "/api/products/stream";

std::string product(const std::string& name) {
  return R"({"name":")" + name + R"(","price":"1.00"})";
}

void create(one_node& s, const std::string& name) {
  BOOST_REQUIRE(s.ask("POST", "/api/products", "", product(name)).status == 201);
}

// Opens a stream; its head.
reply open(client& c, std::string_view target = path, std::string_view headers = {}) {
  c.send(request_text("GET", target, headers));
  auto head = c.read(true);
  BOOST_REQUIRE(head);
  return *head;
}

bool holds(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

// Waits until the metrics say so many streams are open.
void await_subscribers(one_node& s, int count) {
  const auto wanted = "\nlithair_stream_subscribers " + std::to_string(count) + "\n";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds(s.ask("GET", "/metrics").body, wanted))
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_suite)

BOOST_AUTO_TEST_CASE(a_stream_begins_with_its_place_and_tells_what_happens) {
  one_node s;
  create(s, "before");
  client c{s.port};
  const auto head = open(c);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-type") == "text/event-stream");
  BOOST_TEST(head.header("transfer-encoding") == "chunked");
  BOOST_TEST(head.header("cache-control") == "no-cache, no-transform");
  BOOST_TEST(head.header("x-accel-buffering") == "no");
  const auto opening = c.read_until("\n\n\r\n");
  BOOST_TEST(holds(opening, "\r\n: heartbeat\nretry: 1000\n\n"));
  BOOST_TEST(holds(opening, "id: " + head.header("x-applied-index") + "\n"));
  const auto made = s.ask("POST", "/api/products", "", product("tea"));
  const auto event =
      "id: " + made.header("x-raft-index") + "\nevent: create\ndata: " + made.body + "\n\n";
  BOOST_TEST(c.read_until("\n\n\r\n").ends_with(event + "\r\n"));
  BOOST_TEST(s.ask("DELETE", made.header("location")).status == 204);
  BOOST_TEST(holds(c.read_until("\n\n\r\n"), "event: delete\ndata: {\"id\":"));
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_where_it_was_also_behind_a_restart) {
  one_node s;
  create(s, "a");
  const auto second = s.ask("POST", "/api/products", "", product("b")).header("x-raft-index");
  create(s, "c");
  s.stop();
  s.start();
  client c{s.port};
  open(c, path, "Last-Event-ID: " + second + "\r\n");
  const auto text = c.read_until("\"c\"");
  BOOST_TEST(!holds(text, "\"b\""));
  client all{s.port};
  open(all, std::string{path} + "?after=0&fields=name");
  BOOST_TEST(holds(all.read_until("\"c\""), "data: {\"name\":\"a\"}\n"));
}

BOOST_AUTO_TEST_CASE(http_1_0_gets_a_stream_without_chunks_and_head_the_headers_only) {
  one_node s;
  client c{s.port};
  c.send("GET /api/products/stream?after=0 HTTP/1.0\r\n\r\n");
  create(s, "tea");
  const auto text = c.read_until("\n\n");
  BOOST_TEST(!holds(text, "chunked"));
  BOOST_TEST(holds(c.read_until("\"tea\""), "\nevent: create\n"));
  const auto head = s.ask("HEAD", path);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-type") == "text/event-stream");
  BOOST_TEST(head.header("content-length").empty());
}

BOOST_AUTO_TEST_CASE(answers_before_a_stream_come_before_it_and_nothing_comes_behind_it) {
  one_node s;
  client c{s.port};
  std::string all;
  for (int i = 0; i < 20; ++i) all += request_text("GET", "/api/products");
  c.send(all + request_text("GET", path) + request_text("GET", "/status"));
  for (int i = 0; i < 20; ++i) {
    const auto answer = c.read();
    BOOST_REQUIRE(answer);
    BOOST_REQUIRE(answer->status == 200);
  }
  BOOST_TEST(c.read(true)->header("content-type") == "text/event-stream");
  create(s, "tea");
  BOOST_TEST(!holds(c.read_until("\"tea\""), "HTTP/1.1"));
}

BOOST_AUTO_TEST_CASE(a_quiet_stream_is_kept_alive_by_comments_that_move_its_place) {
  server_options often;
  often.heartbeat_ms = 20;
  one_node s{often};
  client c{s.port};
  open(c, std::string{path} + "?name=nothing");
  c.read_until("\n\n\r\n");
  c.read_until(": heartbeat\n");
  const auto index = s.ask("POST", "/api/products", "", product("tea")).header("x-raft-index");
  BOOST_TEST(holds(c.read_until("id: " + index + "\n"), ": heartbeat\n"));
}

BOOST_AUTO_TEST_CASE(more_streams_than_allowed_get_503_until_one_ends) {
  one_node s{{}, 2};
  std::vector<std::unique_ptr<client>> open_ones;
  for (int i = 0; i < 2; ++i) {
    open_ones.push_back(std::make_unique<client>(s.port));
    BOOST_TEST(open(*open_ones.back()).status == 200);
  }
  await_subscribers(s, 2);
  const auto refused = s.ask("GET", path);
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.header("retry-after") == "1");
  open_ones.pop_back();
  await_subscribers(s, 1);
  client again{s.port};
  BOOST_TEST(open(again).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reader_that_stands_still_is_cut_and_others_go_on) {
  server_options strict;
  strict.write_timeout_ms = 200;
  one_node s{strict};
  client stuck{s.port, 4096};
  stuck.send(request_text("GET", path));
  client other{s.port};
  open(other);
  await_subscribers(s, 2);
  const std::string name(100'000, 'x');
  int created = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!holds(s.ask("GET", "/metrics").body, "\nlithair_stream_subscribers 1\n")) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    create(s, std::to_string(created++) + name);
    other.read_until("\"" + std::to_string(created - 1) + "xxx");
  }
  create(s, "last");
  BOOST_TEST(holds(other.read_until("\"last\""), "event: create"));
}

BOOST_AUTO_TEST_CASE(stopping_ends_streams_with_their_place_and_their_last_chunk) {
  one_node s;
  client c{s.port};
  const auto place = open(c).header("x-applied-index");
  c.read_until("\n\n\r\n");
  s.stop();
  BOOST_TEST(c.read_until("0\r\n\r\n")
                 .ends_with("\r\n: The node is stopping.\nid: " + place + "\n\n\r\n0\r\n\r\n"));
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_ends_all_streams_and_begins_new_ones) {
  one_node s;
  std::vector<std::unique_ptr<client>> open_ones;
  for (int i = 0; i < 60; ++i) {
    open_ones.push_back(std::make_unique<client>(s.port));
    BOOST_TEST(open(*open_ones.back()).status == 200);
  }
  s.server->leave();
  for (auto& each : open_ones)
    BOOST_TEST(holds(each->read_until("0\r\n\r\n"), ": The node is stopping.\nid: "));
  client late{s.port};
  const auto head = open(late);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("connection") == "close");
  create(s, "tea");
  BOOST_TEST(holds(late.read_until("\"tea\""), "event: create"));
}

BOOST_AUTO_TEST_CASE(what_is_no_stream_is_refused_before_it_begins) {
  one_node s;
  for (const auto* target : {"/api/products/stream?colour=red", "/api/products/stream?after=x",
                             "/api/products/stream?take=3", "/api/products/stream?price=much"})
    BOOST_TEST(s.ask("GET", target).status == 400);
  BOOST_TEST(s.ask("GET", path, "Last-Event-ID: x\r\n").status == 400);
  BOOST_TEST(s.ask("POST", path, "", "{}").status == 405);
  BOOST_TEST(s.ask("GET", "/api/none/stream").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stream_test
