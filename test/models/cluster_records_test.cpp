#include "models/schema/cluster_records.hpp"

#include <boost/test/unit_test.hpp>

#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "test/models/service_fixture.hpp"

namespace cluster_records_models_test {

using namespace lithair::models;

namespace {

constexpr std::string_view text =
    "[models.notes.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_records)

BOOST_AUTO_TEST_CASE(the_main_groups_schema_has_them_beside_the_models) {
  const auto users = *parse_model_text(text, "test");
  const auto all = with_cluster_records(users);
  BOOST_TEST(all.collections().size() == 2u);
  BOOST_TEST(all.find("notes") != nullptr);
  const auto* found = all.find(cluster_records_id);
  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->name == cluster_records_name);
  BOOST_TEST(all.fingerprint() != users.fingerprint());
  // To add them to data that are there is a compatible change, and so is to leave them out.
  BOOST_TEST(incompatibilities(users, all).empty());
}

BOOST_AUTO_TEST_CASE(no_model_takes_their_name) {
  const auto made = parse_model_text(
      "[models.\"cluster.records\".fields]\n"
      "id = { type = \"string\", primary_key = true, replicate = true }\n",
      "test");
  BOOST_REQUIRE(!made);
}

BOOST_AUTO_TEST_CASE(their_commands_are_applied_where_their_schema_is_and_unknown_elsewhere) {
  const auto users = *parse_model_text(text, "test");
  const auto all = with_cluster_records(users);
  write_request wish;
  wish.target = &cluster_records_collection();
  wish.body = R"({"name":"a","value":{"n":1}})";
  const stamp at{1'800'000'000'000'000, [] { return std::string(16, 'u'); }};
  const auto command = prepare(cluster_records_schema(), wish, at);
  BOOST_REQUIRE(command);
  memory_state state;
  change_set changes;
  const auto done = apply(all, 5, *command, state, true, changes);
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST(done->status == 201);
  // A program of before stops there instead of guessing.
  BOOST_TEST(!apply(users, 5, *command, state, true, changes).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cluster_records_models_test
