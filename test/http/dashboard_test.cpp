#include "http/dashboard_files.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/access.hpp"
#include "http/live_view.hpp"
#include "models/encoding/sha256.hpp"
#include "test/http/served.hpp"

namespace dashboard_test {

using namespace lithair::http;
using namespace lithair::http::test;
namespace json = boost::json;
namespace models = lithair::models;

namespace {

constexpr auto live = "/_admin/live";
constexpr auto policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' "
    "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string path_of(const dashboard_file& file) {
  return file.name == dashboard_index ? "/_admin" : "/_admin/" + std::string{file.name};
}

/// Whose tokens may change while somebody asks; it makes none.
class office final : public access_office {
 public:
  void count(std::vector<std::string> admins) {
    std::vector<access_table::entry> all;
    for (const auto& each : admins)
      all.emplace_back(models::sha256(each), access_token{each, 1, access_role::admin, {}});
    const std::scoped_lock lock{mutex_};
    now_ = std::make_shared<const access_table>(std::move(all), access_default::guarded);
  }
  std::shared_ptr<const access_table> table() const override {
    const std::scoped_lock lock{mutex_};
    return now_;
  }
  void list(std::function<void(outcome)>) override {}
  void make(wish, std::function<void(outcome)>) override {}
  void revoke(std::uint64_t, std::function<void(outcome)>) override {}

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const access_table> now_;
};

/// A server that asks for the token "boss".
struct guarded {
  std::shared_ptr<office> tokens = std::make_shared<office>();
  server_options options;
  std::unique_ptr<served> server;

  guarded() {
    tokens->count({"boss"});
    options.access = tokens;
    server = std::make_unique<served>(options);
  }
  reply ask(std::string_view target, std::string_view headers = {}) {
    return client{server->port()}.ask("GET", target, headers);
  }
};

const std::string boss = "Authorization: Bearer boss\r\n";

reply open(client& c, std::string_view headers = {}) {
  c.send(request_text("GET", live, headers));
  auto head = c.read(true);
  BOOST_REQUIRE(head);
  return *head;
}

/// The next sample of a stream that has begun.
json::value sample(client& c) {
  const auto text = c.read_until("\n\n");
  const std::string_view begin = "event: sample\ndata: ";
  const auto at = text.find(begin);
  BOOST_REQUIRE(at != std::string::npos);
  const auto from = at + begin.size();
  return json::parse(text.substr(from, text.size() - 2 - from));
}

std::int64_t requests(const json::value& of) {
  return of.at("counters").at("requests").to_number<std::int64_t>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dashboard)

BOOST_AUTO_TEST_CASE(the_page_and_its_files_may_do_no_more_than_they_need) {
  served s;
  BOOST_REQUIRE(!dashboard_files().empty());
  for (const auto& each : dashboard_files()) {
    const auto answer = client{s.port()}.ask("GET", path_of(each));
    BOOST_TEST_CONTEXT(each.name) {
      BOOST_TEST(answer.status == 200);
      BOOST_TEST(answer.body == each.content.text());
      BOOST_TEST(answer.header("content-type") == each.type);
      BOOST_TEST(answer.header("content-security-policy") == policy);
      BOOST_TEST(answer.header("referrer-policy") == "no-referrer");
      BOOST_TEST(answer.header("x-content-type-options") == "nosniff");
      BOOST_TEST(answer.header("cache-control") == "no-cache");
      BOOST_TEST(answer.header("etag") == '"' + std::string{each.tag} + '"');
      BOOST_TEST(client{s.port()}.ask("HEAD", path_of(each)).status == 200);
    }
  }
}

BOOST_AUTO_TEST_CASE(who_has_a_file_is_not_sent_it_again) {
  served s;
  const auto tag = client{s.port()}.ask("GET", "/_admin/app.js").header("etag");
  const auto with = [&s](const std::string& tags) {
    return client{s.port()}.ask("GET", "/_admin/app.js", "If-None-Match: " + tags + "\r\n");
  };
  for (const auto& each : {tag, "W/" + tag, "\"other\", " + tag, std::string{"*"}}) {
    const auto answer = with(each);
    BOOST_TEST(answer.status == 304);
    BOOST_TEST(answer.body.empty());
    BOOST_TEST(answer.header("etag") == tag);
    BOOST_TEST(answer.header("content-security-policy") == policy);
  }
  for (const auto& each : {std::string{"\"other\""}, tag.substr(0, 9) + '"', std::string{","}})
    BOOST_TEST(with(each).status == 200);
}

// What it forbids must not be needed.
BOOST_AUTO_TEST_CASE(the_page_has_no_script_and_no_style_within_it) {
  const auto page = find_dashboard_file(dashboard_index)->content.text();
  BOOST_REQUIRE(!page.empty());
  for (const std::string_view each :
       {"<style", "style=", "onclick", "onload", "javascript:", "http://", "https://"})
    // The name of SVG is none of an address.
    if (const auto at = page.find(each); at != std::string_view::npos)
      BOOST_TEST(page.substr(at).starts_with("http://www.w3.org/2000/svg"));
  BOOST_TEST(page.find("<script>") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_of_it_leads_nowhere) {
  served s;
  for (const auto* each :
       {"/_admin/", "/_admin/index.html", "/_admin/embed.cmake", "/_admin/none.js",
        "/_admin/app.js/x", "/_admin/%2e%2e/status", "/_admin//app.js"})
    BOOST_TEST(client{s.port()}.ask("GET", each).status == 404);
  for (const auto* each : {"/_admin", "/_admin/app.js", live}) {
    const auto answer = client{s.port()}.ask("POST", each, "", "{}");
    BOOST_TEST(answer.status == 405);
    BOOST_TEST(answer.header("allow") == "GET, HEAD, OPTIONS");
  }
}

BOOST_AUTO_TEST_CASE(the_files_are_for_everybody_and_what_they_show_is_not) {
  guarded s;
  for (const auto& each : dashboard_files()) BOOST_TEST(s.ask(path_of(each)).status == 200);
  BOOST_TEST(s.ask("/_admin", "Authorization: Bearer wrong\r\n").status == 200);
  BOOST_TEST(s.ask(live).status == 401);
  BOOST_TEST(s.ask(live, "Authorization: Bearer wrong\r\n").status == 401);
  BOOST_TEST(s.ask("/status").status == 401);
  client c{s.server->port()};
  BOOST_TEST(open(c, boss).status == 200);
}

BOOST_AUTO_TEST_CASE(a_page_is_told_how_the_node_stands_again_and_again) {
  served s;
  client c{s.port()};
  const auto head = open(c);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-type") == "text/event-stream");
  BOOST_TEST(head.header("cache-control") == "no-cache, no-transform");
  const auto first = sample(c);
  BOOST_TEST(first.at("status").at("node_id").to_number<int>() == 1);
  BOOST_TEST(first.at("status").at("role").as_string() == "leader");
  for (const auto& each : first.at("histograms").as_object()) {
    const auto& of = each.value();
    BOOST_TEST(of.at("counts").as_array().size() == of.at("bounds").as_array().size() + 1);
  }
  for (int i = 0; i < 3; ++i) client{s.port()}.ask("GET", "/api/products");
  client{s.port()}.ask("GET", "/livez");
  // What was asked for data counts, and nothing else.
  auto next = sample(c);
  BOOST_TEST(requests(next) == requests(first) + 3);
  BOOST_TEST(next.at("at_us").to_number<std::int64_t>() >
             first.at("at_us").to_number<std::int64_t>());
}

BOOST_AUTO_TEST_CASE(samples_come_behind_earlier_answers_and_without_chunks_in_http_1_0) {
  served s;
  client c{s.port()};
  c.send(request_text("GET", "/status") + request_text("GET", live));
  BOOST_TEST(c.read()->status == 200);
  BOOST_TEST(c.read(true)->status == 200);
  sample(c);
  client old{s.port()};
  old.send("GET /_admin/live HTTP/1.0\r\n\r\n");
  const auto text = old.read_until("\n\n");
  BOOST_TEST(text.find("chunked") == std::string::npos);
  const auto head = client{s.port()}.ask("HEAD", live);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("content-type") == "text/event-stream");
}

BOOST_AUTO_TEST_CASE(samples_end_when_the_token_counts_no_more) {
  guarded s;
  client c{s.server->port()};
  BOOST_REQUIRE(open(c, boss).status == 200);
  sample(c);
  s.tokens->count({"another"});
  const auto rest = c.read_until("0\r\n\r\n");
  BOOST_TEST(rest.find(": The token does not count any more.\n\n") != std::string::npos);
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(samples_are_for_operators) {
  served s;
  BOOST_TEST(client{s.port()}.ask("GET", live, "Via: 1.1 proxy\r\n").status == 403);
  BOOST_TEST(client{s.port()}.ask("GET", std::string{live} + "?fast=true").status == 400);
}

BOOST_AUTO_TEST_CASE(a_node_that_stops_ends_samples) {
  for (const bool leaves : {false, true}) {
    served s;
    client c{s.port()};
    BOOST_REQUIRE(open(c).status == 200);
    sample(c);
    if (leaves)
      s.server().leave();
    else
      s.server().drain(0);
    BOOST_TEST(c.read_until("0\r\n\r\n").find(": The node is stopping.") != std::string::npos);
    BOOST_TEST(c.ended());
  }
}

BOOST_AUTO_TEST_CASE(few_pages_look_at_a_node_at_one_time) {
  served s;
  std::vector<std::unique_ptr<client>> all;
  for (std::size_t i = 0; i < live_view::most; ++i) {
    all.push_back(std::make_unique<client>(s.port()));
    BOOST_REQUIRE(open(*all.back()).status == 200);
  }
  BOOST_TEST(client{s.port()}.ask("GET", live).status == 503);
  // Whoever goes makes room, once the node has seen it.
  all.clear();
  BOOST_TEST(s.deserted());
  client c{s.port()};
  BOOST_TEST(open(c).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dashboard_test
