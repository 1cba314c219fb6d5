#include "models/command/local_fields.hpp"

#include <boost/test/unit_test.hpp>

#include "models/command/joint_command.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_text.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/state/keys.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace parts_test {

namespace {

constexpr std::string_view text = R"(
[models.users.fields]
id    = { type = "string", primary_key = true, replicate = true }
name  = { type = "string", unique = true, replicate = true }
cache = { type = "string", optional = true }
seen  = { type = "integer", default = 0 }
[models.visits.fields]
id   = { type = "string", primary_key = true }
page = { type = "string", unique = true }
[models.notes.fields]
id   = { type = "string", primary_key = true, replicate = true }
[projections.names]
from = "users"
measures = { all = "count" }
)";

/// What a node with both groups does with a request, without the actors.
struct node_fixture {
  schema full = schema_from(text);
  schema shared = replicated_part(full);
  schema own = local_part(full);
  memory_state shared_state;
  memory_state own_state;
  std::uint64_t index = 0;
  std::uint64_t own_index = 1000;
  int pauses = 0;

  // Each stage one step at a time, as on a loop that has no time at all.
  template <class Stage>
  void finish(Stage stage) {
    while (!stage([] { return true; })) {
      ++pauses;
    }
  }

  outcome run(const std::string& command) {
    joint_command both(full, command);
    finish([&](const auto& late) { return both.read(late); });
    if (!both.is_joint()) {
      return run_shared(both.take_bytes());
    }
    finish([&](const auto& late) { return both.split(late); });
    auto made = run_shared(both.take_replicated());
    if (made.status < 400) {
      both.decided(std::move(made));
      finish([&](const auto& late) { return both.localize(late); });
      if (const auto local = both.take_local(); !local.empty()) {
        both.localized(run_own(local));
      }
      finish([&](const auto& late) { return both.join(&own_state, late); });
      made = both.take_outcome();
    }
    finish([&](const auto& late) { return both.clear(late); });
    return made;
  }

  outcome run_shared(const std::string& command) {
    change_set changes;
    auto made = *models::apply(shared, ++index, command, shared_state, true, changes);
    for (const auto& x : changes) {
      const auto deleted = x.value ? std::nullopt : shared_state.get(x.key);
      if (auto removal =
              deleted ? removal_of_local_part(shared, x.key, *deleted, own_state) : std::nullopt) {
        run_own(*removal);
      }
    }
    shared_state.apply(changes);
    return made;
  }

  /// Operations that remove what has no item; all is run.
  std::size_t forget_without_item() {
    std::size_t count = 0;
    for (const auto& each : removals_without_item(own, own_state, shared_state)) {
      count += read_command(each)->operations.size();
      BOOST_TEST(run_own(each).status < 300);
    }
    return count;
  }

  outcome run_own(const std::string& command) {
    change_set changes;
    auto made = *models::apply(own, ++own_index, command, own_state, true, changes);
    own_state.apply(changes);
    return made;
  }

  outcome write(operation op, std::string key, std::string_view body, std::string_view token = {}) {
    write_request request;
    request.op = op;
    request.target = full.find("users");
    request.key = std::move(key);
    request.body = body;
    request.idempotency_key = token;
    const auto command = prepare(full, request, stamp{1, {}});
    BOOST_REQUIRE(command);
    return run(*command);
  }

  outcome transact(std::string_view body) {
    const auto command = prepare(full, transaction_request{body, {}}, stamp{1, {}});
    BOOST_REQUIRE(command);
    return run(*command);
  }

  std::string get(std::string_view key) const {
    const joined_view view(shared, shared_state, own_state);
    const auto found = models::run(full, *item_query(*full.find("users"), key), view, 0);
    return found.status == 200 ? found.body : std::to_string(found.status);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parts, node_fixture)

BOOST_AUTO_TEST_CASE(a_part_is_as_if_it_had_been_declared_so) {
  for (const auto* part : {&shared, &own}) {
    const auto declared = schema_from(to_model_text(*part));
    BOOST_TEST(part->fingerprint() == declared.fingerprint());
    for (const auto& c : part->collections()) {
      const auto& same = *declared.find(c.id);
      BOOST_TEST(c.by_id == same.by_id, boost::test_tools::per_element());
      BOOST_TEST(c.by_name == same.by_name, boost::test_tools::per_element());
      BOOST_TEST(c.key_at == same.key_at);
      BOOST_TEST(c.tracked == same.tracked);
      BOOST_TEST(c.referrers.size() == same.referrers.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_validator_names_the_body_with_its_local_fields) {
  const auto tag = [this](const state_view& local) {
    const joined_view view(shared, shared_state, local);
    const auto found = models::run(full, *item_query(*full.find("users"), "u"), view, 0);
    return std::pair{found.version, found.variant};
  };
  const memory_state elsewhere;
  // The default of a local field is filled in on every node, and the same there.
  const auto plain = write(operation::create, "u", R"({"id":"u","name":"ann"})");
  BOOST_TEST((tag(own_state) == std::pair{plain.version, plain.variant}));
  BOOST_TEST((tag(own_state) == tag(elsewhere)));
  const auto seen = write(operation::patch, "u", R"({"cache":"x"})");
  // A change of local fields alone has a version, too.
  BOOST_TEST(seen.version == plain.version + 1);
  BOOST_TEST((tag(own_state) == std::pair{seen.version, seen.variant}));
  BOOST_TEST(tag(own_state).first == tag(elsewhere).first);
  BOOST_TEST(tag(own_state).second != tag(elsewhere).second);
  // What changes nothing keeps both.
  const auto same = write(operation::patch, "u", "{}");
  BOOST_TEST(same.version == seen.version);
  BOOST_TEST(same.variant == seen.variant);
  // The tag of one node serves on another: only the version counts for writes.
  write_request request{operation::patch,
                        full.find("users"),
                        "u",
                        R"({"name":"bea"})",
                        {{seen.version}, false, false},
                        {}};
  BOOST_TEST(run(*prepare(full, request, stamp{1, {}})).status == 200);
}

BOOST_AUTO_TEST_CASE(a_schema_is_divided_by_where_fields_live) {
  BOOST_TEST(shared.collections().size() == 2u);
  BOOST_TEST(shared.find("users")->fields.size() == 2u);
  BOOST_CHECK(shared.find("users")->holds == extent::replicated_part);
  BOOST_CHECK(shared.find("notes")->holds == extent::whole);
  BOOST_TEST(shared.find("visits") == nullptr);
  BOOST_TEST(shared.projections().size() == 1u);
  BOOST_TEST(own.collections().size() == 2u);
  BOOST_TEST(own.find("users")->fields.size() == 3u);
  BOOST_CHECK(own.find("users")->holds == extent::local_part);
  BOOST_CHECK(own.find("visits")->holds == extent::whole);
  BOOST_TEST(own.projections().empty());
  BOOST_TEST(!has_local_fields(shared));
  BOOST_TEST(has_local_fields(full));
}

BOOST_AUTO_TEST_CASE(local_fields_without_an_item_are_removed_and_no_others) {
  for (const auto* id : {"a", "b", "c"})
    write(operation::create, "",
          R"({"id":")" + std::string(id) + R"(","name":")" + id + R"(","cache":"old"})");
  const memory_state later = own_state;
  // One is gone, and another of its key is there, of which this node has no local fields yet.
  write(operation::remove, "a", "");
  write(operation::remove, "b", "");
  own_state = later;
  write(operation::create, "", R"({"id":"b","name":"new"})");
  const auto of_new = own_state;
  own_state = later;
  BOOST_TEST(forget_without_item() == 2u);
  BOOST_TEST(!own_state.get(record_key(*own.find("users"), "a")));
  BOOST_TEST(!own_state.get(record_key(*own.find("users"), "b")));
  BOOST_TEST(get("c") == R"({"id":"c","name":"c","cache":"old","seen":0})");
  BOOST_TEST(forget_without_item() == 0u);
  own_state = of_new;
  BOOST_TEST(forget_without_item() == 1u);
  BOOST_TEST(get("b") == R"({"id":"b","name":"new","seen":0})");
}

BOOST_AUTO_TEST_CASE(many_local_fields_without_an_item_are_removed_a_thousand_at_a_time) {
  for (int i = 0; i < 1500; ++i) {
    const auto id = std::to_string(i);
    write(operation::create, "", R"({"id":")" + id + R"(","name":")" + id + "\"}");
  }
  shared_state = {};
  BOOST_TEST(removals_without_item(own, own_state, shared_state).size() == 2u);
  BOOST_TEST(forget_without_item() == 1500u);
}

BOOST_AUTO_TEST_CASE(both_parts_of_an_item_are_written_and_read_together) {
  BOOST_TEST(write(operation::create, "", R"({"id":"a","name":"x","cache":"c"})").body ==
             R"({"id":"a","name":"x","cache":"c","seen":0})");
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"c","seen":0})");
  BOOST_TEST(write(operation::patch, "a", R"({"seen":7})").body ==
             R"({"id":"a","name":"x","cache":"c","seen":7})");
  BOOST_TEST(write(operation::patch, "a", R"({"name":"y"})").body ==
             R"({"id":"a","name":"y","cache":"c","seen":7})");
  BOOST_TEST(get("a") == R"({"id":"a","name":"y","cache":"c","seen":7})");
  BOOST_TEST(write(operation::patch, "a", R"({"cache":null})").body ==
             R"({"id":"a","name":"y","seen":7})");
  BOOST_TEST(write(operation::replace, "a", R"({"name":"z"})").body ==
             R"({"id":"a","name":"z","seen":0})");
  BOOST_TEST(get("a") == R"({"id":"a","name":"z","seen":0})");
}

BOOST_AUTO_TEST_CASE(no_local_field_reaches_the_shared_state) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"precious"})");
  for (const auto& [key, bytes] : shared_state.pairs()) {
    BOOST_TEST(bytes.find("precious") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_refused_write_leaves_the_local_fields_alone) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"1"})");
  write(operation::create, "", R"({"id":"b","name":"y"})");
  BOOST_TEST(write(operation::patch, "a", R"({"name":"y","cache":"2"})").status == 409);
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"1","seen":0})");
  BOOST_TEST(write(operation::patch, "nobody", R"({"cache":"2"})").status == 404);
}

BOOST_AUTO_TEST_CASE(deletion_removes_both_parts) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"1"})");
  BOOST_TEST(write(operation::remove, "a", "").status == 204);
  BOOST_TEST(get("a") == "404");
  BOOST_TEST(!own_state.get(record_key(*own.find("users"), "a")));
}

BOOST_AUTO_TEST_CASE(a_deletion_that_is_applied_again_spares_the_local_fields_of_the_next_item) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"old"})");
  const auto before = shared_state;
  write(operation::remove, "a", "");
  write(operation::create, "", R"({"id":"a","name":"x","cache":"new"})");
  // The node crashed, and only its own group had made a checkpoint.
  const auto now = shared_state;
  shared_state = before;
  index = 1;
  write(operation::remove, "a", "");
  shared_state = now;
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"new","seen":0})");
}

BOOST_AUTO_TEST_CASE(local_fields_of_an_item_that_is_gone_are_not_those_of_the_next) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"old","seen":3})");
  const auto stale = own_state;
  write(operation::remove, "a", "");
  own_state = stale;  // The node was down, or took a snapshot over.
  write(operation::create, "", R"({"id":"b","name":"b"})");
  change_set changes;
  write_request elsewhere;
  elsewhere.target = shared.find("users");
  elsewhere.body = R"({"id":"a","name":"x"})";
  models::apply(shared, ++index, *prepare(shared, elsewhere, stamp{1, {}}), shared_state, false,
                changes);
  shared_state.apply(changes);
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","seen":0})");
  BOOST_TEST(write(operation::patch, "a", R"({"cache":"new"})").body ==
             R"({"id":"a","name":"x","cache":"new","seen":0})");
}

BOOST_AUTO_TEST_CASE(a_transaction_and_a_bulk_write_both_parts_of_each_item) {
  const auto made = transact(R"({"operations":[
    {"op":"create","collection":"users","item":{"id":"a","name":"x","cache":"1"}},
    {"op":"create","collection":"notes","item":{"id":"n"}},
    {"op":"create","collection":"users","item":{"id":"b","name":"y","seen":2}},
    {"op":"patch","collection":"users","id":"a","item":{"name":"z"}},
    {"op":"delete","collection":"users","id":"b"}]})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(
      made.body ==
      R"({"index":1,"results":[{"status":201,"version":1,"item":{"id":"a","name":"x","cache":"1","seen":0}},)"
      R"({"status":201,"version":1,"item":{"id":"n"}},)"
      R"({"status":201,"version":1,"item":{"id":"b","name":"y","seen":2}},)"
      R"({"status":200,"version":1,"item":{"id":"a","name":"z","cache":"1","seen":0}},{"status":204}]})");
  BOOST_TEST(get("a") == R"({"id":"a","name":"z","cache":"1","seen":0})");
  const auto refused = prepare(full,
                               transaction_request{R"({"operations":[
    {"op":"create","collection":"visits","item":{"id":"v","page":"p"}},
    {"op":"create","collection":"notes","item":{"id":"m"}}]})",
                                                   {}},
                               stamp{1, {}});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().status == 422);
}

BOOST_AUTO_TEST_CASE(a_write_of_many_items_pauses_between_any_two_of_them) {
  std::string body = R"({"operations":[)";
  for (int i = 0; i < 100; ++i) {
    const auto name = std::to_string(i);
    body += (i == 0 ? "" : ",") + (R"({"op":"create","collection":"users","item":{"id":")" + name) +
            R"(","name":")" + name + R"(","cache":"c"}})";
  }
  BOOST_TEST(transact(body + "]}").status == 200);
  // To be stripped, written, looked for local fields, written, joined and rendered.
  BOOST_TEST(pauses >= 6 * 99);
  BOOST_TEST(get("99") == R"({"id":"99","name":"99","cache":"c","seen":0})");
}

BOOST_AUTO_TEST_CASE(a_repeated_request_is_answered_as_before_and_writes_nothing_again) {
  const auto first = write(operation::create, "", R"({"id":"a","name":"x","cache":"1"})", "k");
  write(operation::patch, "a", R"({"cache":"2"})");
  const auto again = write(operation::create, "", R"({"id":"a","name":"x","cache":"1"})", "k");
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"2","seen":0})");
}

// Which knows nothing of the request, since another one was asked first.
BOOST_AUTO_TEST_CASE(a_request_that_is_repeated_at_another_node_leaves_newer_local_fields_there) {
  constexpr auto body = R"({"id":"a","name":"x","cache":"1"})";
  write(operation::create, "", body, "k");
  own_state = {};
  write(operation::patch, "a", R"({"cache":"2","seen":5})");
  BOOST_TEST(write(operation::create, "", body, "k").replayed);
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"2","seen":5})");
  // Nor those of a later item of the same key.
  write(operation::remove, "a", "");
  write(operation::create, "", R"({"id":"a","name":"y","cache":"3"})");
  BOOST_TEST(write(operation::create, "", body, "k").status == 201);
  BOOST_TEST(get("a") == R"({"id":"a","name":"y","cache":"3","seen":0})");
}

// The other group had it done, and whether this one has was not known.
BOOST_AUTO_TEST_CASE(a_change_that_is_repeated_is_put_down_where_only_earlier_ones_are) {
  write(operation::create, "", R"({"id":"a","name":"x","cache":"1"})");
  const auto before = own_state;
  write(operation::patch, "a", R"({"name":"y","cache":"2"})", "k");
  own_state = before;
  BOOST_TEST(write(operation::patch, "a", R"({"name":"y","cache":"2"})", "k").replayed);
  BOOST_TEST(get("a") == R"({"id":"a","name":"y","cache":"2","seen":0})");
}

// As after a crash between the two groups.
BOOST_AUTO_TEST_CASE(a_request_that_is_repeated_puts_local_fields_down_where_there_are_none) {
  constexpr auto body = R"({"id":"a","name":"x","cache":"1"})";
  write(operation::create, "", body, "k");
  own_state = {};
  BOOST_TEST(write(operation::create, "", body, "k").replayed);
  BOOST_TEST(get("a") == R"({"id":"a","name":"x","cache":"1","seen":0})");
}

BOOST_AUTO_TEST_CASE(lists_filter_and_sort_by_local_fields_too) {
  write(operation::create, "", R"({"id":"a","name":"x","seen":1})");
  write(operation::create, "", R"({"id":"b","name":"y","seen":5})");
  write(operation::create, "", R"({"id":"c","name":"z","seen":3})");
  const joined_view view(shared, shared_state, own_state);
  const std::vector<std::pair<std::string, std::string>> wanted{{"seen", ">=3"}, {"sort", "-seen"}};
  const auto query = parse_query(*full.find("users"), query::kind::list, wanted);
  BOOST_TEST(column(models::run(full, *query, view, 0), "id") == "\"b\" \"c\"");
}

BOOST_AUTO_TEST_CASE(a_change_between_local_and_replicated_is_refused) {
  const auto other = [](std::string_view replicate) {
    return schema_from(
        "[models.m.fields]\nid = { type = \"string\", primary_key = true, replicate = true }\n"
        "x = { type = \"string\", optional = true" +
        std::string(replicate) + " }\n");
  };
  BOOST_TEST(!incompatibilities(other(""), other(", replicate = true")).empty());
  BOOST_TEST(incompatibilities(other(""), other("")).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parts_test
}  // namespace lithair::models
