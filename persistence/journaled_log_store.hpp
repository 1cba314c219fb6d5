#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "persistence/journal_ring.hpp"
#include "persistence/lmdb_log_store.hpp"

namespace lithair::persistence {

/// The log of a data directory: a journal, in which a write is one flush of the disk, in front of
/// LMDB, where the log is at home.
///
///     write, purge, reset ──▶ journal ──▶ unmoved (memory) ──settle──▶ home (LMDB)
///                                              │                         │
///                                 read, point_at, restore look into both
///
/// What the journal took is durable, and done. It goes home in large transactions, by whoever calls
/// `settle`, and with each start; until then it is in memory as well. What is more than a segment
/// of the journal goes home at once. Where home has no room, so has the journal (`full`), as soon
/// as it is known.
class journaled_log_store final : public log_store {
 public:
  /// Opens or creates both in `directory`, which must exist. A journal that is missing, although
  /// one was there, is `damaged`.
  journaled_log_store(const std::filesystem::path& directory, const lmdb_options& options,
                      const journal_options& journal);
  ~journaled_log_store() override;

  protocol::restored_state restore(protocol::group_id group) override;
  void write(std::span<const group_write> writes) override;
  std::vector<protocol::entry> read(protocol::group_id group, protocol::index_t first,
                                    protocol::index_t last, std::uint64_t max_bytes) const override;
  std::optional<protocol::snapshot_meta> point_at(protocol::group_id group,
                                                  protocol::index_t index) const override;
  void purge(protocol::group_id group, const protocol::snapshot_meta& meta) override;
  void reset(protocol::group_id group, const protocol::snapshot_meta& meta) override;
  bool wants_settling() const override;
  void settle() override;

  /// For what it tells about room and failures.
  const lmdb_environment& environment() const { return home_.environment(); }
  /// Bytes that the journal holds and home does not have yet, about. Any thread.
  std::uint64_t unmoved_bytes() const {
    const std::lock_guard guard{mutex_};
    return ring_->kept_bytes();
  }
  /// Whether writes of the journal pass the page cache by.
  bool is_direct() const { return ring_->direct(); }

 private:
  void open_journal(const std::filesystem::path& directory, const journal_options& options);
  /// What the journal showed, at the start.
  void take_again(std::string_view body);
  /// Makes `logs_` have the group. On the writer's thread.
  void know(protocol::group_id group);
  /// Throws when home has failed, or has no room.
  void require_home();
  /// For a batch in the journal.
  void make_room(std::uint64_t bytes);
  /// Durable, and then taken.
  template <class Take>
  void append(std::string_view body, std::uint32_t records, const Take& take);
  /// Past the journal, which has nothing any more then.
  void write_home(std::span<const group_write> writes);
  void begin(const log_begins& point);
  /// Of what makes room where there is none.
  void settle_behind(const log_begins& point);
  /// Moves all; where home has no room for that, the points alone, first or after it failed, so
  /// that what lies behind them makes some. `home_mutex_` is held.
  void move(bool points_first);
  void move_all();
  void move_points();

  /// Taken first: one thread at a time writes home, and who holds only `mutex_` does not wait.
  std::mutex home_mutex_;
  lmdb_log_store home_;

  /// Guards what follows; held for moments.
  mutable std::mutex mutex_;
  std::unique_ptr<journal_ring> ring_;
  std::map<protocol::group_id, unmoved_log> logs_;
  /// Home has all up to here.
  journal_mark settled_;
  bool is_full_ = false;  // home had no room the last time
  std::string failure_;   // of home
};

}  // namespace lithair::persistence
