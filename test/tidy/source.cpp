#include "test/tidy/source.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace lithair::tidy {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view rooms[] = {"actors", "apps",        "bench",    "docs", "http",
                                      "models", "persistence", "protocol", "test"};

bool is_source(const fs::path& x) { return x.extension() == ".cpp" || x.extension() == ".hpp"; }

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string_view source::room() const {
  return std::string_view(path).substr(0, path.find_last_of('/'));
}

std::string_view source::component() const {
  return std::string_view(path).substr(0, path.find_last_of('.'));
}

source source_of(std::string path, std::string_view text) {
  source made{std::move(path), {}};
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) made.lines.push_back(line);
  return made;
}

std::vector<source> read_tree(const fs::path& top) {
  std::vector<source> made;
  for (const auto room : rooms)
    for (const auto& each : fs::recursive_directory_iterator(top / room))
      if (is_source(each.path()))
        made.push_back(source_of(fs::relative(each.path(), top).string(), text_of(each.path())));
  std::ranges::sort(made, {}, &source::path);
  return made;
}

std::vector<inclusion> inclusions_of(const source& from) {
  constexpr std::string_view head = "#include \"";
  std::vector<inclusion> made;
  for (std::size_t i = 0; i < from.lines.size(); ++i) {
    const std::string_view line = from.lines[i];
    if (!line.starts_with(head)) continue;
    made.push_back({i + 1, std::string(line.substr(head.size(), line.rfind('"') - head.size()))});
  }
  return made;
}

}  // namespace lithair::tidy
