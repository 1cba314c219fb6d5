#include "models/state/variant.hpp"

#include <boost/test/unit_test.hpp>

#include "models/command/command.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace variant_test {

namespace {

constexpr std::string_view before = R"([models.m.fields]
id   = { type = "string", primary_key = true, replicate = true }
name = { type = "string", optional = true, replicate = true }
)";
const std::string after = std::string(before) + R"(
kind = { type = "string", default = "plain", replicate = true }
)";
const std::string later = std::string(before) + R"(
kind = { type = "string", default = "plain", replicate = true }
note = { type = "string", optional = true, replicate = true }
)";

/// The item as a node with other models shows it.
outcome shown_with(std::string_view text, const service_fixture& node, std::string_view key) {
  const service_fixture other(text);
  return run(other.models(), *item_query(*other.find("m"), key), node.state(), 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(variants)

BOOST_AUTO_TEST_CASE(an_item_that_is_shown_as_it_was_written_has_its_version_only) {
  service_fixture node(after);
  const auto made = node.post("m", R"({"id":"x","name":"ann"})");
  BOOST_TEST(made.variant == 0u);
  BOOST_TEST(node.patch("m", "x", R"({"name":null})").variant == 0u);
  BOOST_TEST(node.get("m", "x").variant == 0u);
  BOOST_TEST(node.get("m", "x", {{"fields", "id"}}).variant == 0u);
}

BOOST_AUTO_TEST_CASE(nodes_with_other_models_have_equal_validators_for_equal_bodies_only) {
  service_fixture old_node(before);
  old_node.post("m", R"({"id":"x"})");
  service_fixture new_node(after);
  new_node.post("m", R"({"id":"y","kind":"fancy"})");
  for (const auto& [node, key] : {std::pair{&old_node, "x"}, {&new_node, "y"}}) {
    const auto one = shown_with(before, *node, key);
    const auto other = shown_with(after, *node, key);
    const auto third = shown_with(later, *node, key);
    BOOST_TEST(one.version == other.version);
    BOOST_TEST(one.body != other.body);
    BOOST_TEST(one.variant != other.variant);
    BOOST_TEST(other.body == third.body);
    BOOST_TEST(other.variant == third.variant);
  }
}

BOOST_AUTO_TEST_CASE(a_write_answers_with_the_validator_that_a_read_has) {
  service_fixture old_node(before);
  old_node.post("m", R"({"id":"x"})");
  service_fixture new_node(after);
  new_node.mutable_state() = old_node.state();
  const auto patched = new_node.patch("m", "x", R"({"name":"ann"})");
  const auto read = new_node.get("m", "x");
  BOOST_TEST(patched.body == read.body);
  BOOST_TEST(patched.version == read.version);
  BOOST_TEST(patched.variant == read.variant);
  BOOST_TEST(read.variant != 0u);
}

BOOST_AUTO_TEST_CASE(only_commands_that_remove_and_nothing_else_free_room) {
  service_fixture node(after);
  node.post("m", R"({"id":"x"})");
  BOOST_TEST(!only_removes(node.last_command));
  node.patch("m", "x", R"({"name":"ann"})");
  BOOST_TEST(!only_removes(node.last_command));
  node.transact(R"({"operations":[{"op":"delete","collection":"m","id":"x"},)"
                R"({"op":"create","collection":"m","item":{"id":"z"}}]})");
  BOOST_TEST(!only_removes(node.last_command));
  node.transact(R"({"operations":[{"op":"delete","collection":"m","id":"z"}]})");
  BOOST_TEST(only_removes(node.last_command));
  node.post("m", R"({"id":"x"})");
  node.remove("m", "x");
  BOOST_TEST(only_removes(node.last_command));
  BOOST_TEST(!only_removes("no command"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace variant_test
}  // namespace lithair::models
