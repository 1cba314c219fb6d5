#include <rapidcheck.h>

#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/token_cluster.hpp"
#include "test/http/token_signer.hpp"
#include "test/models/random_rules.hpp"

/// Rules × callers × items × paths at random on three nodes, each asked at random, against the
/// evaluator of random_rules.hpp. Each world starts a cluster: how many there are is told by
/// RC_PARAMS.
namespace access_oracle_test {

using namespace lithair::test;
using namespace lithair::models::test;
using lithair::models::subject;
using lithair::models::test::truth;

namespace {

const lithair::http::test::token_signer& provider() {
  return lithair::http::test::signer_of(lithair::http::jws_algorithm::eddsa);
}

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

/// Nobody shows no token.
std::string token_of(const subject& who) {
  if (who.id.empty()) return {};
  std::string claims = R"({"iss":"https://id.example","aud":"shop","exp":)" +
                       std::to_string(::time(nullptr) + 600) + R"(,"sub":)" + in_quotes(who.id);
  if (who.has_role("staff")) claims += R"(,"groups":["staff"])";
  for (const auto& [name, values] : who.claims) {
    claims += ',' + in_quotes(name) + ":[";
    for (const auto& each : values) claims += (claims.back() == '[' ? "" : ",") + in_quotes(each);
    claims += ']';
  }
  return provider().token(claims + '}');
}

/// What became of an item, for who follows.
struct change {
  std::optional<row> before;
  std::optional<row> after;
};

/// Somebody who asks, each time at any node.
struct caller {
  subject who;
  std::string token = token_of(who);

  bool is_nobody() const { return who.id.empty(); }
  /// Nobody is asked to show a token where somebody would be refused.
  bool is(int status, int expected) const {
    return status == expected || (is_nobody() && expected >= 400 && status == 401);
  }
};

struct ruled_nodes : token_cluster {
  using token_cluster::token_cluster;

  answer ask(const caller& by, const std::string& verb, const std::string& path,
             const std::string& body = {}) const {
    return as(*rc::gen::inRange<std::size_t>(0, size()), by.token, verb, path, body);
  }
};

/// Three nodes with some collections of random rules.
struct world {
  static constexpr int most = 8;

  member_list members = any_members();
  std::vector<random_rules> rules;
  std::unique_ptr<ruled_nodes> nodes;
  caller program{{.id = "program"}};

  world() {
    std::string models = members_model_text() + "[models.members.access]\nread = \"true\"\n" +
                         "create = \"@user.id = 'program'\"\n";
    for (int i = 0; i < most; ++i)
      models += rules.emplace_back("m" + std::to_string(i), members).model_text();
    const temporary_directory files;
    std::ofstream(files.path() / "models.toml") << models;
    std::ofstream(files.path() / "keys.json") << R"({"keys":[)" << provider().jwk("1") << "]}";
    nodes = std::make_unique<ruled_nodes>(cluster_options{
        .models = (files.path() / "models.toml").string(),
        .flags = {"--jwt-keys", (files.path() / "keys.json").string(), "--jwt-issuer",
                  "https://id.example", "--jwt-audience", "shop", "--jwt-roles", "groups"}});
    nodes->start_all();
    for (std::size_t i = 0; i < nodes->size(); ++i) nodes->await_ready(i);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto made =
          nodes->ask(program, "POST", "/api/members",
                     "{\"id\":" + std::to_string(i) + ",\"who\":" + in_quotes(members[i].first) +
                         ",\"a\":" + in_quotes(members[i].second) + '}');
      RC_ASSERT(made.status == 201);
    }
  }
};

/// One collection of them, and what it holds.
struct ruled {
  const ruled_nodes& nodes;
  const random_rules& rules;
  std::map<std::string, row> rows = {};
  std::vector<change> changes = {};
  int created = 0;

  std::string path(const std::string& rest = {}) const { return "/api/" + rules.name + rest; }
  bool may_read(const subject& who, const row& of) const {
    return rules.read.holds(who, &of, nullptr) == truth::yes;
  }

  void check_create(const caller& by) {
    const auto made = any_row("k" + std::to_string(created++));
    const bool may = rules.create.holds(by.who, nullptr, &made) == truth::yes;
    const bool in_bulk = *rc::gen::arbitrary<bool>();
    const auto given = in_bulk ? nodes.ask(by, "POST", path("/_bulk"), '[' + made.json() + ']')
                               : nodes.ask(by, "POST", path(), made.json());
    RC_ASSERT(by.is(given.status, may ? 201 : 403));
    if (!may) return;
    rows.emplace(made.key, made);
    changes.push_back({std::nullopt, made});
  }

  void check_change(const caller& by) {
    if (rows.empty()) return;
    const auto old = rows.begin()->second;
    const auto now = any_row(old.key);
    if (now.json() == old.json()) return;
    const bool sees = may_read(by.who, old);
    const bool may = sees && rules.update.holds(by.who, &old, &now) == truth::yes;
    const auto given = nodes.ask(by, "PUT", path('/' + old.key), now.json());
    // What nobody like who asks can do to any item is 403, whatever is there.
    RC_ASSERT(by.is(given.status, may ? 200 : sees ? 403 : 404) || (!may && given.status == 403));
    if (!may) return;
    rows[old.key] = now;
    changes.push_back({old, now});
  }

  void check_remove(const caller& by) {
    if (rows.empty()) return;
    const auto old = rows.rbegin()->second;
    const bool sees = may_read(by.who, old);
    const bool may = sees && rules.remove.holds(by.who, &old, nullptr) == truth::yes;
    const bool in_transaction = *rc::gen::arbitrary<bool>();
    const auto given = in_transaction
                           ? nodes.ask(by, "POST", "/api/_txn",
                                       R"({"operations":[{"op":"delete","collection":")" +
                                           rules.name + R"(","id":")" + old.key + R"("}]})")
                           : nodes.ask(by, "DELETE", path('/' + old.key));
    const int done = in_transaction ? 200 : 204;
    RC_ASSERT(by.is(given.status, may ? done : sees ? 403 : 404) || (!may && given.status == 403));
    if (!may) return;
    rows.erase(old.key);
    changes.push_back({old, std::nullopt});
  }

  void check_reads(const caller& by) const {
    std::string readable;
    std::size_t count = 0;
    for (const auto& [key, each] : rows) {
      const bool may = may_read(by.who, each);
      readable += may ? key + ' ' : "";
      count += may ? 1 : 0;
      const auto is_right = [&](const answer& x) { return by.is(x.status, may ? 200 : 404); };
      const auto item = nodes.ask(by, "GET", path('/' + key));
      RC_ASSERT(is_right(item));
      RC_ASSERT(is_right(nodes.ask(by, "GET", path('/' + key + "/history"))));
      // Its version is an index at which it was there.
      const auto now = may ? std::to_string(std::stoull(item.field("etag").substr(1))) : "1";
      const auto past = nodes.ask(by, "GET", path('/' + key + "?fields=id,n&as_of=").append(now));
      RC_ASSERT(is_right(past));
    }
    for (const std::string words : {"?sort=id", "?sort=-a", "?sort=n&take=1"}) {
      const auto page = nodes.ask(by, "GET", path(words));
      if (count == 0 && by.is_nobody() && page.status == 401) continue;
      RC_ASSERT(page.status == 200);
      RC_ASSERT(number_at(page.body, "/total") == count);
      if (words != "?sort=id") continue;
      std::string found;
      for (std::size_t i = 0; i < count; ++i)
        found += json_at(page.body, "/data/" + std::to_string(i) + "/id") + ' ';
      RC_ASSERT(found == readable);
    }
    const auto counted = nodes.ask(by, "GET", path("/count"));
    RC_ASSERT(by.is(counted.status, count == 0 ? counted.status : 200));
    RC_ASSERT(counted.status != 200 || number_at(counted.body, "/count") == count);
    const auto any = nodes.ask(by, "GET", path("/random-id"));
    RC_ASSERT(by.is(any.status, count == 0 ? 404 : 200));
    RC_ASSERT(count == 0 || readable.find(json_at(any.body, "/id") + ' ') != std::string::npos);
  }

  /// All that has happened, as who follows from the beginning is told it.
  void check_stream(const caller& by, const std::string& begin) const {
    event_source told(nodes.port(*rc::gen::inRange<std::size_t>(0, nodes.size())), path("/stream"),
                      begin, by.token);
    if (told.status() == 403) {
      RC_ASSERT(rules.read.text.find("exists(") != std::string::npos);
      return;
    }
    RC_ASSERT(told.opened() || (by.is_nobody() && told.status() == 401));
    for (const auto& each : changes) {
      const bool before = each.before && may_read(by.who, *each.before);
      const bool after = each.after && may_read(by.who, *each.after);
      if (!before && !after) continue;
      RC_ASSERT(told.opened());
      const auto event = told.next(cluster::patience);
      RC_ASSERT(event.has_value());
      RC_ASSERT(event->type == (!after ? "delete" : !each.before ? "create" : "update"));
      RC_ASSERT(json_at(event->data, "/id") == (each.after ? *each.after : *each.before).key);
      if (after) RC_ASSERT(json_at(event->data, "/tags") == json_at(each.after->json(), "/tags"));
    }
  }
};

void check_world() {
  const world all;
  for (const auto& rules : all.rules) {
    ruled some{*all.nodes, rules};
    for (int i = 0; i < 4; ++i) {
      const caller by{any_caller()};
      // Of nobody nothing else is known.
      if (by.is_nobody() && !(by.who.roles.empty() && by.who.claims.empty())) continue;
      some.check_create(by);
      some.check_create(by);
      some.check_change(by);
      some.check_remove(by);
      some.check_create(by);
      some.check_reads(by);
    }
    const caller other{any_caller(false)};
    some.check_reads(other);
    some.check_stream(other, "1");
    some.check_stream({subject{}}, "1");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_access_oracle)

BOOST_AUTO_TEST_CASE(at_each_node_each_path_does_for_each_caller_what_the_words_of_the_rules_say) {
  BOOST_TEST(rc::check(check_world));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_oracle_test
