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

#include "models/command/command.hpp"
#include "models/declaration/model_file.hpp"
#include "models/encoding/sha256.hpp"
#include "test/http/asked_site.hpp"

namespace access_rules_routes_test {

namespace data = boost::unit_test::data;
using namespace lithair::http;
namespace models = lithair::models;

namespace {

const std::string models_text = R"toml(
[models.orders.access]
read   = "customer = @user.id or role(clerk)"
create = "customer = @user.id"
[models.orders.fields]
id       = { type = "string", primary_key = true, replicate = true }
customer = { type = "string", replicate = true, track_history = true }
[models.posts.access]
read = "true"
[models.posts.fields]
id = { type = "string", primary_key = true, replicate = true }
[models.notes.fields]
id = { type = "string", primary_key = true, replicate = true }
[projections.order_count]
from = "orders"
measures = { n = "count" }
)toml";

struct some_tokens final : access_office {
  std::shared_ptr<const access_table> now;

  std::shared_ptr<const access_table> table() const override { return now; }
  void list(std::function<void(outcome)>) override {}
  void make(wish, std::function<void(outcome)>) override {}
  void revoke(std::uint64_t, std::function<void(outcome)>) override {}
};

/// Knows one token.
struct some_people final : identity_office {
  tl::expected<std::shared_ptr<const identity>, std::string> identify(std::string_view token,
                                                                      std::int64_t) override {
    if (token != "ann.ann.ann") return tl::make_unexpected("The token has expired.");
    return std::make_shared<const identity>(identity{{"ann", {"buyer"}, {}}, 900});
  }
};

struct ruled_site {
  const models::schema schema = *models::parse_model_text(models_text, "test");
  const router routes{schema};
  some_tokens office;
  some_people people;
  site where{&schema, &routes, "{}"};
  mutable response last;
  mutable step next;

  ruled_site() {
    where.access = &office;
    where.identities = &people;
    const auto entry = [](const std::string& secret, access_role role, std::string own = {}) {
      access_token made{secret, 1, role, {}};
      made.own_role = std::move(own);
      return access_table::entry{models::sha256(secret), std::move(made)};
    };
    office.now = std::make_shared<access_table>(
        std::vector{entry("reader", access_role::read), entry("clerk", access_role::own, "clerk"),
                    entry("writer", access_role::write), entry("admin", access_role::admin)},
        access_default::open);
  }
  int ask(method verb, const std::string& path, const std::string& token,
          std::string_view body = {}) const {
    next = test::step_of(where, verb, path, token, body);
    auto* said = std::get_if<response>(&next);
    last = said == nullptr ? response{} : std::move(*said);
    return said == nullptr || last.status == 200 ? 0 : last.status;
  }
};

constexpr const char* callers[] = {"",       "unknown", "reader",      "clerk",
                                   "writer", "admin",   "ann.ann.ann", "old.old.old"};

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

constexpr auto order = R"({"id":"a","customer":"ann"})";
constexpr auto both = R"({"operations":[
    {"op":"create","collection":"orders","item":{"id":"a","customer":"ann"}},
    {"op":"create","collection":"notes","item":{"id":"a"}}]})";
constexpr auto one = R"({"operations":[
    {"op":"create","collection":"orders","item":{"id":"a","customer":"ann"}}]})";

const std::vector<int> by_rules{401, 401, 0, 0, 0, 0, 0, 401};
const std::vector<int> public_ones{0, 401, 0, 0, 0, 0, 0, 401};
const std::vector<int> admins_alone{401, 401, 403, 403, 403, 0, 403, 401};
const std::vector<int> by_role{401, 401, 0, 403, 0, 0, 403, 401};

const std::vector<expectation> table{
    {method::get, "/api/orders", "", by_rules},
    {method::get, "/api/orders/a", "", by_rules},
    {method::get, "/api/orders/count", "", by_rules},
    {method::get, "/api/orders/random-id", "", by_rules},
    {method::get, "/api/orders/a/history", "", by_rules},
    {method::get, "/api/orders/stream", "", by_rules},
    {method::get, "/api/projections/order_count", "", {401, 401, 403, 0, 403, 0, 403, 401}},
    {method::get, "/api/posts", "", public_ones},
    {method::get, "/api/posts/a", "", public_ones},
    {method::get, "/api/posts/stream", "", public_ones},
    {method::post, "/api/posts", R"({"id":"a"})", admins_alone},
    {method::put, "/api/posts/a", R"({"id":"a"})", admins_alone},
    {method::remove, "/api/posts/a", "", admins_alone},
    {method::post, "/api/orders", order, {401, 401, 403, 0, 0, 0, 0, 401}},
    {method::post, "/api/orders/_bulk", "[]", {401, 401, 403, 0, 0, 0, 0, 401}},
    {method::post, "/api/posts/_bulk", "[]", admins_alone},
    {method::post, "/api/_txn", R"({"operations":[]})", {401, 401, 403, 403, 0, 0, 403, 401}},
    {method::patch, "/api/orders/a", "{}", admins_alone},
    {method::remove, "/api/orders/a", "", admins_alone},
    {method::post, "/api/_txn", one, {401, 401, 403, 0, 0, 0, 0, 401}},
    {method::post, "/api/_txn", both, {401, 401, 403, 403, 0, 0, 403, 401}},
    {method::get, "/api/notes", "", by_role},
    {method::post, "/api/notes", R"({"id":"a"})", {401, 401, 403, 403, 0, 0, 403, 401}},
    {method::get, "/status", "", by_role},
    {method::get, "/metrics", "", by_role},
    {method::get, "/openapi.json", "", {401, 401, 0, 0, 0, 0, 0, 401}},
    {method::get, "/docs", "", {401, 401, 0, 0, 0, 0, 0, 401}},
    {method::get, "/docs/api", "", {401, 401, 0, 0, 0, 0, 0, 401}},
    {method::get, "/cluster", "", admins_alone},
    {method::get, "/_admin/backup", "", admins_alone},
    {method::get, "/livez", "", std::vector<int>(8, 0)},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_rules_routes, ruled_site)

BOOST_DATA_TEST_CASE(each_caller_may_try_what_rules_or_its_role_let_it, data::make(table)) {
  for (std::size_t i = 0; i < std::size(callers); ++i) {
    BOOST_TEST(ask(sample.verb, sample.path, callers[i], sample.body) == sample.statuses[i],
               "as '" << callers[i] << "': " << last.status << ' ' << last.body);
    BOOST_TEST(last.asks_for_token == (last.status == 401));
  }
}

BOOST_AUTO_TEST_CASE(commands_tell_who_asked_and_what_rules_let_them_do) {
  const auto made = [this](const std::string& token) {
    BOOST_REQUIRE(ask(method::post, "/api/orders", token, order) == 0);
    return std::get<write_step>(next).command;
  };
  const auto by_ann = made("ann.ann.ann");
  BOOST_TEST(models::read_command(by_ann)->by == "ann");
  BOOST_TEST(!models::read_command(by_ann)->rights.empty());
  const auto by_admin = made("admin");
  BOOST_TEST(models::read_command(by_admin)->by == "admin");
  BOOST_TEST(models::read_command(by_admin)->rights.empty());
  // Nobody has to show anything: it is as it was before there were rules.
  office.now =
      std::make_shared<access_table>(std::vector<access_table::entry>{}, access_default::open);
  where.identities = nullptr;
  const auto open = made("");
  BOOST_TEST(models::read_command(open)->by == "");
  BOOST_TEST(models::read_command(open)->rights.empty());
}

BOOST_AUTO_TEST_CASE(a_stream_is_for_whom_it_was_opened) {
  BOOST_REQUIRE(ask(method::get, "/api/posts/stream", "") == 0);
  BOOST_TEST(std::get<stream_step>(next).for_all);
  BOOST_REQUIRE(ask(method::get, "/api/posts/stream", "ann.ann.ann") == 0);
  BOOST_TEST(std::get<stream_step>(next).named->expires == 900);
  BOOST_TEST(!std::get<stream_step>(next).for_all);
  BOOST_REQUIRE(ask(method::get, "/api/posts/stream", "reader") == 0);
  BOOST_TEST(!std::get<stream_step>(next).named);
}

BOOST_AUTO_TEST_CASE(why_a_token_does_not_count_is_told) {
  BOOST_TEST(ask(method::get, "/api/posts", "old.old.old") == 401);
  BOOST_TEST(last.body.find("The token has expired.") != std::string::npos, last.body);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_rules_routes_test
