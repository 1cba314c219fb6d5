#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "persistence/data_directory.hpp"

/// What can't be used is kept all the same, under another name: it may be the last copy of
/// something. The program never removes it; whoever looks after the node does.
namespace lithair::persistence {

/// One that is kept, for status pages.
struct set_aside_copy {
  /// The directory that it is in now.
  std::filesystem::path path;
  /// As it was noted when it was found; empty when that could not be done.
  std::string why;
  /// Of all files in it, as of now.
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
