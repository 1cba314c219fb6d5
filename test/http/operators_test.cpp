#include "http/operators.hpp"
#include "http/exchange.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "test/http/served.hpp"

namespace operators_test {

namespace data = boost::unit_test::data;
using namespace lithair::http;
using lithair::http::test::client;
using lithair::http::test::served;

namespace {

struct route {
  method verb;
  const char* path;
};
std::ostream& operator<<(std::ostream& out, const route& shown) { return out << shown.path; }

const std::vector<route> operators{
    {method::get, "/cluster"},
    {method::head, "/cluster"},
    {method::get, "/cluster/members"},
    {method::post, "/cluster/members"},
    {method::remove, "/cluster/members/2"},
    {method::post, "/cluster/members/2/promote"},
    {method::post, "/cluster/members/abort"},
    {method::post, "/cluster/transfer"},
    {method::get, "/_admin/backup"},
    {method::post, "/_admin/snapshot"},
    {method::get, "/_admin/models"},
};
const std::vector<route> anybodys{
    {method::get, "/livez"},  {method::get, "/readyz"},      {method::get, "/status"},
    {method::get, "/"},       {method::get, "/raft/leader"}, {method::get, "/metrics"},
    {method::get, "/api/ms"},
};

const std::string models_text =
    "[models.ms.fields]\nid = { type = \"string\", primary_key = true, replicate = true }\n"
    "code = { type = \"string\", optional = true, replicate = true, expose = false }\n";

/// What `begin` makes of a request of somebody.
struct asked {
  const lithair::models::schema schema = *lithair::models::parse_model_text(models_text, "test");
  const router routes{schema};
  const bearer_token token{"a-token-for-these-tests"};
  site where{&schema, &routes, "{}"};

  int status(const route& to, bool from_here, std::vector<header> headers = {},
             std::string_view body = {}) const {
    request r;
    r.verb = to.verb;
    r.path = r.target = to.path;
    r.from_this_machine = from_here;
    r.headers = headers;
    r.body = body;
    const auto made = begin(r, where, {0, [] { return std::string(16, '\0'); }});
    const auto* refused = std::get_if<response>(&made.next);
    last = refused == nullptr ? "" : refused->body;
    return refused == nullptr ? 0 : refused->status;
  }
  mutable std::string last;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admissions)

BOOST_DATA_TEST_CASE(without_a_token_the_operators_routes_are_for_this_machine,
                     data::make(operators)) {
  const asked x;
  BOOST_TEST(x.status(sample, true) != 403);
  BOOST_TEST(x.status(sample, false) == 403);
  BOOST_TEST(x.last.find("--cluster-token") != std::string::npos);
  // A proxy on this machine speaks for somebody else.
  for (const auto* mark : {"Forwarded", "x-forwarded-for", "X-Real-IP", "Via"})
    BOOST_TEST(x.status(sample, true, {{mark, "10.0.0.9"}}) == 403, mark);
}

BOOST_DATA_TEST_CASE(with_a_token_they_are_for_whoever_shows_it, data::make(operators)) {
  asked x;
  x.where.cluster_token = &x.token;
  for (const bool from_here : {true, false}) {
    BOOST_TEST(x.status(sample, from_here) == 401);
    BOOST_TEST(x.status(sample, from_here, {{"Authorization", "Bearer wrong"}}) == 403);
    const auto status =
        x.status(sample, from_here, {{"Authorization", "Bearer a-token-for-these-tests"}});
    BOOST_TEST((status != 401 && status != 403), status);
  }
}

BOOST_DATA_TEST_CASE(everything_else_is_for_everybody, data::make(anybodys)) {
  asked x;
  for (const auto* token : {static_cast<const bearer_token*>(nullptr), &x.token}) {
    x.where.cluster_token = token;
    const auto status = x.status(sample, false);
    BOOST_TEST((status == 0 || status == 200), status);
  }
}

BOOST_AUTO_TEST_CASE(an_address_elsewhere_is_taken_where_the_node_was_told_so) {
  asked x;
  const std::vector<header> json{{"Content-Type", "application/json"}};
  const route add{method::post, "/cluster/members"};
  BOOST_TEST(x.status(add, true, json, R"({"id":4,"addr":"10.0.0.4:8080"})") == 403);
  BOOST_TEST(x.last.find("10.0.0.4:8080 can be reached from other machines") != std::string::npos);
  x.where.links.insecure = true;
  BOOST_TEST(x.status(add, true, json, R"({"id":4,"addr":"10.0.0.4:8080"})") == 0);
}

BOOST_AUTO_TEST_CASE(a_new_member_with_other_models_is_refused_with_the_first_difference) {
  const asked x;
  const std::vector<header> json{{"Content-Type", "application/json"}};
  const route add{method::post, "/cluster/members"};
  const auto answer = [&](std::string_view from, std::string_view to) {
    auto text = models_text;
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    const auto parsed = lithair::models::parse_model_text(text, "test");
    BOOST_REQUIRE(parsed);
    std::string body = R"({"id":4,"addr":"127.0.0.1:8084","models":)";
    body += '"';
    for (const char c : lithair::models::to_model_text(*parsed))
      body += c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    return x.status(add, true, json, body + "\"}");
  };
  BOOST_TEST(answer("", "") == 0);
  BOOST_TEST(answer(", expose = false", "") == 409);
  BOOST_TEST(x.last.find("ms.code is shown, and the members hide it") != std::string::npos, x.last);
  BOOST_TEST(answer("code = { type = \"string\"", "code = { type = \"integer\"") == 409);
  BOOST_TEST(x.last.find("ms.code has another type") != std::string::npos, x.last);
  BOOST_TEST(answer("code", "name") == 409);
}

BOOST_AUTO_TEST_CASE(who_connects_over_loopback_is_on_this_machine) {
  served server;
  BOOST_TEST(client{server.port()}.ask("GET", "/cluster").status == 200);
  BOOST_TEST(client{server.port()}.ask("GET", "/cluster", "X-Forwarded-For: 10.0.0.9\r\n").status ==
             403);
  std::array<int, 2> pair{};
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  BOOST_TEST(comes_from_this_machine(pair[0]));
  for (const int fd : pair) ::close(fd);
  BOOST_TEST(!comes_from_this_machine(-1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace operators_test
