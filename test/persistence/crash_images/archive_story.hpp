#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "test/persistence/crash_images/recorder.hpp"

/// What a node does in a directory of backups: its log is archived, bases are kept, and what they
/// supersede goes.
namespace lithair::persistence::images {

/// How far it said that it is, when it said so.
struct archive_promise {
  std::uint64_t base = 0;      ///< the newest; 0: none is
  std::uint64_t oldest = 0;    ///< of those that stay; 0: all do
  std::uint64_t archived = 0;  ///< the last entry
};

struct told_archive {
  std::uint64_t seed = 0;
  std::vector<operation> record;
  std::vector<archive_promise> promises;  ///< one for each mark of the record
};

/// The same for the same seed; on a real directory below `place`, and recorded.
told_archive tell_archive(std::uint64_t seed, const std::filesystem::path& place);

/// Why the directory, as a crash left it, is not worth what was promised last, or can't be gone on
/// with; empty: it is. Goes on with it.
std::string judge_archive(const told_archive& story, const archive_promise& last,
                          const std::filesystem::path& directory);

}  // namespace lithair::persistence::images
