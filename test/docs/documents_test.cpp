#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "models/declaration/model_file.hpp"
#include "test/docs/markdown.hpp"

namespace lithair::docs {
namespace documents_test {

namespace {

namespace fs = std::filesystem;

const fs::path top = LITHAIR_SOURCE_DIR;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A model file, of what may show fields alone.
std::string model_of(const block& shown) {
  if (has(shown.text, "[models.") || has(shown.text, "[projections.")) return shown.text;
  return "[models.shown.fields]\nid = { type = \"uuid\", primary_key = true, replicate = true }\n" +
         shown.text;
}

/// The programs of the examples, as they are built.
const std::vector<std::string>& programs() {
  static const auto all = [] {
    std::vector<std::string> made;
    for (const auto& each : fs::recursive_directory_iterator(top / "apps/examples"))
      if (each.path().extension() == ".cpp") made.push_back(text_of(each.path()));
    return made;
  }();
  return all;
}

/// Parts of programs, which stand in functions there.
const std::string& fragments() {
  static const auto all = text_of(top / "test/docs/fragments.cpp");
  return all;
}

std::string indented(const std::string& text) {
  std::istringstream lines(text);
  std::string made;
  for (std::string line; std::getline(lines, line);)
    made += line.empty() ? "\n" : "  " + line + '\n';
  return made;
}

std::string where(const std::string& path, const block& shown) {
  return path + ':' + std::to_string(shown.line);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(every_command_is_run_by_a_test_or_says_why_not) {
  for (const auto& [path, text] : docs::documents())
    for (const auto& each : blocks_of(text)) {
      if (each.language != "sh") continue;
      const bool is_marked = each.mark == "run" || each.mark.starts_with("shown: ");
      BOOST_TEST(is_marked, where(path, each) << " is neither run nor says why it is shown");
    }
}

BOOST_AUTO_TEST_CASE(every_model_that_is_shown_is_one) {
  std::size_t models = 0;
  for (const auto& [path, text] : docs::documents())
    for (const auto& each : blocks_of(text)) {
      if (each.language != "toml" || !has(each.text, "type =")) continue;
      const auto read = models::parse_model_text(model_of(each), where(path, each));
      const auto why = read ? std::string{} : to_string(read.error().front());
      BOOST_TEST(read.has_value(), where(path, each) << ": " << why);
      ++models;
    }
  BOOST_TEST(models > 15u);
}

BOOST_AUTO_TEST_CASE(every_program_that_is_shown_is_one_that_is_built) {
  std::size_t shown = 0;
  for (const auto& [path, text] : docs::documents())
    for (const auto& each : blocks_of(text)) {
      if (each.language != "cpp") continue;
      const bool is_whole = has(each.text, "int main(");
      const bool is_built = is_whole ? std::ranges::count(programs(), each.text) == 1
                                     : has(fragments(), indented(each.text));
      BOOST_TEST(is_built, where(path, each) << " is not what is built");
      ++shown;
    }
  BOOST_TEST(shown > 5u);
}

BOOST_AUTO_TEST_CASE(every_test_of_clusters_that_is_named_is_there) {
  std::string suites;
  for (const auto& each : fs::directory_iterator(top / "test/cluster"))
    if (each.path().extension() == ".cpp") suites += text_of(each.path());
  const std::regex name(R"(\bcluster_[a-z_]+)");
  std::size_t named = 0;
  for (const auto& [path, text] : docs::documents())
    for (auto at = std::sregex_iterator(text.begin(), text.end(), name);
         at != std::sregex_iterator(); ++at) {
      if (at->str() == "cluster_token" || at->str() == "cluster_id") continue;
      BOOST_TEST(has(suites, "TEST_SUITE(" + at->str() + ')'), path << " names " << at->str());
      ++named;
    }
  BOOST_TEST(named > 15u);
}

BOOST_AUTO_TEST_CASE(every_link_leads_to_a_file_and_to_a_heading_in_it) {
  const std::regex link(R"(\]\(([^)]+)\))");
  for (const auto& [path, text] : docs::documents()) {
    const auto prose = prose_of(text);
    for (auto at = std::sregex_iterator(prose.begin(), prose.end(), link);
         at != std::sregex_iterator(); ++at) {
      const auto target = (*at)[1].str();
      if (target.starts_with("http")) continue;
      const auto hash = std::min(target.find('#'), target.size());
      const auto file =
          hash == 0 ? top / path : top / fs::path(path).parent_path() / target.substr(0, hash);
      BOOST_TEST(fs::exists(file), path << " links to " << target);
      if (hash == target.size()) continue;
      const auto anchors = anchors_of(text_of(file));
      BOOST_TEST(std::ranges::count(anchors, target.substr(hash + 1)) == 1,
                 path << " links to " << target);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_picture_is_there_and_small) {
  std::size_t pictures = 0;
  for (const std::string folder : {"docs", "apps/examples"})
    for (const auto& each : fs::recursive_directory_iterator(top / folder)) {
      const auto kind = each.path().extension();
      if (kind != ".svg" && kind != ".png") continue;
      BOOST_TEST(fs::file_size(each.path()) <= 150'000u, each.path());
      ++pictures;
    }
  BOOST_TEST(pictures >= 4u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace documents_test
}  // namespace lithair::docs
