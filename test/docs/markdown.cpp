#include "test/docs/markdown.hpp"

#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>

namespace lithair::docs {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view fence = "```";

std::string mark_in(const std::string& line) {
  constexpr std::string_view begin = "<!-- ";
  constexpr std::string_view end = " -->";
  if (!line.starts_with(begin) || !line.ends_with(end)) return {};
  return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

}  // namespace

std::vector<block> blocks_of(std::string_view text) {
  std::vector<block> made;
  std::istringstream lines{std::string(text)};
  std::string before;
  bool inside = false;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line); before = line) {
    ++number;
    if (line.starts_with(fence)) {
      inside = !inside;
      if (inside) made.push_back({line.substr(fence.size()), {}, mark_in(before), number});
    } else if (inside) {
      made.back().text += line + '\n';
    }
  }
  return made;
}

std::string prose_of(std::string_view text) {
  std::string made;
  std::istringstream lines{std::string(text)};
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(fence)) inside = !inside;
    if (!inside) made += line + '\n';
  }
  return made;
}

std::vector<std::string> anchors_of(std::string_view text) {
  std::vector<std::string> made;
  std::istringstream lines{prose_of(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("## ") && !line.starts_with("### ")) continue;
    std::string anchor;
    for (const char c : line.substr(line.find(' ') + 1)) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || c == '_' || byte >= 0x80)
        anchor += static_cast<char>(std::tolower(byte));
      if (c == ' ' || c == '-') anchor += '-';
    }
    made.push_back(anchor);
  }
  return made;
}

const std::map<std::string, std::string>& documents() {
  static const auto all = [] {
    const fs::path top = LITHAIR_SOURCE_DIR;
    std::map<std::string, std::string> made{{"README.md", text_of(top / "README.md")}};
    for (const std::string folder : {"docs", "apps/examples"})
      for (const auto& each : fs::recursive_directory_iterator(top / folder))
        if (each.path().extension() == ".md")
          made[fs::relative(each.path(), top).string()] = text_of(each.path());
    return made;
  }();
  return all;
}

const std::string& reference() {
  static const auto all = [] {
    std::string made;
    for (const auto& [path, text] : documents())
      if (!path.starts_with("apps/")) made += text;
    return made;
  }();
  return all;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace lithair::docs
