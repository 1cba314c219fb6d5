#include "http/exchange.hpp"
#include "http/operations.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/declaration/model_file.hpp"
#include "models/encoding/sha256.hpp"
#include "test/http/asked_site.hpp"

namespace access_test {

namespace data = boost::unit_test::data;
using namespace lithair::http;
namespace models = lithair::models;

namespace {

const std::string models_text =
    "[models.orders.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n"
    "state = { type = \"string\", optional = true, replicate = true, track_history = true }\n"
    "[models.notes.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n"
    "[projections.order_count]\nfrom = \"orders\"\nmeasures = { n = \"count\" }\n";

/// Keeps a table, and what it was asked.
struct open_office final : access_office {
  std::shared_ptr<const access_table> now;
  wish last;
  std::uint64_t revoked = 0;
  int asked = 0;
  int status = 200;

  std::shared_ptr<const access_table> table() const override { return now; }
  void list(std::function<void(outcome)> done) override {
    ++asked;
    done({status, "nobody leads", {{4, "ci", access_role::write, {"notes"}, 900, 1000, {}}}});
  }
  void make(wish of, std::function<void(outcome)> done) override {
    ++asked;
    last = of;
    done({status,
          "there are too many",
          {{5, of.name, of.role, of.collections, 900, of.seconds == 0 ? 0 : 900 + of.seconds,
            "lithair_secret"}}});
  }
  void revoke(std::uint64_t number, std::function<void(outcome)> done) override {
    ++asked;
    revoked = number;
    done({status, "it is the last one", {{number, "ci", access_role::write, {}, 900, 0, {}}}});
  }
};

struct guarded_site {
  const models::schema schema = *models::parse_model_text(models_text, "test");
  const router routes{schema};
  open_office office;
  site where{&schema, &routes, "{}"};
  mutable response last;

  guarded_site() {
    where.access = &office;
    const auto entry = [](const std::string& secret, access_role role,
                          std::vector<std::string> collections = {}) {
      return access_table::entry{models::sha256(secret), {secret, 1, role, std::move(collections)}};
    };
    office.now = std::make_shared<access_table>(
        std::vector{entry("reader", access_role::read), entry("writer", access_role::write),
                    entry("admin", access_role::admin),
                    entry("note-reader", access_role::read, {"notes"}),
                    entry("note-writer", access_role::write, {"notes"})},
        access_default::open);
  }
  /// 0: it is let in, and something is asked of the node or the office.
  int ask(method verb, const std::string& path, const std::string& token,
          std::string_view body = {}, std::string_view query = {}) const {
    auto made = test::step_of(where, verb, path, token, body, query);
    if (const auto* office_has = std::get_if<office_step>(&made)) {
      office_has->begin([this](response said) { last = std::move(said); });
      return last.status;
    }
    if (auto* said = std::get_if<response>(&made)) {
      last = std::move(*said);
      return last.status == 200 ? 0 : last.status;
    }
    last = {};
    return 0;
  }
};

constexpr const char* callers[] = {"",      "unknown",     "reader",     "writer",
                                   "admin", "note-reader", "note-writer"};

/// What each of the callers gets: 0: it is let in.
struct expectation {
  method verb;
  const char* path;
  const char* body;
  std::vector<int> statuses;  ///< in the order of `callers`
};
std::ostream& operator<<(std::ostream& out, const expectation& shown) {
  return out << static_cast<int>(shown.verb) << ' ' << shown.path;
}

constexpr auto item = R"({"id":"a"})";
const std::vector<int> reads{401, 401, 0, 0, 0, 0, 0};
const std::vector<int> reads_orders{401, 401, 0, 0, 0, 403, 403};
const std::vector<int> writes_orders{401, 401, 403, 0, 0, 403, 403};
const std::vector<int> writes_notes{401, 401, 403, 0, 0, 403, 0};
const std::vector<int> operates{401, 401, 403, 403, 0, 403, 403};
const std::vector<int> all_may(7, 0);

const std::vector<expectation> table{
    {method::get, "/api/orders", "", reads_orders},
    {method::head, "/api/orders", "", reads_orders},
    {method::get, "/api/orders/a", "", reads_orders},
    {method::get, "/api/orders/count", "", reads_orders},
    {method::get, "/api/orders/random-id", "", reads_orders},
    {method::get, "/api/orders/a/history", "", reads_orders},
    {method::get, "/api/orders/stream", "", reads_orders},
    {method::get, "/api/projections/order_count", "", reads_orders},
    {method::get, "/api/notes", "", reads},
    {method::get, "/api/notes/a", "", reads},
    {method::get, "/api/notes/stream", "", reads},
    {method::post, "/api/orders", item, writes_orders},
    {method::put, "/api/orders/a", item, writes_orders},
    {method::patch, "/api/orders/a", "{}", writes_orders},
    {method::remove, "/api/orders/a", "", writes_orders},
    {method::post, "/api/orders/_bulk", "[{\"id\":\"a\"}]", writes_orders},
    {method::post, "/api/notes", item, writes_notes},
    {method::remove, "/api/notes/a", "", writes_notes},
    {method::post, "/api/notes/_bulk", "[{\"id\":\"a\"}]", writes_notes},
    {method::post, "/api/_txn",
     R"({"operations":[{"op":"create","collection":"notes","item":{"id":"a"}}]})", writes_notes},
    {method::post, "/api/_txn",
     R"({"operations":[{"op":"create","collection":"notes","item":{"id":"a"}},)"
     R"({"op":"delete","collection":"orders","id":"b"}]})",
     writes_orders},
    {method::get, "/", "", reads},
    {method::get, "/status", "", reads},
    {method::get, "/raft/leader", "", reads},
    {method::get, "/metrics", "", reads},
    {method::get, "/openapi.json", "", reads},
    {method::get, "/docs", "", reads},
    {method::get, "/docs/models", "", reads},
    {method::get, "/docs/api", "", reads},
    {method::get, "/api/projections", "", reads},
    {method::get, "/cluster", "", operates},
    {method::get, "/cluster/members", "", operates},
    {method::remove, "/cluster/members/2", "", operates},
    {method::post, "/cluster/members/2/promote", "", operates},
    {method::post, "/cluster/members/abort", "", operates},
    {method::get, "/_admin/backup", "", operates},
    {method::post, "/_admin/snapshot", "", operates},
    {method::get, "/_admin/models", "", operates},
    {method::get, "/livez", "", all_may},
    {method::get, "/readyz", "", all_may},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_tokens, guarded_site)

BOOST_DATA_TEST_CASE(each_caller_may_do_what_its_token_says_and_nothing_else, data::make(table)) {
  for (std::size_t i = 0; i < std::size(callers); ++i) {
    BOOST_TEST(ask(sample.verb, sample.path, callers[i], sample.body) == sample.statuses[i],
               "as '" << callers[i] << "': " << last.status << ' ' << last.body);
    // RFC 9110 §15.5.2.
    BOOST_TEST(last.asks_for_token == (last.status == 401));
  }
}

// Whoever adds an endpoint says here for whom it is.
BOOST_AUTO_TEST_CASE(every_endpoint_that_reads_or_writes_is_guarded) {
  for (const auto& row : all_operations()) {
    if (row.who != caller::anyone) continue;
    const matched place{row.at, schema.find("orders"), "a"};
    // The dashboard's files are the same for each cluster; what they show is asked for.
    const bool is_open = row.at == endpoint::livez || row.at == endpoint::readyz ||
                         row.at == endpoint::certificates || row.at == endpoint::dashboard ||
                         row.at == endpoint::dashboard_file;
    const auto nobody = guest_of({}, where, 0);
    BOOST_TEST(check_guest(nobody, row, place, where).has_value() != is_open, row.id);
  }
}

BOOST_AUTO_TEST_CASE(without_tokens_all_is_as_open_as_ever) {
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::open);
  BOOST_TEST(ask(method::get, "/api/orders", "") == 0);
  BOOST_TEST(ask(method::post, "/api/orders", "", item) == 0);
  BOOST_TEST(ask(method::get, "/cluster", "") == 0);
  BOOST_TEST(ask(method::get, "/api/orders", "whatever") == 0);
}

BOOST_AUTO_TEST_CASE(guarded_nobody_may_anything_before_there_are_tokens) {
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::guarded);
  BOOST_TEST(ask(method::get, "/api/orders", "") == 401);
  BOOST_TEST(ask(method::get, "/cluster", "") == 401);
  BOOST_TEST(ask(method::post, "/_admin/tokens", "") == 401);
  BOOST_TEST(ask(method::get, "/livez", "") == 0);
}

// Else a node that joins would serve what it was sent before it knows for whom that is.
BOOST_AUTO_TEST_CASE(who_does_not_know_yet_for_whom_the_data_is_tells_nobody) {
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::unknown);
  for (const auto* path : {"/api/orders", "/api/orders/a", "/api/orders/stream",
                           "/api/projections/order_count", "/_admin/backup", "/_admin/tokens"})
    BOOST_TEST(ask(method::get, path, "") == 503, path);
  BOOST_TEST(ask(method::post, "/api/orders", "", item) == 503);
  BOOST_TEST(ask(method::post, "/cluster/members/abort", "") == 503);
  // Whom it does not serve is not to be sent here.
  BOOST_TEST(ask(method::get, "/readyz", "") == 503);
  for (const auto* path : {"/", "/livez", "/status", "/cluster", "/metrics", "/docs"})
    BOOST_TEST(ask(method::get, path, "") == 0, path);
}

BOOST_AUTO_TEST_CASE(metrics_can_be_for_all) {
  where.metrics_for_all = true;
  BOOST_TEST(ask(method::get, "/metrics", "") == 0);
  BOOST_TEST(ask(method::get, "/status", "") == 401);
}

BOOST_AUTO_TEST_CASE(the_cluster_token_opens_what_is_the_operators_as_before) {
  const bearer_token of_cluster{"a-token-for-these-tests"};
  where.cluster_token = &of_cluster;
  BOOST_TEST(ask(method::get, "/cluster", "a-token-for-these-tests") == 0);
  BOOST_TEST(ask(method::get, "/cluster", "admin") == 0);
  BOOST_TEST(ask(method::get, "/cluster", "") == 401);
  BOOST_TEST(ask(method::get, "/cluster", "writer") == 403);
  // How it stands is theirs to see, too.
  for (const auto* path : {"/status", "/metrics", "/raft/leader"})
    BOOST_TEST(ask(method::get, path, "a-token-for-these-tests") == 0, path);
  BOOST_TEST(ask(method::get, "/status", "another-token") == 401);
  // And no more than that.
  BOOST_TEST(ask(method::get, "/api/orders", "a-token-for-these-tests") == 401);
}

BOOST_AUTO_TEST_CASE(a_token_is_shown_as_a_header_and_in_no_other_way) {
  BOOST_TEST(ask(method::get, "/api/orders", "", {}, "access_token=reader") == 401);
  const auto knows = [this](std::string_view authorization) {
    const header shown{"Authorization", authorization};
    request r;
    r.headers = {&shown, 1};
    return guest_of(r, where, 0).is_known();
  };
  BOOST_TEST(knows("bearer reader"));
  BOOST_TEST(!knows("Basic reader"));
  BOOST_TEST(!knows("reader"));
}

BOOST_AUTO_TEST_CASE(who_follows_is_let_go_once_its_token_counts_no_more) {
  const auto digest = models::sha256("note-reader");
  BOOST_TEST(may_follow(office, digest, "notes"));
  BOOST_TEST(!may_follow(office, digest, "orders"));
  BOOST_TEST(!may_follow(office, models::sha256("unknown"), "notes"));
  BOOST_TEST(!may_follow(office, "", "notes"));
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::guarded);
  BOOST_TEST(!may_follow(office, digest, "notes"));
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::open);
  BOOST_TEST(may_follow(office, "", "notes"));
}

BOOST_AUTO_TEST_CASE(tokens_are_made_told_and_revoked_by_an_admin) {
  BOOST_TEST(ask(method::post, "/_admin/tokens", "admin",
                 R"({"name":"ci","role":"write","collections":["notes"],"expires_in":60})") == 201);
  BOOST_TEST(last.body == R"({"number":5,"name":"ci","role":"write","collections":["notes"],)"
                          R"("made":900,"expires":960,"token":"lithair_secret"})");
  BOOST_TEST(ask(method::post, "/_admin/tokens", "admin", R"({"name":"a","role":"admin"})") == 201);
  BOOST_TEST((office.last.role == access_role::admin));
  BOOST_TEST(office.last.seconds == 0);
  BOOST_TEST(ask(method::get, "/_admin/tokens", "admin") == 200);
  BOOST_TEST(last.body == R"({"tokens":[{"number":4,"name":"ci","role":"write",)"
                          R"("collections":["notes"],"made":900,"expires":1000}]})");
  BOOST_TEST(ask(method::remove, "/_admin/tokens/7", "admin") == 200);
  BOOST_TEST(office.revoked == 7u);
  office.asked = 0;
  for (const auto* path : {"/_admin/tokens/0", "/_admin/tokens/x", "/_admin/tokens/-1"})
    BOOST_TEST(ask(method::remove, path, "admin") == 404, path);
  for (const auto* token : {"", "writer", "reader"}) {
    const int status = *token == 0 ? 401 : 403;
    BOOST_TEST(ask(method::get, "/_admin/tokens", token) == status);
    BOOST_TEST(ask(method::post, "/_admin/tokens", token, R"({"name":"a","role":"admin"})") ==
               status);
    BOOST_TEST(ask(method::remove, "/_admin/tokens/7", token) == status);
  }
  BOOST_TEST(office.asked == 0);
  for (const int status : {404, 409, 503}) {
    office.status = status;
    BOOST_TEST(ask(method::remove, "/_admin/tokens/7", "admin") == status);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_wish_for_a_token_is_refused_in_words) {
  const std::string long_name(65, 'x');
  for (const std::string& body :
       {std::string{"[]"}, std::string{"{}"}, std::string{R"({"name":"a"})"},
        std::string{R"({"role":"read"})"}, std::string{R"({"name":"","role":"read"})"},
        std::string{R"({"name":"a\n","role":"read"})"},
        R"({"name":")" + long_name + R"(","role":"read"})",
        std::string{R"({"name":"a","role":"Root"})"},
        std::string{R"({"name":"a","role":"read","expires_in":0})"},
        std::string{R"({"name":"a","role":"read","collections":[]})"},
        std::string{R"({"name":"a","role":"read","collections":["none"]})"},
        std::string{R"({"name":"a","role":"admin","collections":["notes"]})"},
        std::string{R"({"name":"a","role":"read","more":1})"}})
    BOOST_TEST(ask(method::post, "/_admin/tokens", "admin", body) == 422, body);
  BOOST_TEST(ask(method::post, "/_admin/tokens", "admin", "{") == 400);
  BOOST_TEST(office.asked == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_test
