#include <boost/test/unit_test.hpp>

#include <cctype>
#include <filesystem>
#include <regex>
#include <set>

#include "apps/lithair/setting.hpp"
#include "http/endpoints.hpp"
#include "http/operations.hpp"
#include "models/schema/attribute_words.hpp"
#include "test/docs/markdown.hpp"

// What is in the code is in the documentation, too: each of these fails with the names that are
// not.
namespace lithair::docs {
namespace coverage_test {

namespace {

namespace fs = std::filesystem;

/// Whether it is there as a word: "--port" is not where only "--portable" is.
bool tells_of(const std::string& name) {
  const auto goes_on = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  const auto& text = reference();
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || !goes_on(text[at - 1]);
    const auto behind = at + name.size();
    if (begins && (behind == text.size() || !goes_on(text[behind]))) return true;
  }
  return false;
}

void require_told(const std::set<std::string>& names, const char* kind) {
  for (const auto& each : names)
    BOOST_TEST(tells_of(each), "the documentation tells of no " << kind << " " << each);
}

/// What the first group of the expression matches in the sources of these rooms.
std::set<std::string> found_in(std::initializer_list<const char*> rooms, const std::string& what) {
  const std::regex wanted(what);
  std::set<std::string> made;
  for (const auto* room : rooms)
    for (const auto& each : fs::recursive_directory_iterator(fs::path(LITHAIR_SOURCE_DIR) / room)) {
      if (each.path().extension() != ".cpp") continue;
      const auto text = text_of(each.path());
      for (auto at = std::sregex_iterator(text.begin(), text.end(), wanted);
           at != std::sregex_iterator(); ++at)
        made.insert((*at)[1].str());
    }
  return made;
}

/// As the documentation writes the path of an endpoint.
std::string path_of(http::endpoint which) {
  const auto& facts = http::facts_of(which);
  const auto below = facts.below.empty() ? std::string{} : '/' + std::string{facts.below};
  switch (facts.at) {
    case http::root::none:
      return {};
    case http::root::fixed:
      return std::string{facts.paths.front()};
    case http::root::collection:
      return "/api/c" + below;
    case http::root::item:
      return "/api/c/{id}" + below;
    case http::root::member:
      return "/cluster/members/{id}" + below;
    case http::root::token:
      return "/_admin/tokens/{id}";
    case http::root::projection:
      return "/api/projections/{name}";
    case http::root::entry:
      return "/_admin/explain/{id}";
    case http::root::dashboard:
      return "/_admin/{id}";
    case http::root::docs_part:
      return "/docs/{id}";
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(every_flag_is_told_of) {
  std::set<std::string> names;
  for (const auto& each : apps::all_settings()) names.insert("--" + std::string{each.name});
  BOOST_TEST(names.size() > 50u);
  require_told(names, "flag");
}

BOOST_AUTO_TEST_CASE(every_route_is_told_of) {
  std::set<std::string> names;
  for (const auto& row : http::all_operations()) {
    names.insert(path_of(row.at));
    for (const auto path : http::facts_of(row.at).paths)
      if (!path.empty()) names.insert(std::string{path});
  }
  // "/" is in every path.
  names.erase("/");
  BOOST_TEST(names.size() > 30u);
  for (const auto& each : names)
    BOOST_TEST(reference().find(each) != std::string::npos,
               "the documentation tells of no route " << each);
}

BOOST_AUTO_TEST_CASE(every_metric_is_told_of) {
  // A name, and behind it the line of help.
  const std::regex row(R"re("([a-z][a-z_]*)",\s*"[A-Z0-9])re");
  std::set<std::string> metrics;
  for (const auto& each : fs::directory_iterator(fs::path(LITHAIR_SOURCE_DIR) / "http")) {
    if (!each.path().filename().string().ends_with("metrics.cpp")) continue;
    const auto text = text_of(each.path());
    for (auto at = std::sregex_iterator(text.begin(), text.end(), row);
         at != std::sregex_iterator(); ++at)
      metrics.insert("lithair_" + (*at)[1].str());
  }
  BOOST_TEST(metrics.size() > 50u);
  require_told(metrics, "metric");
}

BOOST_AUTO_TEST_CASE(every_error_is_told_of) {
  const auto rooms = {"http", "models", "actors"};
  // A status and its word, in a call or a list; and words that stand for a status behind others.
  auto names = found_in(rooms, R"re(\b[45]\d\d,\s*"([a-z]+(?:_[a-z]+)*)")re");
  names.merge(found_in(rooms, R"re(bad_request\(\s*"([a-z_]+)")re"));
  names.merge(found_in({"http"}, R"re(\? "([a-z]+(?:_[a-z]+)+)")re"));
  BOOST_TEST(names.size() > 50u);
  require_told(names, "error");
}

BOOST_AUTO_TEST_CASE(every_word_of_a_field_that_is_wrong_is_told_of) {
  const auto names = found_in({"models"}, R"re(\{[a-z_.>()-]*name[a-z()]*, "([a-z_]+)", ?)re");
  BOOST_TEST(names.size() > 8u);
  require_told(names, "error of a field");
}

BOOST_AUTO_TEST_CASE(every_attribute_is_told_of) {
  std::set<std::string> names;
  for (const auto& each : models::word_names) {
    const auto dot = each.find('.');
    names.insert('`' + std::string{each.substr(0, dot)} + '`');
    if (dot != std::string_view::npos) names.insert('`' + std::string{each.substr(dot + 1)} + '`');
  }
  for (const auto& each : names)
    BOOST_TEST(
        text_of(fs::path(LITHAIR_SOURCE_DIR) / "docs/models.md").find(each) != std::string::npos,
        "docs/models.md tells of no attribute " << each);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace coverage_test
}  // namespace lithair::docs
