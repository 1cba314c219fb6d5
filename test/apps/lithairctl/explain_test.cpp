#include <boost/test/unit_test.hpp>

#include <boost/json/parse.hpp>

#include "apps/lithairctl/entry_story.hpp"

namespace ctl_explain_test {

using namespace lithair::ctl;
namespace json = boost::json;

namespace {

/// What a node that saw `way` says of an entry that a client of node 2 asked for.
node_told saw(std::uint64_t id, const std::string& way, int term = 3) {
  const auto at = std::to_string(term);
  return {id, "10.0.0." + std::to_string(id) + ":8080", "",
          json::parse(R"({"term":)" + at + R"(,"proposed_by":2,"story":["Entry 7 of term )" + at +
                      R"(."],"not_told":[],"way":[)" + way + "]}")
              .as_object()};
}

std::string step(const std::string& what, const std::string& words, int after_us) {
  return R"({"what":")" + what + R"(","words":")" + words +
         R"(","at":"2026-11-30T18:04:11.120345Z","after_us":)" + std::to_string(after_us) + '}';
}

const auto logged = step("logged", "handed to this node's log", 0);

std::string told_in_order(std::vector<node_told> all) {
  put_in_order(all);
  return story_of(all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_explain)

BOOST_AUTO_TEST_CASE(who_was_asked_comes_first_then_who_led_and_times_count_from_what_each_saw) {
  BOOST_TEST(
      told_in_order({{4, "10.0.0.4:8080", "Connection refused.", {}},
                     saw(3, logged),
                     saw(1, logged + ',' + step("replicated", "on the disk of node 3", 1351)),
                     saw(2, step("received", "asked for by a client of this node", 0) + ',' +
                                step("answered", "answered", 12'000'345))}) ==
      "Entry 7 of term 3.\n\n"
      "Node 2 (10.0.0.2:8080), whose client asked, from 2026-11-30T18:04:11.120345Z by its clock:\n"
      "      +0.000 ms  asked for by a client of this node\n"
      "  +12000.345 ms  answered\n\n"
      "Node 1 (10.0.0.1:8080), which led, from 2026-11-30T18:04:11.120345Z by its clock:\n"
      "      +0.000 ms  handed to this node's log\n"
      "      +1.351 ms  on the disk of node 3\n\n"
      "Node 3 (10.0.0.3:8080), from 2026-11-30T18:04:11.120345Z by its clock:\n"
      "      +0.000 ms  handed to this node's log\n\n"
      "Node 4 (10.0.0.4:8080) tells nothing: Connection refused.\n"
      "Clocks differ: times of two nodes don't tell which of two things was earlier.\n");
}

BOOST_AUTO_TEST_CASE(other_entries_at_the_same_index_are_told_apart) {
  const auto said = told_in_order({saw(1, logged, 4), saw(3, logged, 5)});
  const auto at = [&](const std::string& words) { return said.find(words); };
  BOOST_TEST(at("Entry 7 of term 5.") < at("Node 3"), said);
  BOOST_TEST(at("Node 3") < at("Entry 7 of term 4."), said);
  BOOST_TEST(at("Entry 7 of term 4.") < at("Node 1"), said);
  BOOST_TEST(at("Node 1") < at("Nodes have different entries there"), said);
}

BOOST_AUTO_TEST_CASE(what_a_node_does_not_remember_stands_in_its_part) {
  auto old = saw(1, "");
  old.page["not_told"] = boost::json::array{"It is too long ago."};
  BOOST_TEST(told_in_order({old}) ==
             "Entry 7 of term 3.\n\nNode 1 (10.0.0.1:8080):\n  It is too long ago.\n\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_explain_test
