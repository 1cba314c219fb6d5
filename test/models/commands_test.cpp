#include <boost/test/unit_test.hpp>

#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace commands_test {

namespace {

constexpr std::string_view bank = R"(
[models.accounts.fields]
id      = { type = "string", primary_key = true, replicate = true }
balance = { type = "money", replicate = true, default = "0", merge = "add", validate = { min = "0" } }
owner   = { type = "string", replicate = true, optional = true, references = "owners", on_delete = "restrict" }
backup  = { type = "string", replicate = true, optional = true, references = "owners", on_delete = "set_null" }
[models.owners.fields]
id   = { type = "string", primary_key = true, replicate = true }
name = { type = "string", replicate = true, unique = true, optional = true }
boss = { type = "string", replicate = true, optional = true, references = "owners", on_delete = "cascade" }
)";

struct bank_fixture : service_fixture {
  bank_fixture() : service_fixture(bank) {}

  std::string count(std::string_view name) const {
    return member(ask(query::kind::count, name).body, "count");
  }
  std::string balance(std::string_view key) const {
    return member(get("accounts", key).body, "balance");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands, bank_fixture)

BOOST_AUTO_TEST_CASE(a_bulk_creates_all_or_none) {
  const auto made = bulk("owners", R"([{"id":"a","name":"x"},{"id":"b"},{"id":"c","boss":"a"}])");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body == R"([{"id":"a","name":"x"},{"id":"b"},{"id":"c","boss":"a"}])");
  BOOST_TEST(index() == 1u);
  BOOST_TEST(get("owners", "c").version == 1u);
  const auto within = bulk("owners", R"([{"id":"d","name":"y"},{"id":"e","name":"y"}])");
  BOOST_TEST(within.status == 409);
  BOOST_TEST(errors_in(within) == "[1].name:unique");
  BOOST_TEST(errors_in(bulk("owners", R"([{"id":"f"},{"id":"f"}])")) == "[1].id:exists");
  BOOST_TEST(errors_in(bulk("owners", R"([{"id":"f"},{"id":7},{"nope":1}])")) ==
             "[1].id:type [2].nope:unknown [2].id:required");
  BOOST_TEST(bulk("owners", R"({"id":"f"})").status == 422);
  BOOST_TEST(bulk("owners", "[").status == 400);
  BOOST_TEST(bulk("owners", "[]").body == "[]");
  BOOST_TEST(count("owners") == "3");
}

BOOST_AUTO_TEST_CASE(a_transaction_spans_collections_and_is_one_entry) {
  const auto made = transact(R"({"operations":[
    {"op":"create","collection":"owners","item":{"id":"o"}},
    {"op":"create","collection":"accounts","id":"x","item":{"owner":"o","balance":"10.00"}},
    {"op":"create","collection":"accounts","item":{"id":"y"}},
    {"op":"patch","collection":"accounts","id":"x","item":{"balance":"-2.5"}},
    {"op":"patch","collection":"accounts","id":"y","item":{"balance":"2.5"}},
    {"op":"delete","collection":"accounts","id":"y"}]})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(index() == 1u);
  BOOST_TEST(member(made.body, "index") == "1");
  BOOST_TEST(member(made.body, "results")
                 .starts_with(R"([{"status":201,"version":1,"item":{"id":"o"}},)"));
  BOOST_TEST(
      member(made.body, "results")
          .ends_with(
              R"({"status":200,"version":1,"item":{"id":"y","balance":"2.5"}},{"status":204}])"));
  BOOST_TEST(balance("x") == "\"7.50\"");
  BOOST_TEST(get("accounts", "y").status == 404);
}

BOOST_AUTO_TEST_CASE(a_refused_transaction_leaves_nothing_and_names_the_operation) {
  post("accounts", R"({"id":"x","balance":"1"})");
  post("accounts", R"({"id":"y"})");
  const auto transfer = [this](const std::string& amount, const std::string& also) {
    return transact(
        R"({"operations":[{"op":"patch","collection":"accounts","id":"y","item":{"balance":")" +
        amount + R"("}},{"op":"patch","collection":"accounts","id":"x","item":{"balance":"-)" +
        amount + "\"}" + also + "}]}");
  };
  const auto poor = transfer("1.01", "");
  BOOST_TEST(poor.status == 422);
  BOOST_TEST(errors_in(poor) == "operations[1].balance:min");
  BOOST_TEST(balance("y") == "\"0\"");
  const auto stale = transfer("1", ",\"if_version\":9");
  BOOST_TEST(stale.status == 412);
  BOOST_TEST(errors_in(stale) == "operations[1]:precondition_failed");
  BOOST_TEST(transfer("1", ",\"if_version\":1").status == 200);
  BOOST_TEST(balance("y") == "\"1\"");
  BOOST_TEST(balance("x") == "\"0\"");
}

BOOST_AUTO_TEST_CASE(malformed_transactions_never_reach_the_log) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"operations":[{"op":"drop","collection":"accounts","id":"x"}]})",
       "operations[0].op:required"},
      {R"({"operations":[{"op":"delete","collection":"none","id":"x"}]})",
       "operations[0].collection:required"},
      {R"({"operations":[{"op":"delete","collection":"accounts"}]})", "operations[0].id:required"},
      {R"({"operations":[{"op":"delete","collection":"accounts","id":"x","item":{}}]})",
       "operations[0].item:unknown"},
      {R"({"operations":[{"op":"patch","collection":"accounts","id":"x"}]})",
       "operations[0].item:required"},
      {R"({"operations":[{"op":"patch","collection":"accounts","id":"x","item":{"z":1},"y":2}]})",
       "operations[0].y:unknown"},
      {R"({"operations":[{"op":"patch","collection":"accounts","id":"x","item":{"z":1}}]})",
       "operations[0].z:unknown"},
      {R"({"operations":[{"op":"create","collection":"accounts","id":"x","item":{"id":"y"}}]})",
       "operations[0].id:immutable"},
      {R"({"operations":[7]})", "operations[0]:type"},
      {R"({"operations":{}})", ":type"},
      {R"({"ops":[]})", ":type"},
  };
  for (const auto& [body, expected] : cases) {
    const auto made = transact(body);
    BOOST_TEST(made.status == 422, body);
    BOOST_TEST(errors_in(made) == expected);
  }
  BOOST_TEST(transact("{").status == 400);
  std::string many = "{\"operations\":[";
  for (int i = 0; i < 10'001; ++i) {
    many += std::string(i == 0 ? "" : ",") + R"({"op":"delete","collection":"accounts","id":"x"})";
  }
  BOOST_TEST(errors_in(transact(many + "]}")) == "operations:max_length");
  BOOST_TEST(index() == 0u);
}

BOOST_AUTO_TEST_CASE(references_must_have_a_target) {
  BOOST_TEST(errors_in(post("accounts", R"({"id":"x","owner":"o"})")) == "owner:reference");
  BOOST_TEST(post("owners", R"({"id":"o","boss":"o"})").status == 201);
  BOOST_TEST(post("accounts", R"({"id":"x","owner":"o"})").status == 201);
  BOOST_TEST(patch("accounts", "x", R"({"backup":"p"})").status == 422);
  BOOST_TEST(put("accounts", "x", R"({"owner":"p"})").status == 422);
}

BOOST_AUTO_TEST_CASE(deleting_a_target_follows_the_rule_of_each_reference) {
  bulk("owners",
       R"([{"id":"a"},{"id":"b","boss":"a"},{"id":"c","boss":"b"},{"id":"d","boss":"c"}])");
  post("accounts", R"({"id":"x","owner":"c","backup":"d"})");
  const auto refused = remove("owners", "a");
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(errors_in(refused) == "owner:referenced");
  BOOST_TEST(count("owners") == "4");
  BOOST_TEST(patch("accounts", "x", R"({"owner":null})").status == 200);
  BOOST_TEST(remove("owners", "a").status == 204);
  BOOST_TEST(count("owners") == "0");
  const auto left = get("accounts", "x");
  BOOST_TEST(left.body == R"({"id":"x","balance":"0"})");
  BOOST_TEST(left.version == index());
}

BOOST_AUTO_TEST_CASE(rings_of_references_can_be_deleted) {
  post("owners", R"({"id":"a"})");
  post("owners", R"({"id":"b","boss":"a"})");
  patch("owners", "a", R"({"boss":"b"})");
  BOOST_TEST(remove("owners", "b").status == 204);
  BOOST_TEST(count("owners") == "0");
}

BOOST_AUTO_TEST_CASE(a_deletion_of_too_many_is_refused_whole) {
  post("owners", R"({"id":"a"})");
  for (int part = 0; part < 2; ++part) {
    std::string many = "[";
    for (int i = 0; i < 5'001; ++i) {
      many += std::string(i == 0 ? "" : ",") + "{\"id\":\"" + std::to_string(part * 10'000 + i) +
              "\",\"boss\":\"a\"}";
    }
    BOOST_TEST(bulk("owners", many + "]").status == 201);
  }
  BOOST_TEST(remove("owners", "a").status == 409);
  BOOST_TEST(count("owners") == "10003");
}

BOOST_AUTO_TEST_CASE(the_same_request_under_one_key_has_one_effect_and_one_answer) {
  const auto write_with = [this](operation op, std::string key, std::string_view body,
                                 std::string_view token) {
    return write({op, find("accounts"), std::move(key), body, {}, token});
  };
  const auto first = write_with(operation::create, "", R"({"id":"x","balance":"5"})", "k1");
  const auto again = write_with(operation::create, "", R"({"id":"x","balance":"5"})", "k1");
  BOOST_TEST(!first.replayed);
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(again.version == first.version);
  BOOST_TEST(again.location == first.location);
  const auto other_body = write_with(operation::create, "", R"({"id":"z"})", "k1");
  BOOST_TEST(other_body.status == 422);
  BOOST_TEST(member(other_body.body, "error") == "\"idempotency_key_reused\"");
  // Another method is another scope.
  BOOST_TEST(write_with(operation::patch, "x", R"({"balance":"1"})", "k1").status == 200);
  BOOST_TEST(write_with(operation::patch, "x", R"({"balance":"1"})", "k1").status == 200);
  BOOST_TEST(balance("x") == "\"6\"");
  // A refusal is an answer too.
  BOOST_TEST(write_with(operation::remove, "none", "", "k2").status == 404);
  post("accounts", R"({"id":"none"})");
  BOOST_TEST(write_with(operation::remove, "none", "", "k2").status == 404);
  BOOST_TEST(get("accounts", "none").status == 200);
}

BOOST_AUTO_TEST_CASE(bulks_and_transactions_are_answered_once_too) {
  BOOST_TEST(bulk("owners", R"([{"id":"a"}])", "k").status == 201);
  BOOST_TEST(bulk("owners", R"([{"id":"a"}])", "k").status == 201);
  const auto body =
      R"({"operations":[{"op":"create","collection":"accounts","item":{"id":"x","balance":"3"}}]})";
  const auto first = transact(body, "k");
  const auto again = transact(body, "k");
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.body == first.body);
}

BOOST_AUTO_TEST_CASE(answers_expire_by_the_time_of_the_log) {
  const std::int64_t day = 24LL * 3600 * 1'000'000;
  const auto add = [this](std::string_view token) {
    return write({operation::patch, find("accounts"), "x", R"({"balance":"1"})", {}, token})
        .replayed;
  };
  post("accounts", R"({"id":"x"})");
  BOOST_TEST(!add("k"));
  time_us += day - 10'000;
  BOOST_TEST(add("k"));
  time_us += 10'000;
  BOOST_TEST(!add("k"));
  BOOST_TEST(add("k"));
  // A clock that went back changes nothing.
  time_us -= 3 * day;
  BOOST_TEST(add("k"));
  BOOST_TEST(!add("l"));
  BOOST_TEST(add("l"));
  BOOST_TEST(balance("x") == "\"3\"");
  // What expired is forgotten: one answer, its expiry, and the clock are left.
  time_us += 9 * day;
  add("m");
  std::string kinds;
  for (const auto& [key, bytes] : items_and_what_follows()) {
    kinds += key.front();
  }
  BOOST_TEST(kinds == "aenrt");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(merging)

BOOST_AUTO_TEST_CASE(a_patch_combines_by_the_rule_of_the_field) {
  service_fixture node(R"([models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
sum = { type = "integer", optional = true, replicate = true, merge = "add", validate = { max = 100 } }
real = { type = "number", optional = true, replicate = true, merge = "add" }
top = { type = "timestamp", optional = true, replicate = true, merge = "max" }
low = { type = "money", optional = true, replicate = true, merge = "min" }
set = { type = "list<string>", optional = true, replicate = true, merge = "union", validate = { max_length = 3 } }
log = { type = "list<integer>", optional = true, replicate = true, merge = "append" }
doc = { type = "json", optional = true, replicate = true }
big = { type = "integer", optional = true, replicate = true, merge = "add" }
)");
  node.post("m", R"({"id":1})");
  const auto patched = [&node](const std::string& name, const std::string& json) {
    const auto made = node.patch("m", "1", "{\"" + name + "\":" + json + "}");
    return made.status == 200 ? member(made.body, name) : errors_in(made);
  };
  BOOST_TEST(patched("sum", "40") == "40");
  BOOST_TEST(patched("sum", "40") == "80");
  BOOST_TEST(patched("sum", "40") == "sum:max");
  BOOST_TEST(patched("sum", "-90") == "-10");
  BOOST_TEST(patched("sum", "null") == "");
  BOOST_TEST(patched("big", "9223372036854775807") == "9223372036854775807");
  BOOST_TEST(patched("big", "1") == "big:overflow");
  BOOST_TEST(patched("real", "1e308") == "1E308");
  BOOST_TEST(patched("real", "1e308") == "real:overflow");
  BOOST_TEST(patched("top", "\"2026-01-02T00:00:00Z\"") == "\"2026-01-02T00:00:00Z\"");
  BOOST_TEST(patched("top", "\"2026-01-01T00:00:00Z\"") == "\"2026-01-02T00:00:00Z\"");
  BOOST_TEST(patched("low", "\"2.50\"") == "\"2.50\"");
  BOOST_TEST(patched("low", "\"2.5\"") == "\"2.50\"");
  BOOST_TEST(patched("low", "\"2.4\"") == "\"2.4\"");
  BOOST_TEST(patched("set", R"(["a","b"])") == R"(["a","b"])");
  BOOST_TEST(patched("set", R"(["b","c","b"])") == R"(["a","b","c"])");
  BOOST_TEST(patched("set", R"(["d"])") == "set:max_length");
  BOOST_TEST(patched("log", "[1,2]") == "[1,2]");
  BOOST_TEST(patched("log", "[2]") == "[1,2,2]");
  BOOST_TEST(patched("doc", R"({"a":{"b":1,"c":null}})") == R"({"a":{"b":1}})");
  BOOST_TEST(patched("doc", R"({"a":{"d":2,"b":null},"e":[null]})") ==
             R"({"a":{"d":2},"e":[null]})");
  BOOST_TEST(patched("doc", "7") == "7");
  BOOST_TEST(node.put("m", "1", R"({"sum":3})").body == R"({"id":1,"sum":3})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace commands_test
}  // namespace lithair::models
