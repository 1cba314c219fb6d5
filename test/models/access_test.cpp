#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/command/command.hpp"
#include "models/derived/feed.hpp"
#include "models/query/stream.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace access_test {

namespace {

constexpr std::string_view shop = R"toml(
[models.orders.access]
read   = "role(staff) or customer = @user.id"
create = "@user and (customer = @user.id or role(staff))"
update = "role(staff) or (customer = @user.id and state = 'draft' and @new.customer = customer)"
delete = "role(staff)"
[models.orders.fields]
id       = { type = "string", primary_key = true, replicate = true }
customer = { type = "string", replicate = true, indexed = true, track_history = true }
state    = { type = "enum", values = ["draft", "sent"], replicate = true, default = "draft", track_history = true }
code     = { type = "string", replicate = true, optional = true, unique = true }
margin   = { type = "integer", replicate = true, optional = true, track_history = true, access = { read = "role(staff)", update = "role(staff)" } }
pin      = { type = "string", replicate = true, optional = true, access = { read = "role(staff)" } }
made_by  = { type = "string", replicate = true, set = "@user.id" }
made_at  = { type = "timestamp", replicate = true, set = "@now" }
changed  = { type = "timestamp", replicate = true, set_on_update = "@now" }

[models.notes.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }

[projections.by_state]
from = "orders"
group_by = "state"
measures = { n = "count" }
)toml";

/// ann and bob buy, sue sells; five orders are there.
struct some_shop : service_fixture {
  some_shop() : service_fixture(shop) {
    ask_as("ann");
    BOOST_REQUIRE(post("orders", R"({"id":"a1","customer":"ann"})").status == 201);
    BOOST_REQUIRE(post("orders", R"({"id":"a2","customer":"ann"})").status == 201);
    ask_as("bob");
    BOOST_REQUIRE(post("orders", R"({"id":"b1","customer":"bob","code":"B"})").status == 201);
    ask_as("sue", {"staff"});
    BOOST_REQUIRE(patch("orders", "a2", R"({"state":"sent","margin":7,"pin":"x"})").status == 200);
    BOOST_REQUIRE(post("orders", R"({"id":"c1","customer":"cid","margin":3})").status == 201);
  }

  std::string keys(std::vector<std::pair<std::string, std::string>> parameters = {}) {
    return column(list("orders", std::move(parameters)), "id");
  }
  std::string total(std::vector<std::pair<std::string, std::string>> parameters = {}) {
    return member(list("orders", std::move(parameters)).body, "total");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access, some_shop)

BOOST_AUTO_TEST_CASE(items_lists_and_counts_are_those_that_the_caller_may_read) {
  ask_as("ann");
  BOOST_TEST(get("orders", "a1").status == 200);
  BOOST_TEST(get("orders", "b1").status == 404);
  BOOST_TEST(get("orders", "b1").body == get("orders", "none").body);
  BOOST_TEST(keys() == "\"a1\" \"a2\"");
  BOOST_TEST(total() == "2");
  BOOST_TEST(total({{"take", "1"}}) == "2");
  BOOST_TEST(keys({{"sort", "-state"}}) == "\"a2\" \"a1\"");
  BOOST_TEST(keys({{"customer", "bob"}}) == "");
  BOOST_TEST(ask(query::kind::count, "orders").body == R"({"count":2})");
  for (std::uint64_t random = 0; random < 50; ++random) {
    const auto any = ask(query::kind::random_id, "orders", {}, random << 56);
    BOOST_TEST(any.body.find("\"a") != std::string::npos, any.body);
  }
  ask_as("sue", {"staff"});
  BOOST_TEST(keys() == "\"a1\" \"a2\" \"b1\" \"c1\"");
  ask_as("");
  BOOST_TEST(keys() == "");
  BOOST_TEST(ask(query::kind::random_id, "orders").status == 404);
  ask_as_admin();
  BOOST_TEST(total() == "4");
}

BOOST_AUTO_TEST_CASE(a_list_finds_what_may_be_read_by_the_index_and_tells_so) {
  ask_as("ann");
  const auto all = list("orders", {{"explain", "true"}});
  BOOST_TEST(member(member(all.body, "explain"), "access") == "\"index\"");
  BOOST_TEST(member(member(all.body, "explain"), "examined") == "");
  BOOST_TEST(member(member(all.body, "explain"), "access_rule") == "true");
}

BOOST_AUTO_TEST_CASE(a_field_that_is_not_shown_can_not_be_asked_for) {
  ask_as("ann");
  BOOST_TEST(member(get("orders", "a2").body, "margin") == "");
  BOOST_TEST(list("orders").body.find("margin") == std::string::npos);
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"margin", "7"}, {"sort", "margin"}, {"fields", "margin"}, {"pin", "~x"}})
    BOOST_TEST(list("orders", {{name, text}}).status == 400);
  BOOST_TEST(get("orders", "a2", {{"fields", "id,margin"}}).status == 400);
  ask_as("sue", {"staff"});
  BOOST_TEST(member(get("orders", "a2").body, "margin") == "7");
  BOOST_TEST(keys({{"margin", ">5"}}) == "\"a2\"");
}

BOOST_AUTO_TEST_CASE(what_may_not_be_done_is_403_and_what_may_not_be_read_404) {
  ask_as("ann");
  BOOST_TEST(post("orders", R"({"id":"x","customer":"bob"})").status == 403);
  BOOST_TEST(patch("orders", "a1", R"({"state":"sent"})").status == 200);
  BOOST_TEST(patch("orders", "a1", R"({"state":"draft"})").status == 403);
  BOOST_TEST(patch("orders", "b1", R"({"state":"sent"})").status == 404);
  BOOST_TEST(patch("orders", "none", R"({"state":"sent"})").status == 404);
  BOOST_TEST(remove("orders", "a1").status == 403);
  BOOST_TEST(patch("orders", "b1", "{}", {{3}, false, false}).status == 412);
  ask_as("");
  BOOST_TEST(post("orders", R"({"id":"x","customer":"ann"})").status == 403);
  BOOST_TEST(patch("orders", "a1", "{}").status == 403);
  ask_as("sue", {"staff"});
  BOOST_TEST(remove("orders", "a1").status == 204);
}

BOOST_AUTO_TEST_CASE(an_item_can_not_be_given_away_where_a_rule_asks_for_what_it_becomes) {
  ask_as("ann");
  BOOST_TEST(patch("orders", "a1", R"({"customer":"bob"})").status == 403);
  BOOST_TEST(put("orders", "a1", R"({"customer":"bob"})").status == 403);
  BOOST_TEST(put("orders", "a1", R"({"customer":"ann","state":"sent"})").status == 200);
}

BOOST_AUTO_TEST_CASE(a_field_that_can_not_be_changed_stays_and_who_is_not_shown_it_learns_nothing) {
  ask_as("ann");
  BOOST_TEST(post("orders", R"({"id":"x","customer":"ann","margin":1})").status == 403);
  ask_as("sue", {"staff"});
  BOOST_TEST(patch("orders", "a1", R"({"margin":9,"pin":"s3"})").status == 200);
  ask_as("ann");
  // Whether it is right or wrong makes no difference.
  BOOST_TEST(patch("orders", "a1", R"({"margin":9})").status == 403);
  BOOST_TEST(patch("orders", "a1", R"({"margin":8})").status == 403);
  BOOST_TEST(patch("orders", "a1", R"({"margin":null})").status == 403);
  // One that may be set unseen: a patch is a change, whether it is one or not.
  const auto before = get("orders", "a1").version;
  const auto again = patch("orders", "a1", R"({"pin":"s3"})");
  BOOST_TEST(again.status == 200);
  BOOST_TEST(again.version > before);
  BOOST_TEST(again.body.find("s3") == std::string::npos);
  BOOST_TEST(again.body.find("margin") == std::string::npos);
  // A replace says all that its client sees.
  BOOST_TEST(put("orders", "a1", R"({"customer":"ann"})").status == 200);
  ask_as_admin();
  BOOST_TEST(member(get("orders", "a1").body, "margin") == "9");
  BOOST_TEST(member(get("orders", "a1").body, "pin") == "\"s3\"");
}

BOOST_AUTO_TEST_CASE(some_fields_are_set_by_who_asks_and_when) {
  ask_as("ann");
  const auto made = post("orders", R"({"id":"x","customer":"ann","made_by":"bob",
                                       "made_at":"2001-01-01T00:00:00Z"})");
  BOOST_TEST(member(made.body, "made_by") == "\"ann\"");
  BOOST_TEST(member(made.body, "made_at") == member(made.body, "changed"));
  BOOST_TEST(member(made.body, "made_at").find("2001") == std::string::npos);
  ask_as("sue", {"staff"});
  const auto later = patch("orders", "x", R"({"margin":1})");
  BOOST_TEST(member(later.body, "made_by") == "\"ann\"");
  BOOST_TEST(member(later.body, "made_at") == member(made.body, "made_at"));
  BOOST_TEST(member(later.body, "changed") != member(made.body, "changed"));
  BOOST_TEST(errors_in(patch("orders", "x", R"({"made_by":"sue"})")) == "made_by:immutable");
  BOOST_TEST(patch("orders", "x", "{}").version == later.version);
  // An admin brings items from elsewhere.
  ask_as_admin();
  by = "root";
  const auto brought = post("orders", R"({"id":"y","customer":"ann","made_by":"old"})");
  BOOST_TEST(member(brought.body, "made_by") == "\"old\"");
  BOOST_TEST(member(post("orders", R"({"id":"z","customer":"ann"})").body, "made_by") ==
             "\"root\"");
  by = "";
  BOOST_TEST(errors_in(post("orders", R"({"id":"w","customer":"ann"})")) == "made_by:required");
}

BOOST_AUTO_TEST_CASE(the_history_tells_who_did_what_to_who_may_read_the_item) {
  ask_as("ann");
  const auto told = history("orders", "a2");
  BOOST_TEST(told.body.find(R"("type":"created","by":"ann")") != std::string::npos, told.body);
  BOOST_TEST(told.body.find(R"("type":"updated","by":"sue")") != std::string::npos, told.body);
  BOOST_TEST(told.body.find("margin") == std::string::npos);
  BOOST_TEST(member(history("orders", "a2", {{"verify", "true"}}).body, "verified") == "true");
  BOOST_TEST(history("orders", "b1").status == 404);
  const std::vector<std::pair<std::string, std::string>> first{{"as_of", "1"},
                                                               {"fields", "id,customer"}};
  BOOST_TEST(get("orders", "a1", first).status == 200);
  ask_as("bob");
  BOOST_TEST(get("orders", "a1", first).status == 404);
  BOOST_TEST(history("orders", "a1").status == 404);
}

BOOST_AUTO_TEST_CASE(of_an_earlier_item_of_the_key_nobody_else_is_told) {
  ask_as("sue", {"staff"});
  BOOST_TEST(remove("orders", "b1").status == 204);
  ask_as("bob");
  BOOST_TEST(history("orders", "b1").status == 404);
  ask_as("ann");
  BOOST_TEST(post("orders", R"({"id":"b1","customer":"ann"})").status == 201);
  const auto told = history("orders", "b1");
  BOOST_TEST(told.body.find("bob") == std::string::npos, told.body);
  BOOST_TEST(told.body.find("\"ann\"") != std::string::npos);
  const auto then = get("orders", "b1", {{"as_of", "3"}, {"fields", "id,customer"}});
  BOOST_TEST(then.status == 404, then.body);
  ask_as("sue", {"staff"});
  BOOST_TEST(history("orders", "b1").body.find("bob") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(projections_are_for_who_may_read_all_that_they_tell_of) {
  const auto read = [this] {
    const auto rights = bound ? std::make_shared<const reading_rights>(
                                    rights_to_read(models(), *find("orders"), *bound))
                              : nullptr;
    const auto q = projection_query(models(), "by_state", {}, rights);
    return q ? run(models(), *q, state(), 0).status : q.error().status;
  };
  BOOST_TEST(read() == 200);
  ask_as("ann");
  BOOST_TEST(read() == 403);
  ask_as_admin();
  BOOST_TEST(read() == 200);
}

BOOST_AUTO_TEST_CASE(of_several_operations_each_has_to_be_allowed) {
  ask_as("ann");
  BOOST_TEST(
      bulk("orders", R"([{"id":"x","customer":"ann"},{"id":"y","customer":"ann"}])").status == 201);
  const auto refused =
      bulk("orders", R"([{"id":"v","customer":"ann"},{"id":"w","customer":"bob"}])");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(get("orders", "v").status == 404);
  const auto both = [this](const std::string& key) {
    return transact(R"({"operations":[
        {"op":"create","collection":"notes","item":{"id":)" +
                    std::to_string(index()) + R"(,"text":"t"}},
        {"op":"patch","collection":"orders","id":")" +
                    key + R"(","item":{"state":"sent"}}]})")
        .status;
  };
  BOOST_TEST(both("x") == 200);
  BOOST_TEST(both("x") == 403);
  BOOST_TEST(both("b1") == 404);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_kept_is_for_who_asked) {
  const auto ask_twice = [this](const std::string& key) {
    return write({operation::create,
                  find("orders"),
                  "",
                  R"({"id":")" + key + R"(","customer":"ann"})",
                  {},
                  "the key"});
  };
  ask_as("ann");
  BOOST_TEST(ask_twice("k1").status == 201);
  BOOST_TEST(ask_twice("k1").status == 201);
  BOOST_TEST(index() == 7u);
  ask_as("bob");
  BOOST_TEST(ask_twice("k1").status == 403);
}

BOOST_AUTO_TEST_CASE(a_command_is_judged_by_what_held_where_it_was_made) {
  ask_as("ann");
  BOOST_TEST(patch("orders", "a1", R"({"code":"1"})").status == 200);
  const auto made = read_command(last_command);
  BOOST_REQUIRE(made);
  BOOST_TEST(made->by == "ann");
  BOOST_TEST(!made->rights.empty());
  // A node that has other rules decides alike; one that lacks a field of theirs must not.
  const auto status_at = [this](std::string text) {
    change_set changes;
    const auto applied =
        apply(schema_from(text), index() + 1, last_command, state(), true, changes, 0);
    return applied ? applied->status : 0;
  };
  std::string other{shop};
  other.replace(other.find("role(staff) or (customer"), 11, "role(nobody)");
  BOOST_TEST(status_at(other) == 200);
  std::string without{shop};
  without = without.substr(without.find("[models.orders.fields]"));
  without.erase(
      without.find(", access = { read = \"role(staff)\", update"),
      std::string_view(", access = { read = \"role(staff)\", update = \"role(staff)\" }").size());
  without.erase(without.find(", access = { read"),
                std::string_view(", access = { read = \"role(staff)\" }").size());
  BOOST_TEST(status_at(without) == 200);
  std::string lacking{without};
  lacking.replace(lacking.find("customer"), 8, "costumer");
  BOOST_TEST(status_at(lacking) == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_tells_what_may_be_read_and_that_an_item_is_gone_when_it_may_no_more) {
  ask_as_admin();
  by = "root";
  const auto begin = index();
  post("orders", R"({"id":"s1","customer":"ann","margin":5})");
  patch("orders", "s1", R"({"state":"sent"})");
  patch("orders", "s1", R"({"customer":"bob"})");
  patch("orders", "s1", R"({"customer":"cid"})");
  const auto told = [&](std::string id, std::vector<std::string> roles = {}) {
    const subject who{std::move(id), std::move(roles), {}};
    const auto rights =
        std::make_shared<const reading_rights>(rights_to_read(models(), *find("orders"), who));
    const auto asked = parse_stream(*find("orders"), {}, std::nullopt, rights);
    stream_cursor cursor(asked->what, {begin, 0});
    for (const auto& piece : read_run(state(), index(), begin, 0, 0, std::size_t{1} << 20).pieces)
      BOOST_REQUIRE((cursor.read(piece, std::size_t{1} << 20, [] { return false; }) ==
                     stream_cursor::step::passed));
    std::string events;
    const auto text = cursor.take().text;
    for (std::size_t at = 0; (at = text.find("event: ", at)) != std::string::npos; at += 7)
      events += text.substr(at + 7, 1);
    BOOST_TEST((text.find("margin") == std::string::npos) == who.roles.empty());
    return events;
  };
  BOOST_TEST(told("ann") == "cud");
  BOOST_TEST(told("bob") == "ud");
  BOOST_TEST(told("cid") == "u");
  BOOST_TEST(told("dan") == "");
  BOOST_TEST(told("sue", {"staff"}) == "cuuu");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_test
}  // namespace lithair::models
