#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "persistence/archive_segment.hpp"
#include "persistence/backup_files.hpp"
#include "persistence/snapshot_file.hpp"

/// Reads backups to their end and says what they are worth. Offline: no node is needed.
namespace lithair::persistence {

/// One file that was read whole.
struct checked_backup {
  std::filesystem::path path;
  std::optional<backup_name> name;  ///< none: it has another kind of name
  std::uint64_t bytes = 0;
  std::string damage;  ///< a sentence that names the file; empty: it is sound
  /// Of a base, also one with another name: what its head says; none: it is none, or damaged
  std::optional<snapshot_header> base;
  // Of a segment:
  archive_ending ending = archive_ending::open;
  protocol::index_t first;  ///< the first entry; none: it has none
  protocol::index_t last;
  std::int64_t first_time_us = 0;  ///< Unix time of these two
  std::int64_t last_time_us = 0;
};

/// Indexes to which a directory can be restored, each of them.
struct restorable_range {
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id node;   ///< whose own group it is; none: all members have it
  protocol::index_t first;  ///< of a base
  protocol::index_t last;
  std::int64_t first_time_us = 0;  ///< Unix time of the entry; 0: unknown
  std::int64_t last_time_us = 0;
};

/// What `verify_backup` found.
struct backup_report {
  std::vector<checked_backup> files;
  std::vector<restorable_range> ranges;
  /// What is wrong, a sentence each that names a file or a place: damage first, then gaps between
  /// ranges. What is torn where its writer stopped, and nothing is missing, is not among them
  std::vector<std::string> problems;

  bool is_sound() const { return problems.empty(); }
};

/// Reads a single file, or all files of a directory, and checks each byte of them. Throws
/// `storage_error` where the path can't be read, or there is no backup at all (`foreign`).
backup_report verify_backup(const std::filesystem::path& path);

/// The report for people: a line for each file, range and problem.
std::string to_text(const backup_report& report);

}  // namespace lithair::persistence
