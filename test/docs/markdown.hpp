#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The documentation as tests look at it.
namespace lithair::docs {

/// A fenced block.
struct block {
  std::string language;
  std::string text;
  std::string mark;      ///< of the comment in the line before: "run", or why it isn't; empty: none
  std::size_t line = 0;  ///< in which it begins
};

std::vector<block> blocks_of(std::string_view text);

/// What is not in fenced blocks.
std::string prose_of(std::string_view text);

/// As GitHub and the site make it of a heading.
std::vector<std::string> anchors_of(std::string_view text);

/// The text of all files of the documentation: the README, those of the examples, and docs/, each
/// by its path in the tree.
const std::map<std::string, std::string>& documents();

/// Those that say what there is: all but the examples'.
const std::string& reference();

std::string text_of(const std::filesystem::path& file);

}  // namespace lithair::docs
