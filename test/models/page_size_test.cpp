#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

#include "models/query/page_limits.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace page_size_test {

namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view papers = R"toml(
[models.papers.fields]
id    = { type = "integer", primary_key = true, replicate = true }
kind  = { type = "enum", values = ["draft", "live"], default = "draft", indexed = true, replicate = true }
rank  = { type = "integer", indexed = true, replicate = true }
size  = { type = "number", optional = true, replicate = true }
code  = { type = "string", unique = true, replicate = true }
text  = { type = "string", replicate = true }

[projections.texts]
from = "papers"
group_by = "rank"
measures = { last = "max(text)" }
)toml";

constexpr std::size_t text_bytes = 900'000;
constexpr int paper_count = 12;

/// More than fits two pages, whatever is asked for.
struct papers_fixture : service_fixture {
  papers_fixture() : service_fixture(papers) {
    const std::string text(text_bytes, 'x');
    for (int i = 0; i < paper_count; ++i) {
      const auto n = std::to_string(i);
      // Ranks fall where keys rise, so that no order is another's.
      post("papers", R"({"id":)" + n + R"(,"kind":")" + (i % 4 == 0 ? "draft" : "live") +
                         R"(","rank":)" + std::to_string(50 - i) + R"(,"size":)" +
                         std::to_string(i * 7 % 5) + R"(,"code":"c)" + n + R"(","text":")" + text +
                         "\"}");
    }
  }
};

/// Every kind of list: read by key, by an index, by values that are unique, sorted, filtered.
const std::vector<std::string> lists{
    "",
    "sort=-id",
    "sort=rank",
    "sort=-rank",
    "sort=size",
    "sort=-size,rank",
    "sort=text",
    "kind=live",
    "kind=live&sort=-id",
    "kind=live&sort=rank",
    "kind=in(draft,live)",
    "rank=>39&sort=-rank",
    "size=<4",
    "size=<4&sort=-id&total=false",
    "code=in(c1,c2,c3,c4,c5,c6,c7)",
    "text=~xxx&sort=kind,-size",
    "skip=3",
    "skip=3&sort=rank",
    "skip=2&sort=size",
};

parameters parsed(const std::string& text) {
  parameters made;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('&', at), text.size());
    const auto equals = text.find('=', at);
    made.emplace_back(text.substr(at, equals - at), text.substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  return made;
}

std::string without_quotes(const std::string& json) { return json.substr(1, json.size() - 2); }

}  // namespace

BOOST_AUTO_TEST_SUITE(page_sizes)

BOOST_DATA_TEST_CASE_F(papers_fixture, a_page_ends_behind_its_bytes_and_next_leads_to_all_the_rest,
                       boost::unit_test::data::make(lists), text) {
  // Without the long texts all of it is one page.
  auto asked = parsed(text);
  asked.emplace_back("fields", "id");
  const std::string whole = column(list("papers", asked), "id");
  asked.back() = {"take", "1000"};
  std::string steps;
  std::size_t pages = 0;
  for (auto page = list("papers", asked);; ++pages) {
    BOOST_REQUIRE_EQUAL(page.status, 200);
    // A token that names a long value to sort by comes on top.
    BOOST_TEST(member(page.body, "data").size() <= max_page_bytes + text_bytes + 1000);
    steps += (steps.empty() ? "" : " ") + column(page, "id");
    const std::string next = member(page.body, "next");
    BOOST_TEST(member(page.body, "has_more") == (next == "null" ? "false" : "true"));
    if (next == "null") break;
    // What was left out once must not be left out of each page.
    std::erase_if(asked, [](const auto& each) { return each.first == "skip"; });
    std::erase_if(asked, [](const auto& each) { return each.first == "after"; });
    asked.emplace_back("after", without_quotes(next));
    page = list("papers", asked);
  }
  BOOST_TEST(steps == whole);
  BOOST_TEST(pages >= 1u);
}

BOOST_FIXTURE_TEST_CASE(a_page_that_ends_early_still_counts_all_that_match, papers_fixture) {
  BOOST_TEST(member(list("papers", {}).body, "total") == "12");
  BOOST_TEST(member(list("papers", {{"kind", "live"}}).body, "total") == "9");
  BOOST_TEST(member(list("papers", {{"size", "<9"}}).body, "total") == "12");
  BOOST_TEST(member(list("papers", {{"size", "<9"}, {"sort", "text"}}).body, "total") == "12");
}

BOOST_AUTO_TEST_CASE(a_row_that_is_larger_than_a_page_is_a_page) {
  service_fixture node(papers);
  // Six bytes of JSON for each byte of the item, which so has less than a megabyte.
  std::string text;
  while (text.size() <= max_page_bytes) text += "\\u0001";
  for (const char* id : {"1", "2"}) {
    node.post("papers", std::string(R"({"id":)") + id + R"(,"rank":1,"code":"c)" + id +
                            R"(","text":")" + text + "\"}");
  }
  const auto first = node.list("papers");
  BOOST_TEST(column(first, "id") == "1");
  BOOST_TEST(member(first.body, "has_more") == "true");
  const auto last = node.list("papers", {{"after", without_quotes(member(first.body, "next"))}});
  BOOST_TEST(column(last, "id") == "2");
  BOOST_TEST(member(last.body, "has_more") == "false");
}

BOOST_FIXTURE_TEST_CASE(a_page_of_a_projection_ends_behind_its_bytes_too, papers_fixture) {
  std::set<std::string> ranks;
  std::size_t pages = 0;
  for (parameters asked{{"take", "1000"}};; ++pages) {
    const auto q = projection_query(models(), "texts", asked);
    BOOST_REQUIRE(q);
    const auto page = run(models(), *q, state(), 0);
    BOOST_TEST(page.body.size() <= max_page_bytes + text_bytes + 1000);
    BOOST_TEST(member(page.body, "total") == "12");
    const auto found = column(page, "rank");
    for (std::size_t at = 0; at < found.size(); at += 3) ranks.insert(found.substr(at, 2));
    const std::string next = member(page.body, "next");
    if (next == "null") break;
    asked = {{"take", "1000"}, {"after", without_quotes(next)}};
  }
  BOOST_TEST(ranks.size() == std::size_t{paper_count});
  BOOST_TEST(pages >= 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace page_size_test
}  // namespace lithair::models
