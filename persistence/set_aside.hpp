#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "persistence/data_directory.hpp"

/// What can't be used is kept all the same, under another name: it may be the last copy of
/// something. The program never removes it; whoever looks after the node does.
namespace lithair::persistence {

struct set_aside_copy {
  std::filesystem::path path;
  std::string why;
  std::uint64_t bytes = 0;
};

/// All there are: `DIR/damaged-log*` and `DIR/state/<group>/set-aside-<number>`, by path. Any
/// thread.
std::vector<set_aside_copy> set_aside(const data_directory& directory);

/// Says in `directory` that and why it is not to be used, durably.
void note_damage(const std::filesystem::path& directory, const std::string& why);
/// What was noted; empty: nothing.
std::string noted_damage(const std::filesystem::path& directory);

}  // namespace lithair::persistence
