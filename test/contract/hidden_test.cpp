#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "actors/runtime/unix_time.hpp"
#include "models/declaration/model_file.hpp"
#include "models/value/timestamp.hpp"
#include "test/http/served_nodes.hpp"

namespace hidden_test {

using namespace lithair;
using http::test::client;
using http::test::reply;
using http::test::request_text;
using http::test::served_nodes;

namespace {

// Every kind of hidden field; what the visible ones hold begins with "seen", so that looking is
// known to find.
constexpr auto model_text = R"toml([models.things.fields]
id     = { type = "string",  primary_key = true, replicate = true, track_history = true }
plain  = { type = "string",  optional = true, replicate = true, indexed = true, track_history = true }
hush_a = { type = "string",  optional = true, replicate = true, expose = false, track_history = true }
hush_b = { type = "string",  optional = true, replicate = true, expose = false, indexed = true }
hush_c = { type = "string",  optional = true, replicate = true, expose = false, unique = true }
hush_d = { type = "integer", optional = true, replicate = true, expose = false, merge = "add" }
hush_e = { type = "json",    optional = true, replicate = true, expose = false }
hush_f = { type = "list<string>", optional = true, replicate = true, expose = false, merge = "append" }
hush_g = { type = "string",  optional = true, replicate = true, expose = false, references = "targets" }
hush_h = { type = "string",  optional = true, expose = false }
hush_j = { type = "string",  default = "mark_j", expose = false, replicate = true }
[models.targets.fields]
id = { type = "string", primary_key = true, replicate = true }
[models.notes.fields]
id     = { type = "string", primary_key = true }
plain  = { type = "string", optional = true }
hush_i = { type = "string", optional = true, expose = false, track_history = true }
[projections.summary]
from     = "things"
group_by = "plain"
measures = { count = "count", last = "max(plain)" }
)toml";

const std::vector<std::string> secrets{"mark_a", "mark_b", "mark_c", "918273645",
                                       "mark_e", "mark_f", "mark_g", "mark_h",
                                       "mark_i", "mark_j", "hush"};

constexpr auto hidden_fields =
    R"("hush_a":"mark_a","hush_b":"mark_b","hush_d":918273645,"hush_e":{"mark_e":["mark_e"]},"hush_f":["mark_f"],)"
    R"("hush_g":"mark_g","hush_h":"mark_h")";

std::string thing(const std::string& id, const std::string& c) {
  return R"({"id":")" + id + R"(","plain":"seen )" + id + R"(","hush_c":"mark_c)" + c + "\"," +
         hidden_fields + '}';
}

void must_not_tell(const std::string& what, const std::string& answer) {
  for (const auto& secret : secrets)
    BOOST_TEST(answer.find(secret) == std::string::npos, what << ": " << answer);
}

std::string text_of(const reply& x) {
  std::string made = x.body;
  for (const auto& [name, value] : x.headers) made += '\n' + name + ": " + value;
  return made;
}

struct hidden_cluster {
  served_nodes nodes{*models::parse_model_text(model_text, "hidden.toml"), 3};

  // An answer of any node that tells no secret. It may not say more than the client did.
  reply ask(std::uint64_t id, const std::string& method, const std::string& path,
            const std::string& headers = {}, const std::string& body = {}) {
    auto answer = nodes.ask(id, method, path, headers, body);
    must_not_tell(method + ' ' + path, text_of(answer));
    return answer;
  }

  void must(int status, std::uint64_t id, const std::string& method, const std::string& path,
            const std::string& body, const std::string& headers = {}) {
    const auto answer = ask(id, method, path, headers, body);
    BOOST_TEST(answer.status == status, method << ' ' << path << ": " << answer.body);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(contract_hidden, hidden_cluster)

BOOST_AUTO_TEST_CASE(what_is_not_exposed_is_in_no_answer_of_any_route) {
  BOOST_REQUIRE(nodes.ask(1, "POST", "/api/targets", {}, R"({"id":"mark_g"})").status == 201);
  must(201, 1, "POST", "/api/things", thing("a", "1"));
  must(201, 2, "PUT", "/api/things/b", thing("b", "2"),
       "If-None-Match: *\r\nIdempotency-Key: k\r\n");
  must(201, 2, "PUT", "/api/things/b", thing("b", "2"),
       "If-None-Match: *\r\nIdempotency-Key: k\r\n");
  must(201, 3, "POST", "/api/things/_bulk", '[' + thing("c", "3") + ',' + thing("d", "4") + ']');
  must(200, 1, "POST", "/api/_txn",
       R"({"operations":[{"op":"create","collection":"things","item":)" + thing("e", "5") +
           R"(},{"op":"patch","collection":"things","id":"a","item":{)" + hidden_fields + "}}]}");
  must(200, 2, "PATCH", "/api/things/a",
       std::string("{") + hidden_fields + R"(,"plain":"seen too"})");
  must(200, 3, "PUT", "/api/things/c", thing("c", "6"));
  must(204, 1, "DELETE", "/api/things/d", {});
  must(201, 1, "POST", "/api/notes", R"({"id":"n","plain":"seen n","hush_i":"mark_i"})");

  const auto now = models::to_string(models::timestamp{actors::unix_time_us()});
  const auto index = std::to_string(nodes.status_number(1, "applied"));
  const std::vector<std::string> telling{"/api/things",
                                         "/api/things?sort=-plain&take=2",
                                         "/api/things?plain=~seen&explain=true",
                                         "/api/things?fields=id,plain",
                                         "/api/things/a",
                                         "/api/things/a?as_of=" + index,
                                         "/api/things/a?as_of=" + now,
                                         "/api/things/a/history",
                                         "/api/things/a/history?verify=true",
                                         "/api/projections/summary"};
  for (std::uint64_t id = 1; id <= 3; ++id)
    for (const auto& path : telling)
      BOOST_TEST(ask(id, "GET", path).body.find("seen") != std::string::npos, path);
  for (const auto* later : {"1000000", "2100-01-01T00:00:00Z"})
    BOOST_TEST(ask(1, "GET", "/api/things/a?as_of=" + std::string(later)).status == 400);
  BOOST_TEST(ask(1, "GET", "/api/notes/n/history").status == 200);
  for (const auto* path : {"/api/notes", "/api/notes/n"})
    BOOST_TEST(ask(1, "GET", path).body.find("seen n") != std::string::npos, path);

  for (const auto* path :
       {"/", "/api/things/d", "/api/things/d/history", "/api/things/count", "/api/things/random-id",
        "/api/projections", "/livez", "/health", "/readyz", "/ready", "/status", "/cluster",
        "/raft/leader", "/metrics", "/docs", "/nothing"})
    for (std::uint64_t id = 1; id <= 3; ++id) ask(id, "GET", path);
  must(200, 1, "POST", "/_admin/snapshot", {});
  must(200, 1, "GET", "/openapi.json", {});
}

BOOST_AUTO_TEST_CASE(a_stream_tells_no_hidden_field_and_takes_none_as_a_filter) {
  BOOST_REQUIRE(nodes.ask(1, "POST", "/api/targets", {}, R"({"id":"mark_g"})").status == 201);
  must(201, 1, "POST", "/api/things", thing("a", "1"));
  must(200, 1, "PATCH", "/api/things/a", std::string("{") + hidden_fields + '}');
  must(204, 1, "DELETE", "/api/things/a", {});
  must(201, 1, "POST", "/api/things", R"({"id":"z","plain":"seen last"})");
  for (std::uint64_t id = 1; id <= 3; ++id) {
    client follower{nodes.port(id)};
    follower.send(request_text("GET", "/api/things/stream?after=0"));
    const auto told = follower.read_until("seen last");
    BOOST_TEST(told.find("event: delete") != std::string::npos);
    must_not_tell("stream", told);
  }
}

// The client names the field, so the answer may; what it holds elsewhere stays unsaid.
BOOST_AUTO_TEST_CASE(
    a_hidden_field_is_unknown_to_reads_and_a_refusal_says_no_more_than_the_request) {
  BOOST_REQUIRE(nodes.ask(1, "POST", "/api/targets", {}, R"({"id":"mark_g"})").status == 201);
  must(201, 1, "POST", "/api/things", thing("a", "1"));
  for (const std::string field : {"hush_a", "hush_b", "hush_c", "hush_d", "hush_h"})
    for (const auto& query :
         {"?" + field + "=x", "?" + field + "=>0", "?sort=" + field, "?fields=id," + field}) {
      for (const std::string route : {"/api/things", "/api/things/stream"}) {
        if (route.ends_with("stream") && query.starts_with("?sort")) continue;
        const auto answer = nodes.ask(2, "GET", route + query);
        BOOST_TEST(answer.status == 400, route << query << ": " << answer.body);
        const auto unknown = nodes.ask(2, "GET",
                                       route + query.substr(0, query.find(field)) + "nothing" +
                                           query.substr(query.find(field) + field.size()));
        auto as_unknown = unknown.body;
        for (std::size_t at; (at = as_unknown.find("nothing")) != std::string::npos;)
          as_unknown.replace(at, 7, field);
        BOOST_TEST(answer.body == as_unknown);
      }
    }
  const auto taken = nodes.ask(2, "POST", "/api/things", {}, R"({"id":"b","hush_c":"mark_c1"})");
  BOOST_TEST(taken.status == 409);
  BOOST_TEST(taken.body.find("mark") == std::string::npos, taken.body);
  const auto overflow =
      nodes.ask(2, "PATCH", "/api/things/a", {}, R"({"hush_d":9223372036854775807})");
  BOOST_TEST(overflow.status == 422);
  BOOST_TEST(overflow.body.find("918273645") == std::string::npos, overflow.body);
  // Who deletes what is referred to is not told by which field.
  const auto referenced = nodes.ask(3, "DELETE", "/api/targets/mark_g");
  BOOST_TEST(referenced.status == 409);
  BOOST_TEST(referenced.body.find("hush") == std::string::npos, referenced.body);
}

BOOST_AUTO_TEST_CASE(a_projection_can_not_be_made_of_a_hidden_field) {
  const std::string model = R"([models.m.fields]
id = { type = "string", primary_key = true, replicate = true }
hush = { type = "string", optional = true, expose = false, replicate = true }
[projections.p]
from = "m"
)";
  for (const auto* rest :
       {"group_by = \"hush\"\nmeasures = { n = \"count\" }", "measures = { n = \"max(hush)\" }",
        "where = { hush = \"x\" }\nmeasures = { n = \"count\" }"})
    BOOST_TEST(!models::parse_model_text(model + rest, "projection.toml").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace hidden_test
