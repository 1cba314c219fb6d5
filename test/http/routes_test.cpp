#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "actors/messages/messages.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/sha256.hpp"
#include "test/http/prometheus_text.hpp"
#include "test/http/served.hpp"

namespace routes_test {

using lithair::actors::consistency;
using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

// A server that all cases of a table share, with one product.
struct shop {
  served server;
  shop() {
    client c{server.port()};
    BOOST_REQUIRE(
        c.ask("POST", "/api/products", "", R"({"id":"p1","name":"tea","stock":3})").status == 201);
  }
  reply ask(std::string_view method, std::string_view target, std::string_view headers = {},
            std::string_view body = {}) {
    return client{server.port()}.ask(method, target, headers, body);
  }
};

struct sample {
  std::string method;
  std::string target;
  std::string headers;
  std::string body;
  int status;
  std::string error;  // the problem's code; empty: not looked at
};

std::ostream& operator<<(std::ostream& out, const sample& x) {
  return out << x.method << ' ' << x.target << ' ' << x.headers << ' ' << x.body;
}

// The text of a member of a JSON object.
std::string json_text(const std::string& body, std::string_view name) {
  return std::string(boost::json::parse(body).at(name).as_string());
}

const std::string json = "Content-Type: application/json\r\n";

// None of these may reach the log.
const std::vector<sample> refused{
    {"GET", "/nowhere", "", "", 404, "not_found"},
    {"GET", "/api", "", "", 404, "not_found"},
    {"GET", "/api/unknown", "", "", 404, "not_found"},
    {"GET", "/api/products/", "", "", 404, "not_found"},
    {"GET", "//api/products", "", "", 404, "not_found"},
    {"GET", "/api//products", "", "", 404, "not_found"},
    {"GET", "/api/products/p1/x", "", "", 404, "not_found"},
    {"GET", "/api/products/../../status", "", "", 404, "not_found"},
    {"GET", "/api/products/..", "", "", 404, ""},
    {"GET", "/api/products/../products/p1", "", "", 404, "not_found"},
    {"GET", "/api%2fproducts", "", "", 404, "not_found"},
    {"GET", "/api%2Fproducts/p1", "", "", 404, "not_found"},
    {"GET", "/api/products%2fp1", "", "", 404, "not_found"},
    {"GET", "/api/products/%00", "", "", 404, ""},
    {"GET", "/api/products/p1%2f..%2fstatus", "", "", 404, ""},
    {"GET", "/api/products/%", "", "", 400, "bad_target"},
    {"GET", "/api/products/%4", "", "", 400, "bad_target"},
    {"GET", "/api/products/%zz", "", "", 400, "bad_target"},
    {"GET", "/STATUS", "", "", 404, "not_found"},
    {"POST", "/api/products/p1", json, "{}", 405, "method_not_allowed"},
    {"GET", "/api/projections/none", "", "", 404, "not_found"},
    {"GET", "/api/projections/", "", "", 404, "not_found"},
    {"GET", "/api/projections/by_stock/x", "", "", 404, "not_found"},
    {"GET", "/api/projections/by_stock?take=0", "", "", 400, "bad_parameter"},
    {"GET", "/api/projections/by_stock?after=%25", "", "", 400, "bad_parameter"},
    {"GET", "/api/projections/by_stock?sort=stock", "", "", 400, "bad_parameter"},
    {"POST", "/api/projections/by_stock", json, "{}", 405, "method_not_allowed"},
    {"POST", "/api/projections", json, "{}", 405, "method_not_allowed"},
    {"DELETE", "/api/products", "", "", 405, "method_not_allowed"},
    {"PUT", "/api/products", json, "{}", 405, "method_not_allowed"},
    {"POST", "/api/products/count", json, "{}", 405, "method_not_allowed"},
    {"POST", "/status", json, "{}", 405, "method_not_allowed"},
    {"TRACE", "/api/products/p1", "", "", 405, "method_not_allowed"},
    {"BREW", "/api/products", "", "", 405, "method_not_allowed"},
    {"POST", "/api/products", "Content-Type: text/plain\r\n", "{}", 415, "unsupported_media_type"},
    {"POST", "/api/products", "Content-Type: application/x-www-form-urlencoded\r\n", "{}", 415,
     "unsupported_media_type"},
    {"POST", "/api/products", "Content-Type: application/merge-patch+json\r\n", "{}", 415,
     "unsupported_media_type"},
    {"POST", "/api/products", json + "Content-Encoding: gzip\r\n", "{}", 415,
     "unsupported_encoding"},
    {"POST", "/api/products", "", "", 415, "unsupported_media_type"},
    {"POST", "/api/products", json, "{", 400, ""},
    {"POST", "/api/products", json, "[]", 422, ""},
    {"POST", "/api/products", json, R"({"id":"a","id":"b"})", 400, ""},
    {"POST", "/api/products", json, "{\"id\":\"\xff\"}", 400, ""},
    {"POST", "/api/products", json, "\xef\xbb\xbf{\"id\":\"a\"}", 400, ""},
    {"POST", "/api/products", json, R"({"id":"a","colour":"red"})", 422, ""},
    {"POST", "/api/products", json, R"({"id":"a","stock":-1})", 422, ""},
    {"POST", "/api/products", json, R"({"id":"a","stock":1e400})", 422, ""},
    {"PATCH", "/api/products/p1", json, R"({"id":"p2"})", 422, ""},
    {"PUT", "/api/products/p1", json + "If-Match: 5\r\n", "{}", 400, "bad_condition"},
    {"PUT", "/api/products/p1", json + "If-Match: \"5\r\n", "{}", 400, "bad_condition"},
    {"PUT", "/api/products/p1", json + "If-None-Match: \"5\"\r\n", "{}", 400, "bad_condition"},
    {"GET", "/api/products/p1", "If-None-Match: 5\r\n", "", 400, "bad_condition"},
    {"GET", "/api/products?colour=red", "", "", 400, ""},
    {"GET", "/api/products?take=0", "", "", 400, ""},
    {"GET", "/api/products?take=1001", "", "", 400, ""},
    {"GET", "/api/products?skip=-1", "", "", 400, ""},
    {"GET", "/api/products?sort=colour", "", "", 400, ""},
    {"GET", "/api/products?stock=many", "", "", 400, ""},
    {"GET", "/api/products?name=%zz", "", "", 400, "bad_query"},
    {"GET", "/api/products?consistency=maybe", "", "", 400, "bad_consistency"},
    {"GET", "/api/products/p1", "X-Consistency: eventual\r\n", "", 400, "bad_consistency"},
    {"GET", "/api/products/p1", "X-Min-Index: soon\r\n", "", 400, "bad_min_index"},
    {"GET", "/api/products/p1", "X-Min-Index: 1\r\nX-Min-Index: 1\r\n", "", 400, "repeated_header"},
    {"GET", "/readyz?min_index=x", "", "", 400, "bad_min_index"},
    {"GET", "/status?verbose=true", "", "", 400, "bad_parameter"},
    {"GET", "/api/products/count?take=1", "", "", 400, "bad_parameter"},
    {"GET", "/api/products/p1?take=1", "", "", 400, "bad_parameter"},
    {"GET", "/api/products/p1?fields=id&fields=id", "", "", 400, "bad_parameter"},
    {"GET", "/api/products/random-id?stock=1", "", "", 400, "bad_parameter"},
    {"POST", "/api/products?dry_run=true", json, R"({"id":"a"})", 400, "bad_parameter"},
    {"DELETE", "/api/products/p1?force=true", "", "", 400, "bad_parameter"},
    {"POST", "/api/_txn?take=1", json, "{}", 400, "bad_parameter"},
    {"PATCH", "/api/products/p1", "Content-Type: application/json-patch+json\r\n", "[]", 415,
     "unsupported_media_type"},
    {"PATCH", "/api/products/p1", "Content-Type: application/vnd.shop+json\r\n", "{}", 415,
     "unsupported_media_type"},
    {"POST", "/api/products", "Content-Type: application/json-patch+json\r\n", "{}", 415,
     "unsupported_media_type"},
    {"POST", "/api/products", json + "Content-Encoding: identity\r\nContent-Encoding: br\r\n", "{}",
     415, "unsupported_encoding"},
    {"PUT", "/api/products/p1", json + "If-Match: *\r\nIf-Match: \"1\"\r\n", "{}", 400,
     "bad_condition"},
    {"GET", "/api/shop/v1", "", "", 404, "not_found"},
    {"GET", "/api/shop/v1/orders/not-a-uuid", "", "", 404, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(routes_suite)

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_and_never_reaches_the_log) {
  shop s;
  for (const auto& x : refused) {
    BOOST_TEST_CONTEXT(x) {
      const auto r = s.ask(x.method, x.target, x.headers, x.body);
      BOOST_TEST(r.status == x.status);
      BOOST_TEST(r.header("content-type") == "application/problem+json");
      if (!x.error.empty())
        BOOST_TEST(r.body.find("\"error\":\"" + x.error + '"') != std::string::npos);
      BOOST_TEST(r.body.find("\"errors\":[") != std::string::npos);
      BOOST_TEST(s.ask("GET", "/livez").status == 200);
    }
  }
  BOOST_TEST(s.server.node().commands() == 1u);
}

BOOST_AUTO_TEST_CASE(an_item_is_created_read_changed_and_deleted) {
  shop s;
  const auto created = s.ask("POST", "/api/products", "", R"({"id":"a/b?","name":"coffee"})");
  BOOST_TEST(created.status == 201);
  BOOST_TEST(created.header("location") == "/api/products/a%2Fb%3F");
  BOOST_TEST(created.header("x-raft-index") == "3");
  BOOST_TEST(created.header("etag") == "\"3\"");
  BOOST_TEST(created.header("x-served-by") == "1");
  const auto at = created.header("location");
  const auto read = s.ask("GET", at);
  BOOST_TEST(read.status == 200);
  BOOST_TEST(read.body == created.body);
  BOOST_TEST(read.header("etag") == "\"3\"");
  BOOST_TEST(read.header("x-applied-index") == "3");
  BOOST_TEST(s.ask("PATCH", at, "Content-Type: application/merge-patch+json\r\n", R"({"stock":9})")
                 .status == 200);
  const auto replaced = s.ask("PUT", at, "", R"({"name":"cocoa"})");
  BOOST_TEST(replaced.status == 200);
  BOOST_TEST(replaced.body.find("\"stock\":0") != std::string::npos);
  const auto removed = s.ask("DELETE", at);
  BOOST_TEST(removed.status == 204);
  BOOST_TEST(removed.body.empty());
  BOOST_TEST(removed.header("content-length").empty());
  BOOST_TEST(s.ask("GET", at).status == 404);
  BOOST_TEST(s.ask("DELETE", at).status == 404);
}

BOOST_AUTO_TEST_CASE(a_json_type_with_parameters_or_a_suffix_is_json) {
  shop s;
  BOOST_TEST(s.ask("POST", "/api/products", "Content-Type: Application/JSON ; charset=utf-8\r\n",
                   R"({"id":"a"})")
                 .status == 201);
  BOOST_TEST(
      s.ask("POST", "/api/products", "Content-Type: application/vnd.shop+json\r\n", R"({"id":"b"})")
          .status == 201);
}

BOOST_AUTO_TEST_CASE(lists_are_filtered_sorted_and_counted) {
  shop s;
  for (const auto* x :
       {R"({"id":"p2","name":"rye bread","stock":5})", R"({"id":"p3","name":"c+d","stock":1})"})
    BOOST_REQUIRE(s.ask("POST", "/api/products", "", x).status == 201);
  const auto list = s.ask("GET", "/api/products?sort=-stock&take=2&consistency=local");
  BOOST_TEST(list.status == 200);
  BOOST_TEST(list.body.find("\"p2\"") < list.body.find("\"p1\""));
  BOOST_TEST(list.body.find("\"p3\"") == std::string::npos);
  BOOST_TEST(s.ask("GET", "/api/products?name=rye%20bread").body.find("\"total\":1") !=
             std::string::npos);
  BOOST_TEST(s.ask("GET", "/api/products?name=rye+bread").body.find("\"total\":1") !=
             std::string::npos);
  BOOST_TEST(s.ask("GET", "/api/products?name=c%2Bd").body.find("\"total\":1") !=
             std::string::npos);
  BOOST_TEST(s.ask("GET", "/api/products/count?stock=%3E=3").body == R"({"count":2})");
  BOOST_TEST(s.ask("GET", "/api/products/random-id").status == 200);
  BOOST_TEST(s.ask("GET", "/api/shop/v1/orders/random-id").status == 404);
}

BOOST_AUTO_TEST_CASE(projections_are_listed_and_read_in_pages) {
  shop s;
  for (const auto* x : {R"({"id":"p2","name":"rye","stock":5})", R"({"id":"p3","stock":0})"})
    BOOST_REQUIRE(s.ask("POST", "/api/products", "", x).status == 201);
  BOOST_TEST(
      s.ask("GET", "/api/projections").body ==
      R"({"data":[{"name":"by_stock","path":"/api/projections/by_stock","from":"products",)"
      R"x("group_by":["stock"],"where":{"stock":">0"},"measures":{"products":"count","last":"max(name)"}}]})x");
  const auto all = s.ask("GET", "/api/projections/by_stock");
  BOOST_TEST(all.status == 200);
  BOOST_TEST(!all.header("x-applied-index").empty());
  BOOST_TEST(
      all.body ==
      R"({"data":[{"stock":3,"products":1,"last":"tea"},{"stock":5,"products":1,"last":"rye"}],)"
      R"("total":2,"skip":0,"take":100,"has_more":false,"next":null})");
  const auto first = s.ask("GET", "/api/projections/by_stock?take=1&consistency=local");
  const auto next = json_text(first.body, "next");
  const auto second = s.ask("GET", "/api/projections/by_stock?take=1&total=false&after=" + next);
  BOOST_TEST(second.body == R"({"data":[{"stock":5,"products":1,"last":"rye"}],"skip":0,"take":1,)"
                            R"("has_more":false,"next":null})");
  BOOST_TEST(s.server.node().reads(consistency::local) == 1u);
  BOOST_TEST(s.ask("GET", "/openapi.json").body.find("/api/projections/by_stock") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(versions_decide_what_conditional_requests_do) {
  shop s;
  const auto tag = s.ask("GET", "/api/products/p1").header("etag");
  const auto same = s.ask("GET", "/api/products/p1", "If-None-Match: W/" + tag + "\r\n");
  BOOST_TEST(same.status == 304);
  BOOST_TEST(same.header("etag") == tag);
  BOOST_TEST(same.header("content-length").empty());
  BOOST_TEST(s.ask("GET", "/api/products/p1", "If-None-Match: \"1\", \"x\"\r\n").status == 200);
  BOOST_TEST(s.ask("GET", "/api/products/p1", "If-None-Match: *\r\n").status == 304);
  BOOST_TEST(s.ask("GET", "/api/products/none", "If-None-Match: *\r\n").status == 404);
  BOOST_TEST(s.ask("GET", "/api/products/p1", "If-Match: \"1\"\r\n").status == 412);
  BOOST_TEST(s.ask("GET", "/api/products/p1", "If-Match: " + tag + "\r\n").status == 200);
  BOOST_TEST(s.ask("PUT", "/api/products/p1", "If-Match: W/" + tag + "\r\n", "{}").status == 412);
  BOOST_TEST(s.ask("PUT", "/api/products/p1", "If-Match: \"x\"\r\n", "{}").status == 412);
  BOOST_TEST(s.ask("PUT", "/api/products/p1", "If-Match: \"7\", " + tag + "\r\n", "{}").status ==
             200);
  BOOST_TEST(s.ask("PUT", "/api/products/p1", "If-Match: " + tag + "\r\n", "{}").status == 412);
  BOOST_TEST(s.ask("PUT", "/api/products/p1", "If-None-Match: *\r\n", "{}").status == 412);
  BOOST_TEST(s.ask("PUT", "/api/products/new", "If-None-Match: *\r\n", "{}").status == 201);
  BOOST_TEST(s.ask("DELETE", "/api/products/none", "If-Match: *\r\n").status == 412);
}

BOOST_AUTO_TEST_CASE(lines_of_a_condition_are_one_list_and_empty_elements_are_passed_over) {
  shop s;
  const auto tag = s.ask("GET", "/api/products/p1").header("etag");
  const auto get = [&s](const std::string& headers) {
    return s.ask("GET", "/api/products/p1", headers).status;
  };
  BOOST_TEST(get("If-Match: \"1\"\r\nIf-Match: " + tag + "\r\n") == 200);
  BOOST_TEST(get("If-Match: ,, " + tag + ",\r\n") == 200);
  BOOST_TEST(get("If-Match:\r\n") == 412);
  BOOST_TEST(get("If-None-Match: \"1\"\r\nIf-None-Match: W/" + tag + "\r\n") == 304);
  BOOST_TEST(get("If-None-Match: ,\r\n") == 200);
  const auto put = [&s](const std::string& headers) {
    return s.ask("PUT", "/api/products/p1", headers, "{}").status;
  };
  BOOST_TEST(put("If-Match: \"1\"\r\nIf-Match: ,\r\n") == 412);
  BOOST_TEST(put("If-Match: ,\r\n") == 412);
  BOOST_TEST(put("If-None-Match: ,\r\n") == 200);
}

BOOST_AUTO_TEST_CASE(what_a_patch_may_come_in_is_told) {
  shop s;
  const std::string types = "application/merge-patch+json, application/json";
  BOOST_TEST(s.ask("OPTIONS", "/api/products/p1").header("accept-patch") == types);
  BOOST_TEST(s.ask("OPTIONS", "/api/products").header("accept-patch").empty());
  BOOST_TEST(
      s.ask("PATCH", "/api/products/p1", "Content-Type: application/json-patch+json\r\n", "[]")
          .header("accept-patch") == types);
  BOOST_TEST(s.ask("PATCH", "/api/products/p1",
                   "Content-Type: Application/Merge-Patch+JSON; charset=utf-8\r\n", "{}")
                 .status == 200);
}

BOOST_AUTO_TEST_CASE(the_wanted_consistency_decides_who_is_asked) {
  shop s;
  auto& node = s.server.node();
  s.ask("GET", "/api/products/p1");
  BOOST_TEST(node.reads(consistency::linearizable) == 1u);
  s.ask("GET", "/api/products/p1", "X-Consistency: leader\r\n");
  BOOST_TEST(node.reads(consistency::leader) == 1u);
  s.ask("GET", "/api/products/p1", "X-Consistency: local\r\n");
  s.ask("GET", "/api/products?consistency=local");
  s.ask("GET", "/api/products/p1", "X-Min-Index: 1\r\n");
  BOOST_TEST(node.reads(consistency::local) == 3u);
  s.ask("GET", "/api/products/p1", "X-Min-Index: 1\r\nX-Consistency: linearizable\r\n");
  BOOST_TEST(node.reads(consistency::linearizable) == 2u);
}

BOOST_AUTO_TEST_CASE(no_answer_of_the_node_is_503_or_504_and_says_what_it_means) {
  shop s;
  s.server.node().set(script::mode::unavailable);
  for (const auto* method : {"GET", "DELETE"}) {
    const auto r = s.ask(method, "/api/products/p1");
    BOOST_TEST(r.status == 503);
    BOOST_TEST(r.header("retry-after") == "1");
    BOOST_TEST(r.body.find("No leader is known.") != std::string::npos);
  }
  s.server.node().set(script::mode::unknown);
  BOOST_TEST(s.ask("GET", "/api/products/p1").status == 504);
  BOOST_TEST(s.ask("DELETE", "/api/products/p1").body.find("outcome_unknown") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(head_is_get_without_a_body_and_options_tells_the_methods) {
  shop s;
  const auto get = s.ask("GET", "/api/products/p1");
  const auto head = s.ask("HEAD", "/api/products/p1");
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-length") == get.header("content-length"));
  BOOST_TEST(head.header("etag") == get.header("etag"));
  BOOST_TEST(s.ask("HEAD", "/nowhere").status == 404);
  const auto item = s.ask("OPTIONS", "/api/products/p1");
  BOOST_TEST(item.status == 204);
  BOOST_TEST(item.header("allow") == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  BOOST_TEST(s.ask("OPTIONS", "/api/products").header("allow") == "GET, HEAD, POST, OPTIONS");
  BOOST_TEST(s.ask("OPTIONS", "/status").header("allow") == "GET, HEAD, OPTIONS");
  BOOST_TEST(s.ask("OPTIONS", "*").status == 204);
  BOOST_TEST(s.ask("POST", "/api/products/p1").header("allow") ==
             "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_clients_request_id_is_repeated_when_it_is_harmless) {
  shop s;
  BOOST_TEST(s.ask("GET", "/livez", "X-Request-Id: order-17\r\n").header("x-request-id") ==
             "order-17");
  const auto made = s.ask("GET", "/livez", "X-Request-Id: a b\r\n").header("x-request-id");
  BOOST_TEST(made.size() == 13u);
  BOOST_TEST(s.ask("GET", "/livez").header("x-request-id") != made);
  BOOST_TEST(s.ask("GET", "/livez").header("x-content-type-options") == "nosniff");
}

BOOST_AUTO_TEST_CASE(the_pages_tell_how_the_node_stands) {
  shop s;
  BOOST_TEST(s.ask("GET", "/livez").status == 200);
  BOOST_TEST(s.ask("GET", "/health").status == 200);
  BOOST_TEST(s.ask("GET", "/ready").status == 200);
  BOOST_TEST(s.ask("GET", "/readyz?min_index=1000").status == 503);
  BOOST_TEST(s.ask("GET", "/raft/leader").body ==
             R"({"leader_id":1,"leader_addr":"127.0.0.1:8080","term":3,"node_id":1})");
  BOOST_TEST(s.ask("GET", "/status").body.find(R"("role":"leader")") != std::string::npos);
  BOOST_TEST(s.ask("GET", "/cluster").body.find(R"("members":[])") != std::string::npos);
  BOOST_TEST(s.ask("GET", "/").body.find("/api/products") != std::string::npos);
  s.server.node().set(script::mode::unavailable);
  const auto r = s.ask("GET", "/readyz");
  BOOST_TEST(r.status == 503);
  BOOST_TEST(r.body.find("No leader is known.") != std::string::npos);
  BOOST_TEST(s.ask("GET", "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(several_items_are_written_all_or_none) {
  shop s;
  const auto bulk = s.ask("POST", "/api/products/_bulk", "", R"([{"id":"a"},{"id":"b"}])");
  BOOST_TEST(bulk.status == 201);
  BOOST_TEST(bulk.header("location").empty());
  BOOST_TEST(s.ask("GET", "/api/products/b").status == 200);
  BOOST_TEST(s.ask("POST", "/api/products/_bulk", "", R"([{"id":"c"},{"id":"a"}])").status == 409);
  BOOST_TEST(s.ask("GET", "/api/products/c").status == 404);
  const auto transaction = s.ask("POST", "/api/_txn", "", R"({"operations":[
      {"op":"delete","collection":"products","id":"a"},
      {"op":"create","collection":"products","item":{"id":"d"}}]})");
  BOOST_TEST(transaction.status == 200);
  BOOST_TEST(s.ask("GET", "/api/products/a").status == 404);
  BOOST_TEST(s.ask("GET", "/api/products/d").status == 200);
  BOOST_TEST(s.ask("POST", "/api/_txn", "If-Match: \"1\"\r\n", "{}").status == 400);
  BOOST_TEST(s.ask("GET", "/api/_txn").header("allow") == "POST, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_bulk_may_be_larger_than_another_body) {
  server_options options;
  options.max_body = 100;
  options.max_bulk_body = 1000;
  served server{options};
  client c{server.port()};
  const auto body = R"([{"id":"a","name":")" + std::string(500, 'x') + R"("}])";
  BOOST_TEST(c.ask("POST", "/api/products/_bulk", "", body).status == 201);
  BOOST_TEST(c.ask("POST", "/api/products", "", body).status == 413);
}

BOOST_AUTO_TEST_CASE(a_request_with_the_same_idempotency_key_takes_effect_once) {
  shop s;
  const std::string key = "Idempotency-Key: order-7\r\n";
  const auto first = s.ask("POST", "/api/products", key, R"({"id":"a"})");
  const auto again = s.ask("POST", "/api/products", key, R"({"id":"a"})");
  BOOST_TEST(first.status == 201);
  BOOST_TEST(first.header("idempotency-replayed").empty());
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(again.header("etag") == first.header("etag"));
  BOOST_TEST(again.header("idempotency-replayed") == "true");
  BOOST_TEST(s.ask("POST", "/api/products", key, R"({"id":"b"})").status == 422);
  BOOST_TEST(s.ask("POST", "/api/products", "Idempotency-Key: a b\r\n", "{}").status == 400);
  BOOST_TEST(s.ask("POST", "/api/products", "Idempotency-Key:\r\n", "{}").status == 400);
}

BOOST_AUTO_TEST_CASE(the_changes_of_an_item_are_told_also_after_its_deletion) {
  shop s;
  s.ask("PATCH", "/api/products/p1", "", R"({"stock":4})");
  s.ask("DELETE", "/api/products/p1");
  const auto r = s.ask("GET", "/api/products/p1/history");
  BOOST_TEST(r.status == 200);
  const auto events = boost::json::parse(r.body).as_object().at("events").as_array();
  BOOST_REQUIRE(events.size() == 3u);
  BOOST_TEST(events[2].as_object().at("type").as_string() == "deleted");
  BOOST_TEST(s.ask("POST", "/api/products/p1/history", json, "{}").status == 405);
}

BOOST_AUTO_TEST_CASE(members_are_changed_through_the_raft_actor) {
  shop s;
  const auto ask = [&s](std::string_view method, std::string_view path, std::string_view body) {
    return s.ask(method, path, body.empty() ? "" : json, body);
  };
  BOOST_TEST(ask("POST", "/cluster/members", R"({"id":4,"addr":"127.0.0.1:8083"})").status == 200);
  BOOST_TEST(s.server.node().last_change() == "add 4 127.0.0.1 8083 9083");
  BOOST_TEST(
      ask("POST", "/cluster/members", R"({"id":5,"addr":"[::1]:80","peer_port":81})").status ==
      200);
  BOOST_TEST(s.server.node().last_change() == "add 5 ::1 80 81");
  BOOST_TEST(ask("POST", "/cluster/members/4/promote", "").status == 200);
  BOOST_TEST(s.server.node().last_change() == "promote 4");
  BOOST_TEST(ask("DELETE", "/cluster/members/4", "").status == 200);
  BOOST_TEST(s.server.node().last_change() == "remove 4");
  BOOST_TEST(ask("POST", "/cluster/transfer", R"({"to":2})").status == 200);
  BOOST_TEST(s.server.node().last_change() == "transfer 2");
  BOOST_TEST(ask("POST", "/cluster/transfer", "{}").status == 200);
  BOOST_TEST(s.server.node().last_change() == "transfer 0");
  BOOST_TEST(ask("DELETE", "/cluster/members/9", "").status == 409);
  BOOST_TEST(
      ask("POST", "/cluster/members", R"({"id":4,"addr":"127.0.0.1:8084","move":true})").status ==
      200);
  BOOST_TEST(s.server.node().last_change() == "move 4 127.0.0.1 8084 9084");
  BOOST_TEST(ask("POST", "/cluster/members/abort", "").status == 200);
  BOOST_TEST(s.server.node().last_change() == "abort 0");
}

BOOST_AUTO_TEST_CASE(
    a_change_that_may_never_end_is_forced_by_name_and_the_answer_says_what_was_risked) {
  shop s;
  BOOST_TEST(s.ask("DELETE", "/cluster/members/4?force=false", "", "").body ==
             R"({"status":"done"})");
  BOOST_TEST(s.server.node().last_change() == "remove 4");
  const auto forced = s.ask("DELETE", "/cluster/members/4?force=true", "", "");
  BOOST_TEST(forced.status == 200);
  BOOST_TEST(forced.body == R"({"status":"done","risk":"Nobody is there."})");
  BOOST_TEST(s.server.node().last_change() == "remove 4 force");
}

BOOST_AUTO_TEST_CASE(a_wrong_change_of_members_is_refused_before_it_is_asked_for) {
  shop s;
  const std::vector<sample> wrong{
      {"POST", "/cluster/members", "", R"({"id":4})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"addr":"127.0.0.1:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":0,"addr":"127.0.0.1:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":"4","addr":"127.0.0.1:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"a"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":":1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"a:70000"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"a b:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:65000"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","promote":1})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","voter":true})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"0.0.0.0:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"[::]:1"})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"10.0.0.1:1"})", 403, "insecure"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"[fd00::1]:1"})", 403, "insecure"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"node-4:1"})", 403, "insecure"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"node-4:1","move":true})", 403,
       "insecure"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","models":1})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","models":"[x"})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","models":""})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "", "[]", 422, "bad_member"},
      {"POST", "/cluster/members", "", "{", 400, "malformed_json"},
      {"POST", "/cluster/members", "Content-Type: text/plain\r\n", "{}", 415,
       "unsupported_media_type"},
      {"POST", "/cluster/transfer", "", R"({"to":-1})", 422, "bad_member"},
      {"POST", "/cluster/members", "", R"({"id":4,"addr":"127.0.0.1:1","move":1})", 422,
       "bad_member"},
      {"POST", "/cluster/members", "",
       R"({"id":4,"addr":"127.0.0.1:1","move":true,"promote":true})", 422, "bad_member"},
      {"DELETE", "/cluster/members/4?force=1", "", "", 400, "bad_parameter"},
      {"DELETE", "/cluster/members/4?forced=true", "", "", 400, "bad_parameter"},
      {"DELETE", "/cluster/members/x", "", "", 404, "not_found"},
      {"POST", "/cluster/members/0/promote", "", "", 404, "not_found"},
      {"POST", "/cluster/members/4/demote", "", "", 404, "not_found"},
      {"GET", "/cluster/members/4", "", "", 405, "method_not_allowed"},
  };
  for (const auto& x : wrong) {
    BOOST_TEST_CONTEXT(x) {
      const auto r = s.ask(x.method, x.target, x.headers, x.body);
      BOOST_TEST(r.status == x.status);
      BOOST_TEST(r.body.find("\"error\":\"" + x.error + '"') != std::string::npos);
    }
  }
  BOOST_TEST(s.server.node().last_change().empty());
}

BOOST_AUTO_TEST_CASE(metrics_count_requests_by_route_and_status) {
  shop s;
  s.ask("GET", "/api/products/p1");
  s.ask("GET", "/api/products/none");
  s.ask("GET", "/nowhere");
  client{s.server.port()}.send("BAD\r\n");
  const auto r = s.ask("GET", "/metrics");
  BOOST_TEST(r.status == 200);
  BOOST_TEST(r.header("content-type").starts_with("text/plain; version=0.0.4"));
  for (const auto* line : {
           R"(lithair_http_requests_total{route="item",status="200"} 1)",
           R"(lithair_http_requests_total{route="item",status="404"} 1)",
           R"(lithair_http_requests_total{route="items",status="201"} 1)",
           R"(lithair_http_requests_total{route="nowhere",status="404"} 1)",
           R"(lithair_http_request_seconds_count{route="item"} 2)",
           R"(lithair_http_request_seconds_bucket{route="item",le="+Inf"} 2)",
           "# TYPE lithair_http_request_seconds histogram",
           R"(lithair_raft_role{group="0",role="leader"} 1)",
           R"(lithair_raft_term{group="0"} 3)",
       })
    BOOST_TEST(r.body.find(line) != std::string::npos, "has " << line);
  BOOST_CHECK_NO_THROW(prometheus_text{r.body});
}

BOOST_AUTO_TEST_CASE(the_description_of_the_api_names_every_collection_and_hides_what_is_hidden) {
  shop s;
  const auto r = s.ask("GET", "/openapi.json");
  BOOST_TEST(r.status == 200);
  const auto api = boost::json::parse(r.body).as_object();
  BOOST_TEST(api.at("openapi").as_string() == "3.1.0");
  const auto& paths = api.at("paths").as_object();
  for (const auto* path :
       {"/api/products", "/api/products/{id}", "/api/products/count", "/api/shop/v1/orders"})
    BOOST_TEST(paths.contains(path), path);
  const auto& schemas = api.at("components").as_object().at("schemas").as_object();
  const auto shown = boost::json::serialize(schemas.at("products"));
  const auto sent = boost::json::serialize(schemas.at("products.create"));
  BOOST_TEST(shown.find("\"secret\"") == std::string::npos);
  BOOST_TEST(sent.find("\"secret\"") == std::string::npos);
  BOOST_TEST(schemas.at("products.create").as_object().at("additionalProperties") == true);
  BOOST_TEST(schemas.at("products").as_object().at("additionalProperties") == false);
  BOOST_TEST(sent.find(R"("minimum":0)") != std::string::npos);
  const auto docs = s.ask("GET", "/docs/api");
  BOOST_TEST(docs.status == 200);
  BOOST_TEST(docs.header("content-type") == "text/html; charset=utf-8");
  BOOST_TEST(docs.body.find("http://") == std::string::npos);
  BOOST_TEST(docs.body.find("https://") == std::string::npos);
  // What runs in it is what is in it, and nobody frames it.
  const auto policy = docs.header("content-security-policy");
  BOOST_TEST(policy.find("default-src 'none'") == 0u);
  BOOST_TEST(policy.find("frame-ancestors 'none'") != std::string::npos);
  for (const std::string tag : {"style", "script"}) {
    const auto begin = docs.body.find("<" + tag + ">") + tag.size() + 2;
    const auto text = docs.body.substr(begin, docs.body.find("</" + tag + ">") - begin);
    const auto source =
        tag + "-src 'sha256-" + lithair::models::to_base64(lithair::models::sha256(text)) + "'";
    BOOST_TEST(policy.find(source) != std::string::npos, source);
  }
  BOOST_TEST(docs.header("referrer-policy") == "no-referrer");
}

BOOST_AUTO_TEST_CASE(the_documentation_is_served_as_pages_that_run_nothing_of_others) {
  shop s;
  for (const auto& [path, type] : {std::pair{"/docs", "text/html; charset=utf-8"},
                                   {"/docs/models", "text/html; charset=utf-8"},
                                   {"/docs/site.css", "text/css; charset=utf-8"},
                                   {"/docs/site.js", "text/javascript; charset=utf-8"},
                                   {"/docs/search.js", "text/javascript; charset=utf-8"},
                                   {"/docs/cluster.svg", "image/svg+xml"}}) {
    const auto got = s.ask("GET", path);
    BOOST_TEST(got.status == 200, path);
    BOOST_TEST(got.header("content-type") == type, path);
    const auto policy = got.header("content-security-policy");
    BOOST_TEST(policy.find("default-src 'none'") == 0u, path);
    BOOST_TEST(policy.find("script-src 'self';") != std::string::npos, path);
    BOOST_TEST(policy.find("unsafe") == std::string::npos, path);
    BOOST_TEST(got.header("x-content-type-options") == "nosniff", path);
  }
  for (const auto* path : {"/docs/nothing", "/docs/", "/docs/models/more", "/docs/..%2fmodels"})
    BOOST_TEST(s.ask("GET", path).status == 404, path);
  BOOST_TEST(s.ask("DELETE", "/docs/models").status == 405);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace routes_test
