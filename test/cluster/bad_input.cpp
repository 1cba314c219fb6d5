#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "test/cluster/fixture.hpp"

namespace bad_input_test {

using namespace lithair::test;

namespace {

/// Bytes that a client should not send, and what it may be answered.
struct bad_input {
  std::string name;
  std::string bytes;
  std::vector<int> statuses;
};

const std::string end = "\r\n";

std::string post(const std::string& more_headers, const std::string& body) {
  return "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Connection: close\r\n" +
         more_headers + end + body;
}
std::string post_json(const std::string& body) {
  return post("Content-Length: " + std::to_string(body.size()) + end, body);
}
std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}
std::string get_with(const std::string& header_lines) {
  return "GET /livez HTTP/1.1\r\n" + header_lines + "Connection: close\r\n\r\n";
}
std::string chunked(const std::string& chunks) {
  return post("Transfer-Encoding: chunked\r\n", chunks);
}

const std::string good = R"({"name":"smuggled","price":"1.00"})";
const std::string second = post_json(good);
const std::string good_size = std::to_string(good.size());

std::vector<bad_input> framing() {
  std::vector<bad_input> made{
      {"length and chunks",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + second),
       {400}},
      {"two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), {400}},
      {"the same length twice",
       post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
       {400, 422}},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), {400, 501}},
      {"an empty coding", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), {400, 501, 422}},
      {"identity", post("Transfer-Encoding: identity\r\n", "{}"), {400, 501}},
      {"an unknown coding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), {501}},
      {"a chunk size in C", chunked("0x1\r\n{\r\n0\r\n\r\n"), {400}},
      {"a chunk size with underscore", chunked("1_0\r\n{\r\n0\r\n\r\n"), {400}},
      {"a signed chunk size", chunked("+1\r\n{\r\n0\r\n\r\n"), {400}},
      {"no chunk size", chunked("\r\n{\r\n0\r\n\r\n"), {400}},
      {"a huge chunk size", chunked("fffffffffffffffff\r\n{\r\n"), {400, 413}},
      {"a chunk that does not end", chunked("2\r\n{}x\r\n0\r\n\r\n"), {400}},
      {"a chunk size ended by a bare LF", chunked("2\n{}\r\n0\r\n\r\n"), {400}},
      {"a header line ended by a bare LF", "GET /livez HTTP/1.1\nHost: localhost\n\n", {400}},
      {"space before a colon", get_with("Host : a\r\n"), {400}},
      {"a control byte in a name", get_with("Host: localhost\r\nX\x01Y: b\r\n"), {400}},
      {"a high byte in a name", get_with("Host: localhost\r\nX\xffY: b\r\n"), {400}},
      {"a folded line", get_with("Host: localhost\r\nX: b\r\n c\r\n"), {400}},
      {"NUL in a value", get_with(std::string("Host: localhost\r\nX: b\0c\r\n", 25)), {400}},
      {"no host", get_with(""), {400}},
      {"two hosts", get_with("Host: localhost\r\nHost: b\r\n"), {400}},
      {"an absolute target of another host",
       "GET http://b/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
       {400}},
      {"a target of 64 KiB", get("/" + std::string(65536, 'a')), {414}},
      {"a header of 1 MiB",
       get_with("Host: localhost\r\nX: " + std::string(1u << 20, 'a') + end),
       {431}},
      {"a body that is announced too large", post("Content-Length: 1048577\r\n", ""), {413}},
      {"a body that comes too large",
       chunked("100001\r\n" + std::string(0x100001, ' ') + "\r\n0\r\n\r\n"),
       {413}},
      {"no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400, 0}},
      {"HTTP 0.9", "GET /livez\r\n\r\n", {400, 505}},
      {"HTTP 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}},
      {"HTTP 3.7", "GET /livez HTTP/3.7\r\nHost: localhost\r\n\r\n", {400, 505}},
      {"a lower case method", "get /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 405, 501}},
  };
  for (const auto* length : {"+5", "-1", "0x5", "5_0", "", "18446744073709551616",
                             "18446744073709551621", "5, 5", "five", "5 5"}) {
    made.push_back({"a length of '" + std::string(length) + "'",
                    post("Content-Length: " + std::string(length) + end, second),
                    {400, 411, 413}});
  }
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  made.push_back({"ten thousand headers", get_with("Host: localhost\r\n" + many), {431}});
  return made;
}

std::vector<bad_input> targets() {
  std::vector<bad_input> made;
  for (const auto* target : {"/api/products/%00",
                             "/api/products/..%2f..",
                             "/api/products/../products",
                             "//api//products",
                             "/api/products/%zz",
                             "/api/products/%",
                             "/api/product",
                             "/nowhere",
                             "/api",
                             "/api/products/a/b/c",
                             "/api/products/not-a-uuid",
                             "/api/products?take=0",
                             "/api/products?take=1001",
                             "/api/products?skip=-1",
                             "/api/products?colour=red",
                             "/api/products?price=%3Ecat",
                             "/api/products?sort=secret",
                             "/api/products?secret=x",
                             "/api/products?consistency=quantum",
                             "/api/products?stock=in(1",
                             "/api/products?id=1"}) {
    made.push_back({target, get(target), {400, 404}});
  }
  std::string deep;
  std::string filters = "/api/products?";
  for (int i = 0; i < 1'500; ++i) deep += "/a";
  for (int i = 0; i < 1'000; ++i) filters += "stock=1&";
  made.push_back({"a deep path", get(deep), {404, 400}});
  made.push_back({"a thousand filters", get(filters), {200, 400, 414}});
  for (const auto* line :
       {"PUT /api/products", "PATCH /api/products", "DELETE /api/products", "POST /api/products/1",
        "POST /livez", "TRACE /", "BREW /livez", "CONNECT a:1", "DELETE /raft/leader"}) {
    made.push_back({line,
                    std::string(line) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                    {400, 404, 405, 501}});
  }
  return made;
}

std::vector<bad_input> bodies() {
  std::vector<bad_input> made;
  const auto with_name = [](const std::string& name) {
    return R"({"name":)" + name + R"(,"price":"1.00"})";
  };
  const auto with_price = [](const std::string& price) {
    return R"({"name":"bad","price":)" + price + "}";
  };
  const auto with_stock = [](const std::string& stock) {
    return R"({"name":"bad","price":"1.00","stock":)" + stock + "}";
  };
  for (const auto& body : {
           std::string("{"),
           std::string("[]"),
           std::string("null"),
           std::string("7"),
           std::string("{}"),
           std::string("{\"name\":\"bad\"}"),
           good + "x",
           "\xef\xbb\xbf" + good,
           std::string("{'name':'bad'}"),
           std::string("{\"name\":\"bad\",}"),
           std::string(100'000, '['),
           with_name("\"\xff\xfe\""),
           with_name("\"\xc0\xaf\""),
           with_name("\"\\ud800\""),
           with_name("\"\xed\xa0\x80\""),
           with_name("\"\""),
           with_name("null"),
           with_name("7"),
           with_name("\"" + std::string(201, 'a') + "\""),
           with_price("\"0.00\""),
           with_price("\"-1.00\""),
           with_price("\"1,00\""),
           with_price("\"\""),
           with_price("1e400"),
           with_price("true"),
           with_price("NaN"),
           with_stock("-1"),
           with_stock("1.5"),
           with_stock("1e400"),
           with_stock("9223372036854775808"),
           with_stock("\"1\""),
           with_stock(std::string(400, '9')),
           std::string(R"({"name":"bad","name":"worse","price":"1.00"})"),
           std::string(R"({"name":"bad","price":"1.00","colour":"red"})"),
           std::string(R"({"name":"bad","price":"1.00","state":"sold"})"),
           std::string(R"({"id":"not a uuid","name":"bad","price":"1.00"})"),
       }) {
    made.push_back({body.substr(0, 60), post_json(body), {400, 422}});
  }
  made.push_back({"no body", post("Content-Length: 0\r\n", ""), {400, 415, 422}});
  made.push_back({"another content type",
                  "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                  "Connection: close\r\nContent-Length: " +
                      good_size + "\r\n\r\n" + good,
                  {415}});
  return made;
}

/// The status of the first answer in `bytes`; 0 when there is none.
int first_status(const std::string& bytes) {
  return bytes.starts_with("HTTP/1.1 ") ? std::atoi(bytes.c_str() + 9) : 0;
}

struct position {
  std::uint64_t commit;
  std::uint64_t term;
};

position where_is(http_client& asked) {
  const auto status = asked.get("/status").body;
  return {number_at(status, "/commit").value(), number_at(status, "/term").value()};
}

/// Sends each input to the node; it lives on, answers others, and its log is as it was.
void feed(shop_cluster& nodes, std::size_t i) {
  auto watcher = nodes.client(i);
  const auto before = where_is(watcher);
  auto inputs = framing();
  for (auto&& more : {targets(), bodies()}) inputs.insert(inputs.end(), more.begin(), more.end());
  for (const auto& x : inputs) {
    const auto said = send_raw(nodes.port(i), x.bytes, 3000ms);
    const int status = first_status(said);
    BOOST_TEST((std::ranges::find(x.statuses, status) != x.statuses.end()),
               x.name << ": answered " << said.substr(0, 300));
    BOOST_TEST(said.find("201 Created") == std::string::npos, x.name << " created something");
    BOOST_TEST(nodes.client(i).get("/livez").status == 200, x.name);
  }
  const auto after = where_is(watcher);
  // A term that began meanwhile has one entry of its own; nothing else may have been added.
  BOOST_TEST(after.commit - before.commit <= after.term - before.term);
  BOOST_TEST(json_at(watcher.get(products).body, "/total") == "0");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_bad_input)

BOOST_AUTO_TEST_CASE(one_node_answers_bad_input_and_keeps_its_log_clean) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  feed(node, 0);
}

BOOST_AUTO_TEST_CASE(a_follower_answers_bad_input_and_keeps_the_log_clean) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  feed(nodes, (leader + 1) % 3);
}

BOOST_AUTO_TEST_CASE(unusual_but_right_input_is_stored_exactly) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  auto through = node.client(0);
  for (const auto* name : {R"("nul \u0000 inside")", R"("\ud83c\udf75 tea")", "\"caf\xc3\xa9\"",
                           R"("quote \" and \\ slash")"}) {
    const auto body = std::string(R"({"name":)") + name + R"(,"price":"0.010"})";
    const auto made = through.post(products, body);
    BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
    BOOST_TEST(json_at(made.body, "/name") == json_at(body, "/name"));
    BOOST_TEST(json_at(made.body, "/price") == "0.010");
  }
  const auto big =
      through.post(products, R"({"name":"big","price":"1.00","stock":9007199254740993})");
  BOOST_TEST(json_at(big.body, "/stock") == "9007199254740993");
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto follower = (leader + 1) % 3;
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    const auto body = product("tea " + std::to_string(i));
    bytes +=
        "POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  const auto said = send_raw(nodes.port(follower), bytes + get("/livez"), cluster::patience);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = said.find("\"tea " + std::to_string(i) + "\"", at);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "answer " << i << " is missing or late");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace bad_input_test
