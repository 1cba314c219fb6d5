#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "actors/messages/explain_messages.hpp"
#include "http/explained.hpp"
#include "http/header_values.hpp"
#include "models/command/command.hpp"
#include "models/declaration/model_file.hpp"
#include "test/http/one_node.hpp"

namespace explained_test {

namespace json = boost::json;
using namespace lithair;
using namespace lithair::http::test;

namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string parent = "00-" + trace + "-b7ad6b7169203331-01";

json::object page_of(one_node& node, const std::string& index) {
  const auto answer = node.ask("GET", "/_admin/explain/" + index);
  BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
  return json::parse(answer.body).as_object();
}

std::vector<std::string> steps_of(const json::object& page) {
  std::vector<std::string> names;
  for (const auto& each : page.at("way").as_array())
    names.emplace_back(each.at("what").as_string());
  return names;
}

std::string lines_of(const json::object& page, const char* of) {
  std::string all;
  for (const auto& line : page.at(of).as_array()) all += std::string(line.as_string()) + '\n';
  return all;
}

std::string story_of(const json::object& page) { return lines_of(page, "story"); }

bool says(const std::string& story, const std::string& words) {
  return story.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(explained_entries)

BOOST_AUTO_TEST_CASE(a_write_is_told_from_its_request_to_its_answer) {
  one_node node;
  const auto made = node.ask("POST", "/api/products", "traceparent: " + parent + "\r\n",
                             R"({"name":"tea","price":"0.10"})");
  BOOST_REQUIRE(made.status == 201);
  const auto page = page_of(node, made.header("x-raft-index"));
  BOOST_TEST(page.at("kind").as_string() == "command");
  BOOST_TEST(page.at("proposed_by").as_int64() == 1);
  BOOST_TEST(page.at("trace").as_string() == trace);
  BOOST_TEST(steps_of(page) ==
             (std::vector<std::string>{"received", "logged", "synced", "committed", "given",
                                       "applied", "answered"}));
  BOOST_TEST(page.at("way").at(1).at("words").as_string() == "handed to this node's log");
  BOOST_TEST(page.at("not_told").as_array().empty());
  const auto& asked = page.at("operations").as_array();
  BOOST_REQUIRE(asked.size() == 1u);
  BOOST_TEST(asked[0].at("op").as_string() == "create");
  BOOST_TEST(asked[0].at("collection").as_string() == "products");
  BOOST_TEST("/api/products/" + std::string(asked[0].at("key").as_string()) ==
             made.header("location"));
  const auto story = story_of(page);
  BOOST_TEST(says(story, "that a client of node 1 asked for"));
  BOOST_TEST(says(story, "It asks to create products/"));
  BOOST_TEST(says(story, "name"));
  BOOST_TEST(says(story, trace));
  // What was changed, but not to what.
  BOOST_TEST(!says(story, "tea"));
}

BOOST_AUTO_TEST_CASE(after_a_restart_what_an_entry_was_is_still_told) {
  one_node node;
  const auto made = node.ask("POST", "/api/products", {}, R"({"name":"tea","price":"0.10"})");
  BOOST_REQUIRE(made.status == 201);
  node.stop();
  node.start();
  const auto page = page_of(node, made.header("x-raft-index"));
  BOOST_TEST(steps_of(page).empty());
  BOOST_TEST(page.at("operations").as_array().size() == 1u);
  BOOST_TEST(says(lines_of(page, "not_told"), "is not remembered"));
}

BOOST_AUTO_TEST_CASE(of_a_large_command_the_beginning_is_told) {
  one_node node;
  std::string items = "[";
  for (int i = 0; i < 2000; ++i)
    items += (i == 0 ? "" : ",") + (R"({"price":"0.10","name":"tea )" + std::to_string(i) + "\"}");
  const auto made = node.ask("POST", "/api/products/_bulk", {}, items + "]");
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  const auto page = page_of(node, made.header("x-raft-index"));
  BOOST_TEST(page.at("operations").as_array().size() == 20u);
  BOOST_TEST(page.at("more_operations").as_bool());
  BOOST_TEST(says(story_of(page), "It asks for more than that."));
}

BOOST_AUTO_TEST_CASE(of_an_item_with_very_many_fields_some_are_named) {
  std::string model = "[models.wide.fields]\nid = { type = \"integer\", primary_key = true }\n";
  for (int i = 0; i < 100; ++i)
    model += 'f' + std::to_string(i) + " = { type = \"integer\", optional = true }\n";
  const auto schema = models::parse_model_text(model, "the test");
  BOOST_REQUIRE(schema.has_value());
  const auto& wide = *schema->find("wide");
  models::operation_part part;
  part.collection_id = wide.id;
  part.key = "12345678";
  for (const auto at : wide.by_id) part.fields.push_back({wide.fields[at].id, "\xc0"});
  models::command command;
  models::add_operation(command, wide, part);
  actors::entry_explained said;
  said.index = said.last = protocol::index_t{7};
  said.content.emplace();
  said.content->data = protocol::payload{models::write_command(command)};
  const auto page = lithair::http::answer_explained(said, *schema);
  BOOST_REQUIRE(page.status == 200);
  const auto read = json::parse(page.body);
  const auto& told = read.at("operations").at(0).at("fields").as_array();
  BOOST_TEST(told.size() == lithair::http::most_told_fields);
}

BOOST_AUTO_TEST_CASE(what_a_leader_adds_itself_is_named) {
  one_node node;
  BOOST_TEST(page_of(node, "1").at("kind").as_string() == "configuration");
  BOOST_TEST(says(story_of(page_of(node, "1")), "changes the members"));
  BOOST_TEST(page_of(node, "2").at("kind").as_string() == "noop");
}

BOOST_AUTO_TEST_CASE(what_is_no_entry_is_not_found) {
  one_node node;
  for (const auto* index : {"0", "x", "-1", "1.5", "999999", "99999999999999999999", ""})
    BOOST_TEST(node.ask("GET", std::string{"/_admin/explain/"} + index).status == 404, index);
  BOOST_TEST(node.ask("GET", "/_admin/explain").status == 404);
  BOOST_TEST(node.ask("GET", "/_admin/explain/1?group=1").status == 200);
  BOOST_TEST(node.ask("GET", "/_admin/explain/1?group=77").status == 404);
  BOOST_TEST(node.ask("GET", "/_admin/explain/1?group=x").status == 400);
  BOOST_TEST(node.ask("POST", "/_admin/explain/1").status == 405);
}

BOOST_AUTO_TEST_CASE(a_trace_is_taken_from_a_well_formed_header_only) {
  using lithair::http::trace_of;
  BOOST_TEST(trace_of(parent) == trace);
  // Of a later version, with more behind it.
  BOOST_TEST(trace_of("cc-" + trace + "-b7ad6b7169203331-01-more") == trace);
  for (const auto& wrong : std::vector<std::string>{
           "",
           "00-" + trace + "-b7ad6b7169203331",
           "00-" + trace + "-b7ad6b7169203331-01-more",
           "cc-" + trace + "-b7ad6b7169203331-01more",
           "ff-" + trace + "-b7ad6b7169203331-01",
           "00-" + std::string(32, '0') + "-b7ad6b7169203331-01",
           "00-" + trace + "-" + std::string(16, '0') + "-01",
           "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00_" + trace + "-b7ad6b7169203331-01",
           "zz-" + trace + "-b7ad6b7169203331-01",
       })
    BOOST_TEST(trace_of(wrong) == "", wrong);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace explained_test
