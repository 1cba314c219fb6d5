// Makes a source of the dashboard's files, which nodes serve at /_admin:
//
//     make_dashboard FOLDER OUTPUT.cpp

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "docs/site/packing.hpp"

namespace {

namespace fs = std::filesystem;

/// Of the files that are served, by their endings.
const std::map<std::string, std::string> types{{".html", "text/html; charset=utf-8"},
                                               {".css", "text/css; charset=utf-8"},
                                               {".js", "text/javascript; charset=utf-8"}};

/// Says of two texts whether they are the same one, as far as a browser's cache cares: FNV-1a.
std::string tag_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  constexpr auto digits = "0123456789abcdef";
  std::string made;
  for (int at = 60; at >= 0; at -= 4) made += digits[hash >> at & 15];
  return made;
}

void make(const fs::path& folder, const fs::path& file) {
  std::map<std::string, fs::path> files;  // in the order of their names
  for (const auto& each : fs::directory_iterator(folder))
    if (types.contains(each.path().extension()))
      files[each.path().filename().string()] = each.path();
  std::ofstream out(file, std::ios::binary);
  out << "// Made of http/dashboard/ by docs/site/make_dashboard.cpp.\n"
      << "#include \"http/dashboard_files.hpp\"\n\n"
      << "namespace lithair::http {\n\nnamespace {\n\nconstexpr dashboard_file files[] = {\n";
  for (const auto& [name, path] : files) {
    const auto text = site::text_of(path);
    out << "    {\"" << name << "\", \"" << types.at(path.extension()) << "\", \"" << tag_of(text)
        << "\",\n     " << site::packed(text) << "},\n";
  }
  out << "};\n\n}  // namespace\n\n"
      << "std::span<const dashboard_file> dashboard_files() { return files; }\n\n"
      << "}  // namespace lithair::http\n";
  if (!out.flush()) throw std::runtime_error(file.string() + " can't be written");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("make_dashboard FOLDER OUTPUT.cpp");
  make(argv[1], argv[2]);
} catch (const std::exception& wrong) {
  std::cerr << "make_dashboard: " << wrong.what() << '\n';
  return 1;
}
