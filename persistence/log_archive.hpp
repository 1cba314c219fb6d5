#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "persistence/archive_segment.hpp"
#include "persistence/backup_files.hpp"
#include "persistence/log_store.hpp"

namespace lithair::persistence {

/// Copies what is committed in one group's log into segments of a directory of backups, and knows
/// how far it is. What the log has forgotten before it was copied is a gap: it begins anew behind
/// it, and says so. One thread; blocks on both disks.
///
///     resume ──▶ copy, a piece at a time ──▶ sealed, and the next segment
///       ▲               │ a failure              │ the log begins later than what comes next
///       └───────────────┘                        └──▶ anew: `begins` is where
class log_archive {
 public:
  struct setup {
    std::filesystem::path directory;         ///< is there
    backup_name of;                          ///< whose log; its index means nothing
    std::string models;                      ///< with which this node applies the entries
    const log_store* log = nullptr;          ///< outlives the archive
    std::uint64_t segment_bytes = 64 << 20;  ///< another begins behind so many
    std::uint64_t piece_bytes = 512 << 10;   ///< that are read and synced at a time, about
    /// How far the log reached when it was opened, where nobody else has it: what is archived
    /// beyond that is of another log under the same name
    protocol::index_t reached = protocol::index_t{UINT64_MAX};
  };
  explicit log_archive(setup s) : setup_(std::move(s)) {}

  /// Copies a piece of what is not copied yet, up to `settled`, which is applied and durable here.
  /// Whether there is more. Throws `storage_error`; the next call then begins by reading back what
  /// is there. `foreign`: the files are of another log than this node's, although they bear its
  /// name; nothing is written then.
  bool advance(protocol::index_t settled);
  /// The next piece goes to another segment: so that the files before may be removed one day.
  void begin_segment();

  /// The last entry that is archived, durably; none: nothing is, or it is not known yet.
  protocol::index_t archived() const { return last_; }
  /// Its time.
  std::int64_t archived_time_us() const { return time_us_; }
  /// The first entry from which on none is missing, up to `archived`; none: nothing is archived.
  protocol::index_t begins() const { return begins_; }
  /// How often it began anew behind a gap, in this process.
  std::uint64_t gaps() const { return gaps_; }

 private:
  void resume();
  void require_this_life();
  void compare(protocol::index_t settled);
  void begin_anew(protocol::index_t settled);
  void copy(const std::vector<protocol::entry>& entries);

  setup setup_;
  std::optional<archive_writer> to_;
  bool resumed_ = false;
  bool compared_ = false;
  bool is_of_this_life_ = false;  // it does not go beyond what the log was opened with
  protocol::index_t begins_;
  protocol::index_t last_;
  protocol::term_t term_;  // of the last; none: what comes begins anew
  std::int64_t time_us_ = 0;
  std::uint64_t last_sum_ = 0;  // of the last entry as it is archived; 0: not known
  bool missed_ = false;         // what comes next was not in the log when it was looked for
  std::uint64_t gaps_ = 0;
};

}  // namespace lithair::persistence
