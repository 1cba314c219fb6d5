#include <boost/test/unit_test.hpp>

#include "models/query/stream.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace access_related_test {

namespace {

constexpr std::string_view wiki = R"toml(
[models.teams.fields]
id    = { type = "string", primary_key = true, replicate = true }
owner = { type = "string", replicate = true }

[models.members.fields]
id   = { type = "integer", primary_key = true, replicate = true }
team = { type = "string", references = "teams", replicate = true }
user = { type = "string", indexed = true, replicate = true }

[models.pages.access]
read   = "team.owner = @user.id or exists(members where team = team and user = @user.id)"
create = "exists(members where team = team and user = @user.id)"
update = "exists(members where user = @user.id and team = team) and not @new.team.owner = 'bad'"
delete = "team.owner = @user.id"
[models.pages.fields]
id   = { type = "string", primary_key = true, replicate = true }
team = { type = "string", references = "teams", replicate = true, track_history = true }
)toml";

struct some_wiki : service_fixture {
  some_wiki() : service_fixture(wiki) {
    post("teams", R"({"id":"a","owner":"olga"})");
    post("teams", R"({"id":"b","owner":"bad"})");
    post("members", R"({"id":1,"team":"a","user":"ann"})");
    post("members", R"({"id":2,"team":"b","user":"bob"})");
    post("members", R"({"id":3,"team":"b","user":"ann"})");
    post("pages", R"({"id":"pa","team":"a"})");
    post("pages", R"({"id":"pb","team":"b"})");
  }
  std::string keys_for(std::string id) {
    ask_as(std::move(id));
    return column(list("pages"), "id");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_by_other_items, some_wiki)

BOOST_AUTO_TEST_CASE(who_may_read_may_depend_on_what_an_item_refers_to_and_on_what_exists) {
  BOOST_TEST(keys_for("olga") == "\"pa\"");
  BOOST_TEST(keys_for("ann") == "\"pa\" \"pb\"");
  BOOST_TEST(keys_for("bob") == "\"pb\"");
  BOOST_TEST(get("pages", "pa").status == 404);
  BOOST_TEST(history("pages", "pa").status == 404);
  BOOST_TEST(ask(query::kind::count, "pages").body == R"({"count":1})");
  BOOST_TEST(ask(query::kind::random_id, "pages", {}, 7).body == R"({"id":"pb"})");
  BOOST_TEST(keys_for("dan") == "");
  BOOST_TEST(keys_for("") == "");
  // As of now: nothing is remembered.
  ask_as_admin();
  BOOST_TEST(remove("members", "2").status == 204);
  BOOST_TEST(keys_for("bob") == "");
}

BOOST_AUTO_TEST_CASE(writes_are_judged_by_what_the_operations_before_left) {
  ask_as("bob");
  BOOST_TEST(post("pages", R"({"id":"x","team":"b"})").status == 201);
  BOOST_TEST(post("pages", R"({"id":"y","team":"a"})").status == 403);
  const auto both = transact(R"({"operations":[
      {"op":"create","collection":"members","item":{"id":9,"team":"a","user":"bob"}},
      {"op":"create","collection":"pages","item":{"id":"y","team":"a"}}]})");
  BOOST_TEST(both.status == 200, both.body);
  BOOST_TEST(remove("pages", "y").status == 403);
  ask_as("olga");
  BOOST_TEST(remove("pages", "y").status == 204);
  ask_as("ann");
  BOOST_TEST(patch("pages", "pa", R"({"team":"b"})").status == 403);
  BOOST_TEST(patch("pages", "pb", R"({"team":"a"})").status == 200);
}

BOOST_AUTO_TEST_CASE(such_a_command_is_for_nodes_that_know_what_it_asks_for) {
  ask_as("ann");
  BOOST_TEST(patch("pages", "pb", R"({"team":"a"})").status == 200);
  const auto is_applied_with = [this](const std::string& from, const std::string& to) {
    std::string text{wiki};
    text.replace(text.find(from), from.size(), to);
    text.replace(text.find("read   = \"team"),
                 text.find("delete = ") - text.find("read   = \"team"), "");
    change_set changes;
    return apply(schema_from(text), index() + 1, last_command, state(), true, changes, 0)
        .has_value();
  };
  BOOST_TEST(is_applied_with("user = { type", "user = { type"));
  BOOST_TEST(!is_applied_with("user = { type", "person = { type"));
  BOOST_TEST(!is_applied_with("models.members", "models.people"));
  BOOST_TEST(
      !is_applied_with("user = { type = \"string\", indexed = true", "user = { type = \"string\""));
}

BOOST_AUTO_TEST_CASE(a_stream_of_what_depends_on_other_items_is_refused) {
  const auto stream_for = [this](std::string id) {
    const subject who{std::move(id), {}, {}};
    const auto rights =
        std::make_shared<const reading_rights>(rights_to_read(models(), *find("pages"), who));
    const auto asked = parse_stream(*find("pages"), {}, std::nullopt, rights);
    return asked ? 200 : asked.error().status;
  };
  BOOST_TEST(stream_for("ann") == 403);
}

BOOST_AUTO_TEST_CASE(what_an_index_names_is_looked_at_up_to_a_bound) {
  std::string many = "[";
  for (int i = 0; i < 1100; ++i)
    many += (i == 0 ? "" : ",") + std::string(R"({"id":)") + std::to_string(100 + i) +
            R"(,"team":"b","user":"eve"})";
  BOOST_TEST(bulk("members", many + ']').status == 201);
  BOOST_TEST(keys_for("eve") == "\"pb\"");
  ask_as_admin();
  BOOST_TEST(post("members", R"({"id":5000,"team":"a","user":"eve"})").status == 201);
  BOOST_TEST(keys_for("eve") == "\"pb\"");
  ask_as_admin();
  BOOST_TEST(post("members", R"({"id":5,"team":"a","user":"eve"})").status == 201);
  BOOST_TEST(keys_for("eve") == "\"pa\" \"pb\"");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

constexpr std::string_view bounded = R"toml(
[models.m.access]
read   = "true"
create = "@user"
update = "@user"
delete = "@user"
items     = 5
items_per = 2
per       = "owner"
item_bytes = 100
[models.m.fields]
id    = { type = "integer", primary_key = true, replicate = true }
owner = { type = "string", indexed = true, optional = true, replicate = true }
n     = { type = "integer", optional = true, replicate = true }
words = { type = "list<string>", optional = true, replicate = true, merge = "append" }
)toml";

struct bounded_service : service_fixture {
  bounded_service() : service_fixture(bounded) { ask_as("x"); }

  outcome add(int id, const std::string& owner) {
    return post("m", "{\"id\":" + std::to_string(id) +
                         (owner.empty() ? "" : ",\"owner\":\"" + owner + '"') + '}');
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_quotas, bounded_service)

BOOST_AUTO_TEST_CASE(there_are_as_many_items_as_the_model_lets_there_be) {
  for (int id = 0; id < 5; ++id) BOOST_TEST(add(id, "").status == 201);
  const auto refused = add(5, "");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(member(refused.body, "error") == "\"quota_exceeded\"");
  BOOST_TEST(patch("m", "1", R"({"n":1})").status == 200);
  BOOST_TEST(remove("m", "1").status == 204);
  BOOST_TEST(add(5, "").status == 201);
  // It binds whom rules bind.
  ask_as_admin();
  BOOST_TEST(add(6, "").status == 201);
}

BOOST_AUTO_TEST_CASE(an_item_is_as_large_as_the_model_lets_it_be_however_it_grows) {
  const std::string half(50, 'a');
  BOOST_TEST(add(1, "x").status == 201);
  BOOST_TEST(patch("m", "1", "{\"words\":[\"" + half + "\"]}").status == 200);
  const auto refused = patch("m", "1", "{\"words\":[\"" + half + "\"]}");
  BOOST_TEST(refused.status == 413);
  BOOST_TEST(refused.body.find("at most 100.") != std::string::npos);
  BOOST_TEST(post("m", "{\"id\":2,\"words\":[\"" + half + half + "\"]}").status == 413);
  // It binds whom rules bind; and who has a larger one may make it smaller.
  ask_as_admin();
  BOOST_TEST(patch("m", "1", "{\"words\":[\"" + half + half + "\"]}").status == 200);
  ask_as("x");
  BOOST_TEST(patch("m", "1", "{\"words\":[\"" + half + "\"]}").status == 413);
  BOOST_TEST(put("m", "1", "{\"id\":1,\"words\":[\"" + half + "aa\"]}").status == 200);
}

BOOST_AUTO_TEST_CASE(each_owner_has_as_many_as_it_may_however_it_gets_them) {
  BOOST_TEST(add(1, "a").status == 201);
  BOOST_TEST(add(2, "a").status == 201);
  BOOST_TEST(add(3, "a").status == 403);
  BOOST_TEST(add(3, "b").status == 201);
  BOOST_TEST(patch("m", "3", R"({"owner":"a"})").status == 403);
  BOOST_TEST(patch("m", "1", R"({"owner":"a","n":4})").status == 200);
  BOOST_TEST(
      bulk("m", R"([{"id":7,"owner":"c"},{"id":8,"owner":"c"},{"id":9,"owner":"c"}])").status ==
      403);
  BOOST_TEST(bulk("m", R"([{"id":7,"owner":"c"},{"id":8,"owner":"c"}])").status == 201);
  const auto moved = transact(R"({"operations":[
      {"op":"patch","collection":"m","id":"1","item":{"owner":"d"}},
      {"op":"patch","collection":"m","id":"3","item":{"owner":"a"}}]})");
  BOOST_TEST(moved.status == 200, moved.body);
}

BOOST_AUTO_TEST_CASE(a_node_that_lacks_the_index_does_not_judge) {
  BOOST_TEST(add(1, "a").status == 201);
  std::string text{bounded};
  text = text.substr(text.find("[models.m.fields]"));
  const auto is_applied = [this](const std::string& models_text) {
    change_set changes;
    const service_fixture empty{models_text};
    return apply(empty.models(), 1, last_command, empty.state(), true, changes, 0).has_value();
  };
  BOOST_TEST(is_applied(text));
  text.replace(text.find("indexed = true, "), 16, "");
  BOOST_TEST(!is_applied(text));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_related_test
}  // namespace lithair::models
