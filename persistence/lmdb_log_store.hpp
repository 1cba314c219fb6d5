#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>

#include "persistence/lmdb_environment.hpp"
#include "persistence/log_records.hpp"
#include "persistence/log_store.hpp"
#include "persistence/unmoved_log.hpp"

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

  /// Takes over what a journal kept of these groups, and how far, as ONE transaction, durable when
  /// this returns. Belongs to the writing thread, as `write` does.
  void take_over(std::span<const std::pair<protocol::group_id, unmoved_log::move>> moves,
                 const journal_mark& mark);
  /// As it was last taken over. Any thread.
  journal_mark mark() const;
  /// As somebody's transaction sees it.
  static journal_mark mark_of(lmdb_cursor& at);
  /// Where the log of a group begins and ends. Belongs to the writing thread.
  unmoved_log::extent bounds(protocol::group_id group);

  /// The same, as somebody's transaction sees it.
  static unmoved_log::extent bounds_of(lmdb_cursor& at, protocol::group_id group);

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
  /// The log begins behind `meta`, with what there is behind it, or with nothing.
  static void purge(lmdb_writer& to, extent& log, protocol::group_id group,
                    const protocol::snapshot_meta& meta);
  static void reset(lmdb_writer& to, extent& log, protocol::group_id group,
                    const protocol::snapshot_meta& meta);
  /// Removes up to `most` forgotten entries.
  static void remove_leftovers(lmdb_writer& to, protocol::group_id group, extent& log,
                               std::size_t most);

  lmdb_environment env_;
  bool lacks_room_ = false;  // the last write found none
  /// As of the last commit: a transaction works on a copy, since it may be undone.
  extents extents_;
};

}  // namespace lithair::persistence
