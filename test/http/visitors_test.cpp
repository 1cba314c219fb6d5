#include "http/visitors.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "http/parser.hpp"
#include "test/http/served.hpp"

namespace visitors_test {

namespace bdata = boost::unit_test::data;
using namespace lithair::http;
using namespace lithair::http::test;

namespace {

struct asked {
  std::string host;
  bool right;
};
std::ostream& operator<<(std::ostream& out, const asked& x) { return out << x.host; }

// Of a node at node1.example.org with --allow-host shop.example.org,.cluster.local.
const std::vector<asked> hosts{
    {"", true},
    {"localhost", true},
    {"LocalHost:8080", true},
    {"localhost:9999", true},
    {"localhost.:8080", true},
    {"127.0.0.1:8080", true},
    {"127.0.0.1", true},
    {"10.1.2.3:80", true},
    {"[::1]:8080", true},
    {"[::1]", true},
    {"[fe80::1%25eth0]:8080", true},
    {"node1.example.org:8080", true},
    {"NODE1.example.org.", true},
    {"shop.example.org", true},
    {"shop.example.org:443", true},
    {"cluster.local", true},
    {"lithair-0.lithair.default.svc.cluster.local:8080", true},
    {"evil.example", false},
    {"evil.example:8080", false},
    {"localhost.evil.example", false},
    {"node1.example.org.evil.example", false},
    {"xshop.example.org", false},
    {"sub.shop.example.org", false},
    {"evilcluster.local", false},
    {"127.0.0.1.evil.example", false},
    {"127.0.0.1.nip.io", false},
    {"127.1", false},
    {"2130706433", false},
    {"0x7f.0.0.1", false},
    {"[127.0.0.1]", false},
    {"[localhost]", false},
    {"::1", false},
    {"[::1", false},
    {"[::1]evil.example", false},
    {"localhost:80x", false},
    {"*", false},
    {".", false},
};

struct sent {
  std::string what;
  std::string method;
  std::string headers;
  int status;  ///< 0: it is looked at
  endpoint to = endpoint::items;
};
std::ostream& operator<<(std::ostream& out, const sent& x) { return out << x.what; }

const std::vector<sent> requests{
    {"a program", "POST", "", 0},
    {"a page of the node itself", "POST", "Origin: http://localhost:8080\r\n", 0},
    {"a page of the node itself, as browsers say it", "POST",
     "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-origin\r\n", 0},
    {"somebody who typed the address", "POST", "Sec-Fetch-Site: none\r\n", 0},
    {"a page of the same origin through a proxy that says another host", "POST",
     "Origin: https://shop.example.org\r\nSec-Fetch-Site: same-origin\r\n", 0},
    {"another site", "POST", "Sec-Fetch-Site: cross-site\r\n", 403},
    {"a page at another port", "POST", "Sec-Fetch-Site: same-site\r\n", 403},
    {"a word that no standard knows", "POST", "Sec-Fetch-Site: near-by\r\n", 403},
    {"two words, one of them wrong", "POST",
     "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n", 403},
    {"another site, by its origin", "POST", "Origin: http://evil.example\r\n", 403},
    {"another port, by its origin", "POST", "Origin: http://localhost:8081\r\n", 403},
    {"the usual port, by its origin", "POST", "Origin: http://localhost\r\n", 403},
    {"a page without an origin of its own", "POST", "Origin: null\r\n", 403},
    {"an origin that is none", "POST", "Origin: localhost:8080\r\n", 403},
    {"two origins, one of them wrong", "POST",
     "Origin: http://localhost:8080\r\nOrigin: http://evil.example\r\n", 403},
    {"another site that replaces", "PUT", "Origin: http://evil.example\r\n", 403},
    {"another site that patches", "PATCH", "Origin: http://evil.example\r\n", 403},
    {"another site that deletes", "DELETE", "Origin: http://evil.example\r\n", 403},
    {"another site with a method of its own", "BREW", "Origin: http://evil.example\r\n", 403},
    {"a link on another site", "GET", "Sec-Fetch-Site: cross-site\r\n", 0},
    {"the head of what another site links to", "HEAD", "Sec-Fetch-Site: cross-site\r\n", 0},
    {"a preflight", "OPTIONS", "Origin: http://evil.example\r\n", 0},
    {"an image that is a backup", "GET", "Sec-Fetch-Site: cross-site\r\n", 403,
     endpoint::admin_backup},
    {"a backup for a program", "GET", "", 0, endpoint::admin_backup},
};

std::string bytes_of(const std::string& method, const std::string& headers) {
  return method + " /x HTTP/1.1\r\n" + headers + "\r\n";
}

// 0: it is looked at.
int status_of(std::string_view bytes, endpoint to, const host_names* own) {
  parser p{parser_limits{}};
  auto event = p.next(bytes);
  if (event == parser::event::head) event = p.next(bytes);
  BOOST_REQUIRE((event == parser::event::request));
  const auto refusal = check_visitor(p.current(), to, own);
  return refusal ? refusal->status : 0;
}

const host_names own{{"node1.example.org"}, {"shop.example.org", ".cluster.local"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(visitors)

BOOST_DATA_TEST_CASE(a_node_answers_to_its_own_names_only, bdata::make(hosts)) {
  BOOST_TEST(own.has(sample.host) == sample.right);
  BOOST_TEST(host_names({}, {"*"}).has(sample.host));
}

BOOST_DATA_TEST_CASE(pages_of_other_sites_change_nothing, bdata::make(requests)) {
  const auto bytes = bytes_of(sample.method, "Host: localhost:8080\r\n" + sample.headers);
  BOOST_TEST(status_of(bytes, sample.to, &own) == sample.status);
}

BOOST_AUTO_TEST_CASE(the_usual_port_of_the_pages_scheme_need_not_be_said) {
  for (const auto& [origin, host, same] :
       {std::tuple{"http://shop.example.org", "shop.example.org", true},
        {"http://shop.example.org", "shop.example.org:80", true},
        {"http://shop.example.org:80", "Shop.Example.org", true},
        {"https://shop.example.org", "shop.example.org", true},
        {"https://shop.example.org", "shop.example.org:443", true},
        {"https://shop.example.org", "shop.example.org:80", false},
        {"https://shop.example.org:8443", "shop.example.org", false},
        {"http://[::1]:8080", "[::1]:8080", true},
        {"http://[::1]:8080", "::1:8080", false},
        {"http://localhost", "", false}})
    BOOST_TEST(is_origin_of(origin, host) == same, origin << " at " << host);
}

BOOST_AUTO_TEST_CASE(whose_host_is_asked_is_the_targets_where_no_header_says_it) {
  BOOST_TEST(status_of("GET http://evil.example/ HTTP/1.0\r\n\r\n", endpoint::index, &own) == 421);
  BOOST_TEST(status_of("GET http://localhost/ HTTP/1.0\r\n\r\n", endpoint::index, &own) == 0);
  BOOST_TEST(status_of("GET / HTTP/1.0\r\n\r\n", endpoint::index, &own) == 0);
  BOOST_TEST(status_of("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                       endpoint::index, &own) == 421);
}

BOOST_AUTO_TEST_CASE(a_head_that_came_in_pieces_still_says_whose_host_it_asked) {
  parser p{parser_limits{}};
  const std::string first = "POST /x HTTP/1.1\r\nHost: evil.exa";
  const std::string second = "mple\r\nContent-Length: 2\r\n\r\n";
  std::string_view input = first;
  BOOST_TEST((p.next(input) == parser::event::more));
  input = second;
  BOOST_TEST((p.next(input) == parser::event::head));
  input = "{}";
  BOOST_TEST((p.next(input) == parser::event::request));
  BOOST_TEST(p.current().authority == "evil.example");
}

BOOST_AUTO_TEST_CASE(a_pattern_is_a_name_a_domain_or_everything) {
  for (const auto* good : {"a", "node-1.example.org", "node1.example.org.", ".cluster.local", "*"})
    BOOST_TEST(why_no_host_pattern(good) == "", good);
  for (const auto* bad : {"", ".", "..a", "http://a", "a:80", "*.a", "a/b", "a b", "[::1]"})
    BOOST_TEST(why_no_host_pattern(bad) != "", bad);
}

BOOST_AUTO_TEST_CASE(whatever_a_host_is_made_of_only_names_and_addresses_pass) {
  const std::regex right{
      R"((localhost\.?|(\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:.]+(%[^\]]*)?\])(:\d*)?)"};
  const host_names ours{{}, {}};
  const std::vector<std::string> parts{"localhost", "127.0.0.1", "::1", "[", "]", ":",    ".",
                                       "%",         "8",         "a",   "*", "-", "[::1]"};
  std::mt19937 chance{5};
  int passed = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string host;
    for (auto left = 1 + chance() % 4; left > 0; --left) host += parts[chance() % parts.size()];
    (void)is_origin_of("http://" + host, host);
    (void)is_origin_of(host, host);
    if (!ours.has(host)) continue;
    ++passed;
    BOOST_REQUIRE_MESSAGE(std::regex_match(host, right), host);
  }
  BOOST_TEST(passed > 100);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_helps_and_nothing_reaches_the_node) {
  server_options options;
  options.allowed_hosts = {"shop.example.org"};
  served server{options};
  client c{server.port()};
  const auto ask = [&c](const std::string& head) {
    c.send(head + "Content-Length: 11\r\nContent-Type: application/json\r\n\r\n{\"id\":\"p1\"}");
    return c.read().value();
  };
  const auto rebound = ask("POST /api/products HTTP/1.1\r\nHost: evil.example:8080\r\n");
  BOOST_TEST(rebound.status == 421);
  BOOST_TEST(rebound.body.find("--allow-host evil.example;") != std::string::npos);
  BOOST_TEST(rebound.body.find("\"unknown_host\"") != std::string::npos);
  const auto foreign =
      ask("POST /api/products HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n");
  BOOST_TEST(foreign.status == 403);
  BOOST_TEST(foreign.body.find("\"cross_site\"") != std::string::npos);
  BOOST_TEST(server.node().commands() == 0u);
  BOOST_TEST(ask("POST /api/products HTTP/1.1\r\nHost: shop.example.org\r\n").status == 201);
  for (const auto* path : {"/_admin/backup", "/status", "/livez", "/nowhere"}) {
    c.send("GET " + std::string{path} + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    BOOST_TEST(c.read().value().status == 421, path);
  }
  for (const auto* path :
       {"/_admin/snapshot", "/cluster/members/2/promote", "/cluster/members/abort"}) {
    c.send("POST " + std::string{path} +
           " HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n");
    BOOST_TEST(c.read().value().status == 403, path);
  }
  BOOST_TEST(server.node().last_change() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace visitors_test
