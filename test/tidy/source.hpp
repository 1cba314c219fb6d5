#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::tidy {

/// A C++ file of the tree.
struct source {
  std::string path;  ///< from the top of the tree: "models/state/keys.hpp"
  std::vector<std::string> lines;

  bool is_header() const { return path.ends_with(".hpp"); }
  /// Its folder: "models/state"; of a file at the top of a room the room.
  std::string_view room() const;
  /// The path without the ending: a header and its source are one component (Lakos).
  std::string_view component() const;
};

/// A line of code taken for its text: for tests of the rules.
source source_of(std::string path, std::string_view text);

/// All C++ files of the product, its tests and its measurements, in order of their paths.
std::vector<source> read_tree(const std::filesystem::path& top);

/// What a file includes of the tree, and in which line.
struct inclusion {
  std::size_t line = 0;
  std::string path;
};
std::vector<inclusion> inclusions_of(const source& from);

}  // namespace lithair::tidy
