#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What a process does to the files below one directory, as it asks the kernel for it.
namespace lithair::persistence::images {

struct operation {
  enum class kind : std::uint8_t {
    write,
    cut,
    sync,
    make_file,
    make_directory,
    move,
    remove,
    sync_directory,
    mark
  };

  kind what = kind::mark;
  int inode = 0;      ///< of the file, or of the directory that is synced
  int directory = 0;  ///< where `name` is; directory 0 is the recorded one
  std::string name;
  int to_directory = 0;  ///< of a move
  std::string to_name;
  std::uint64_t offset = 0;  ///< of a write; the size of a cut
  std::string bytes;
  bool durable = false;  ///< a write that was synced at once
};

std::string to_string(const operation& x);

/// From now on all below `root`, an existing empty directory, is recorded. Lock files do not count.
/// One thread.
void start_recording(const std::filesystem::path& root);
/// A place in the record that the caller will know again: a step was acknowledged.
void record_mark();
std::vector<operation> stop_recording();
/// What should be below the root by now, as relative paths in order; to be compared with what is.
std::vector<std::string> recorded_tree();

}  // namespace lithair::persistence::images
