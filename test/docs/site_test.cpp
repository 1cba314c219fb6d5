#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "http/docs_site.hpp"
#include "test/docs/markdown.hpp"

namespace lithair::docs {
namespace site_test {

namespace {

namespace fs = std::filesystem;
using http::docs_part;
using http::docs_parts;
using http::docs_text;

bool is_page(const docs_part& each) { return each.type.starts_with("text/html"); }

const docs_part* find(std::string_view name) {
  for (const auto& each : docs_parts())
    if (each.name == name) return &each;
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(site)

BOOST_AUTO_TEST_CASE(every_file_of_the_documentation_is_a_page) {
  for (const auto& [path, text] : documents()) {
    if (path == "README.md") continue;
    const auto stem = fs::path(path).stem().string();
    const bool is_own = path.starts_with("docs/");
    const auto* page = find(!is_own            ? fs::path(path).parent_path().filename().string()
                            : stem == "README" ? ""
                                               : stem);
    BOOST_REQUIRE_MESSAGE(page != nullptr, path);
    const auto title = text.substr(2, text.find('\n') - 2);
    BOOST_TEST(docs_text(*page).find("<title>" + title + "</title>") != std::string::npos, path);
  }
}

BOOST_AUTO_TEST_CASE(it_takes_little_room) {
  const auto& frame = http::docs_frame_of_pages();
  std::size_t bytes = frame.before_title.size() + frame.before_body.size() + frame.behind.size();
  for (const auto& each : docs_parts()) bytes += each.body.bytes.size();
  BOOST_TEST(bytes < 160u << 10);
}

BOOST_AUTO_TEST_CASE(nothing_in_a_page_runs_or_comes_from_elsewhere) {
  const std::regex from_elsewhere(R"re((src|<link[^>]*href)="(?!/docs/))re");
  const std::regex inline_code(R"re(<script(?! src)|<style|<[^>]* (style|on[a-z]+)=)re");
  for (const auto& each : docs_parts()) {
    if (!is_page(each)) continue;
    const auto body = docs_text(each);
    BOOST_TEST(!std::regex_search(body, from_elsewhere), each.name);
    BOOST_TEST(!std::regex_search(body, inline_code), each.name);
  }
}

BOOST_AUTO_TEST_CASE(every_link_between_pages_leads_to_one_and_to_what_is_in_it) {
  const std::regex link(R"re((?:href|src)="(/docs[^"#]*|)(#[^"]*)?")re");
  std::size_t links = 0;
  for (const auto& each : docs_parts()) {
    if (!is_page(each)) continue;
    const auto body = docs_text(each);
    for (auto at = std::sregex_iterator(body.begin(), body.end(), link);
         at != std::sregex_iterator(); ++at) {
      const auto path = (*at)[1].str();
      if (path == "/docs/api") continue;
      const auto* to = path.empty() ? &each : find(path == "/docs" ? "" : path.substr(6));
      BOOST_REQUIRE_MESSAGE(to != nullptr, each.name << " links to " << path);
      const auto anchor = (*at)[2].str();
      if (!anchor.empty())
        BOOST_TEST(docs_text(*to).find("id=\"" + anchor.substr(1) + '"') != std::string_view::npos,
                   each.name << " links to " << path << anchor);
      ++links;
    }
  }
  BOOST_TEST(links > 100u);
}

BOOST_AUTO_TEST_CASE(the_search_finds_what_is_called_so) {
  const auto place = fs::temp_directory_path() / ("lithair-search-" + std::to_string(::getpid()));
  fs::create_directory(place);
  // As a module that needs no package around it.
  std::ofstream(place / "search.mjs") << find("search.js")->body.text();
  std::ofstream(place / "site.js") << find("site.js")->body.text();
  const auto command =
      "node '" LITHAIR_SOURCE_DIR "/test/docs/search.mjs' '" + place.string() + "'";
  BOOST_TEST(std::system(command.c_str()) == 0);
  fs::remove_all(place);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace site_test
}  // namespace lithair::docs
