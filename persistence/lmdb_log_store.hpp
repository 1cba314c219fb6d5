#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>

#include "persistence/lmdb_environment.hpp"
#include "persistence/log_store.hpp"

namespace lithair::persistence {

/// The log of a data directory, in LMDB. Key and value layouts: README.md.
class lmdb_log_store : public log_store {
 public:
  /// Opens or creates the environment in `directory`, which must exist. Checks all of its pages,
  /// but no record: `restore` does that. Throws `storage_error`: damaged, bad_format, access, full,
  /// io.
  explicit lmdb_log_store(const std::filesystem::path& directory, lmdb_options options = {});

  protocol::restored_state restore(protocol::group_id group) override;
  void write(std::span<const group_write> writes) override;
  std::vector<protocol::entry> read(protocol::group_id group, protocol::index_t first,
                                    protocol::index_t last, std::uint64_t max_bytes) const override;
  std::optional<protocol::snapshot_meta> point_at(protocol::group_id group,
                                                  protocol::index_t index) const override;
  void purge(protocol::group_id group, const protocol::snapshot_meta& meta) override;
  void reset(protocol::group_id group, const protocol::snapshot_meta& meta) override;

  /// For what it tells about room and failures.
  const lmdb_environment& environment() const { return env_; }

 private:
  /// Where the log of a group begins and ends. Known to the writer's thread only.
  struct extent {
    protocol::index_t before;  ///< of the snapshot point: entries up to here are forgotten
    /// The newest entry, or the point when there is none.
    protocol::index_t last;
    bool has_leftovers = false;  ///< forgotten entries are still on the disk
    std::size_t due = 0;         ///< so many of them are to be removed
  };
  using extents = std::unordered_map<protocol::group_id, extent>;

  /// Reads it from the disk.
  static extent load_extent(lmdb_cursor& at, protocol::group_id group);
  /// From those that are known, else from the disk.
  static extent& extent_of(extents& known, lmdb_cursor& at, protocol::group_id group);
  /// One group's write, within a transaction; `log` is what it leaves.
  static void perform(lmdb_writer& to, extent& log, const group_write& request);
  /// Its entries, which must follow the log's last.
  static void append(lmdb_writer& to, extent& log, const group_write& request);
  /// Removes up to `most` forgotten entries.
  static void remove_leftovers(lmdb_writer& to, protocol::group_id group, extent& log,
                               std::size_t most);

  lmdb_environment env_;
  bool lacks_room_ = false;  // the last write found none
  /// As of the last commit: a transaction works on a copy, since it may be undone.
  extents extents_;
};

}  // namespace lithair::persistence
