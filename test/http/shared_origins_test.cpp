#include "http/shared_origins.hpp"

#include <boost/json.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "http/openapi.hpp"
#include "models/declaration/model_file.hpp"
#include "test/http/served.hpp"

namespace shared_origins_test {

namespace json = boost::json;
namespace bdata = boost::unit_test::data;
using namespace lithair::http;
using namespace lithair::http::test;

namespace {

const std::string shop = "https://shop.example.org";

struct named {
  std::string origin;
  std::string page;  ///< that says what its browser says; empty: of none
  bool is_of_it;
};
std::ostream& operator<<(std::ostream& out, const named& x) {
  return out << x.page << " of " << x.origin;
}

const std::vector<named> pages{
    {shop, shop, true},
    {"HTTPS://Shop.Example.org", shop, true},
    {"https://shop.example.org:443", shop, true},
    {"http://localhost:80", "http://localhost", true},
    {"http://localhost:3000", "http://localhost:3000", true},
    {"http://[::1]:3000", "http://[::1]:3000", true},
    {shop, "http://shop.example.org", false},
    {shop, "https://shop.example.org:8443", false},
    {shop, "https://shop.example.org.evil.example", false},
    {shop, "https://evil.example", false},
    {shop, "null", false},
    {shop, "", false},
    {"*", "https://evil.example", true},
    {"*", "null", true},
    {"*", "", false},
};

// What a request with these Origin headers may be answered with.
const std::string* answer_to(const shared_origins& known, const std::vector<std::string>& origins) {
  std::vector<header> headers;
  for (const auto& each : origins) headers.push_back({"origin", each});
  request r;
  r.headers = headers;
  return known.of(r);
}

server_options shared_with(const std::vector<std::string>& origins) {
  server_options options;
  options.shared_with = origins;
  return options;
}

reply ask(client& c, const std::string& line, const std::string& headers,
          const std::string& body = {}) {
  c.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
         (body.empty() ? ""
                       : "Content-Type: application/json\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n") +
         "\r\n" + body);
  return c.read().value();
}

constexpr std::string_view models_text = R"([models.products.fields]
id   = { type = "string", primary_key = true, replicate = true }
name = { type = "string", replicate = true, track_history = true }
)";

std::string text_of(json::string_view x) { return {x.data(), x.size()}; }

void each_object(const json::value& x, const std::function<void(const json::object&)>& what) {
  if (const auto* array = x.if_array())
    for (const auto& each : *array) each_object(each, what);
  const auto* object = x.if_object();
  if (object == nullptr) return;
  what(*object);
  for (const auto& each : *object) each_object(each.value(), what);
}

const std::string of_shop = "Origin: " + shop + "\r\nSec-Fetch-Site: cross-site\r\n";
const std::string of_evil = "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n";
const std::string item = R"({"id":"p1"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(origins_that_share)

BOOST_DATA_TEST_CASE(a_page_is_of_an_origin_or_not, bdata::make(pages)) {
  BOOST_REQUIRE(why_no_origin(sample.origin) == "");
  const shared_origins known{{sample.origin}};
  std::vector<std::string> said;
  if (!sample.page.empty()) said.push_back(sample.page);
  BOOST_TEST((answer_to(known, said) != nullptr) == sample.is_of_it);
}

BOOST_AUTO_TEST_CASE(of_two_origins_none_counts) {
  BOOST_TEST((answer_to(shared_origins{{shop}}, {shop, shop}) == nullptr));
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_said_to_be_none) {
  for (const auto* bad :
       {"", "shop.example.org", "ftp://shop.example.org", "https://", "https://shop.example.org/",
        "https://shop.example.org/path", "https://shop.example.org:", "https://a b", "null",
        "https://*.example.org", "https://user@shop.example.org", "https://a:b:1",
        "https://shop.example.org:123456", "https://shop.example.org, https://a"})
    BOOST_TEST(why_no_origin(bad) != "", bad);
}

BOOST_AUTO_TEST_CASE(without_any_nothing_is_said_of_sharing) {
  served server{server_options{}};
  client c{server.port()};
  const auto said = ask(c, "GET /api/products/p1", of_shop);
  for (const auto* name : {"vary", "access-control-allow-origin"})
    BOOST_TEST(said.header(name) == "", name);
  BOOST_TEST(ask(c, "POST /api/products", of_shop, item).status == 403);
}

BOOST_AUTO_TEST_CASE(a_page_that_is_named_reads_and_writes_and_another_one_does_not) {
  served server{shared_with({shop})};
  client c{server.port()};
  const auto read = ask(c, "GET /api/products/p1", of_shop);
  BOOST_TEST(read.header("access-control-allow-origin") == shop);
  BOOST_TEST(read.header("access-control-allow-credentials") == "true");
  BOOST_TEST(read.header("access-control-expose-headers").find("ETag") != std::string::npos);
  BOOST_TEST(read.header("vary") == "Origin");
  BOOST_TEST(ask(c, "POST /api/products", of_shop, item).status == 201);
  const auto other = ask(c, "GET /api/products/p1", of_evil);
  BOOST_TEST(other.header("access-control-allow-origin") == "");
  BOOST_TEST(other.header("vary") == "Origin");
  BOOST_TEST(ask(c, "POST /api/products", of_evil, item).status == 403);
  // A program says nothing, and caches have to know all the same.
  const auto program = ask(c, "GET /api/products/p1", "");
  BOOST_TEST(program.header("access-control-allow-origin") == "");
  BOOST_TEST(program.header("vary") == "Origin");
}

BOOST_AUTO_TEST_CASE(what_a_page_asked_wrong_it_can_read_as_well) {
  served server{shared_with({shop})};
  client c{server.port()};
  const auto wrong = ask(c, "POST /api/products", of_shop, "{");
  BOOST_TEST(wrong.status == 400);
  BOOST_TEST(wrong.header("access-control-allow-origin") == shop);
  BOOST_TEST(ask(c, "GET /nowhere", of_shop).header("access-control-allow-origin") == shop);
}

BOOST_AUTO_TEST_CASE(a_preflight_tells_what_the_path_takes) {
  served server{shared_with({shop})};
  client c{server.port()};
  const auto preflight =
      "Access-Control-Request-Method: PUT\r\n"
      "Access-Control-Request-Headers: content-type,if-match\r\n";
  const auto said = ask(c, "OPTIONS /api/products/p1", of_shop + preflight);
  BOOST_TEST(said.status == 204);
  const auto methods = said.header("access-control-allow-methods");
  for (const auto* each : {"GET", "PUT", "PATCH", "DELETE"})
    BOOST_TEST(methods.find(each) != std::string::npos, each);
  BOOST_TEST(methods.find("POST") == std::string::npos);
  const auto headers = said.header("access-control-allow-headers");
  for (const auto* each : {"Content-Type", "If-Match"})
    BOOST_TEST(headers.find(each) != std::string::npos, each);
  BOOST_TEST(said.header("access-control-max-age") != "");
  const auto other = ask(c, "OPTIONS /api/products/p1", of_evil + preflight);
  BOOST_TEST(other.header("access-control-allow-methods") == "");
}

BOOST_AUTO_TEST_CASE(any_page_may_come_without_credentials) {
  served server{shared_with({"*", shop})};
  client c{server.port()};
  const auto said = ask(c, "GET /api/products/p1", of_evil);
  BOOST_TEST(said.header("access-control-allow-origin") == "*");
  BOOST_TEST(said.header("access-control-allow-credentials") == "");
  BOOST_TEST(said.header("vary") == "");
  BOOST_TEST(ask(c, "POST /api/products", of_evil, item).status == 201);
}

BOOST_AUTO_TEST_CASE(what_operators_ask_for_is_shared_with_nobody) {
  served server{shared_with({"*"})};
  client c{server.port()};
  for (const auto* path : {"/status", "/cluster", "/metrics", "/raft/leader"}) {
    const auto said = ask(c, std::string{"GET "} + path, of_shop);
    BOOST_TEST(said.header("access-control-allow-origin") == "", path);
  }
  for (const auto* path : {"/_admin/snapshot", "/cluster/members/2/promote", "/cluster/transfer"})
    BOOST_TEST(ask(c, std::string{"POST "} + path, of_shop).status == 403, path);
  BOOST_TEST(server.node().last_change() == "");
}

// Else a page could not use what the description offers.
BOOST_AUTO_TEST_CASE(all_headers_of_the_description_are_shared) {
  const auto schema = lithair::models::parse_model_text(models_text, "test.toml");
  BOOST_REQUIRE(schema.has_value());
  const auto text = openapi_text(*schema);
  const auto document = json::parse(json::string_view{text.data(), text.size()});
  std::size_t seen = 0;
  each_object(document, [&seen](const json::object& one) {
    const auto* in = one.if_contains("in");
    if (in == nullptr || !in->is_string() || in->as_string() != "header") return;
    const auto name = text_of(one.at("name").as_string());
    if (name == "Accept") return;  // The standard lets it through.
    BOOST_TEST(shared_request_headers().find(name) != std::string_view::npos, name);
    ++seen;
  });
  BOOST_TEST(seen > 0u);
  // What the standard lets through, and what is for others on the way.
  const std::set<std::string> others{"Cache-Control",           "Content-Disposition",
                                     "X-Accel-Buffering",       "X-Content-Type-Options",
                                     "Content-Security-Policy", "Referrer-Policy"};
  for (const auto& one : document.at("components").at("headers").as_object()) {
    const auto key = text_of(one.key());
    const auto name = key.substr(0, key.find('.'));
    if (others.contains(name)) continue;
    BOOST_TEST(shared_answer_headers().find(name) != std::string_view::npos, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace shared_origins_test
