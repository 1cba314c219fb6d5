#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "persistence/lmdb_environment.hpp"
#include "persistence/overlay_store.hpp"
#include "persistence/state_records.hpp"

namespace lithair::persistence {

/// The state of one group, in an LMDB environment of its own. Key and value layouts: README.md.
///
/// Scans copy a few pairs at a time, so that no read transaction lives long. A commit between two
/// of them shows: a reader that wants one index reads through an `overlay_store`, which hides it.
///
/// A commit of several parts has happened once its file `pending` is durable. When its parts can't
/// all be made, for there is no room, it counts as made all the same: what is missing is shown from
/// memory, and no further commit is taken until the parts are made.
class lmdb_state_store : public state_store {
 public:
  /// Opens or creates the environment in `directory`, which must exist, and finishes a commit that
  /// was left half done, as far as there is room.
  explicit lmdb_state_store(const std::filesystem::path& directory, lmdb_options options = {});

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, scan_order order,
            const pair_visitor& visit) const override;
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override;
  applied_point applied() const override;
  /// Throws `full` also while there is no room for what an earlier one left to be made.
  void commit(std::span<const change_view> changes, applied_point point) override;

  /// Whether parts of the last commit are still to be made. Any thread.
  bool half_made() const { return is_half_made_; }

  /// Reads everything there is and compares it with the digest; throws `damaged` where it differs.
  /// On the thread that commits, or while nobody does.
  void verify() const;

  /// For what it tells about room and failures.
  const lmdb_environment& environment() const { return env_; }

 private:
  /// The pairs that are in the environment.
  class tree final : public state_source {
   public:
    explicit tree(const lmdb_environment& env) : env_(env) {}
    std::optional<std::string> get(std::string_view key) const override;
    void scan(std::string_view lower, std::string_view upper, scan_order order,
              const pair_visitor& visit) const override;
    std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                        std::string& last) const override;

   private:
    const lmdb_environment& env_;
  };

  /// A commit that has happened and whose parts are not all in the environment.
  struct unfinished {
    unfinished(const tree& below, applied_record t) : shown(below), target(std::move(t)) {}

    /// One change more; before `close`.
    void add(const change_view& change);
    /// All changes are there: `layer` and `changes` hold them from now on.
    void close();

    overlay_store shown;  ///< the state with all of it; any thread reads
    /// What is stored once the last part is made.
    applied_record target;
    /// Owns the bytes that `changes` refers to.
    std::shared_ptr<const overlay_layer> layer;
    /// All of the commit, in key order.
    std::vector<change_view> changes;
    std::size_t made = 0;  ///< so many of the changes; on the thread that commits
  };

  /// The applied point as it is on the disk now.
  void read_stored();
  /// At opening, when the file of a large commit is there.
  void open_pending();
  std::size_t write_one_part(std::span<const change_view> changes);
  std::size_t one_part_of(std::span<const change_view> changes) const;
  /// Changes that fit in one transaction; with a target the point goes with them.
  void write_part(std::span<const change_view> changes, const applied_record* target,
                  write_purpose purpose, std::uint64_t bytes = 0);
  /// A commit that is too large for one transaction.
  void write_in_parts(std::span<const change_view> changes, const applied_record& target);
  /// The parts could not all be made: from now on they are shown from memory.
  void leave_half_made(std::span<const change_view> changes, std::size_t made,
                       const applied_record& target);
  /// Reads go through this commit's changes, over what is stored.
  void show_unfinished(std::shared_ptr<unfinished> pending_changes);
  /// Makes the parts that are missing, if there are any. Throws `full` and may be tried again.
  void finish();
  /// The commit is stored as a whole; its file is not needed any more.
  void remove_pending();
  /// What readers see from now on.
  void show(applied_point point, std::shared_ptr<const unfinished> half);
  /// Null while all of the last commit is stored.
  std::shared_ptr<const unfinished> shown_half() const;
  std::filesystem::path pending_path() const { return env_.directory() / "pending"; }

  lmdb_environment env_;
  tree tree_{env_};
  /// As `lmdb_options::part_bytes`.
  std::uint64_t part_bytes_;
  applied_record stored_;  ///< as on the disk: digest and count are of the parts that are there
  std::shared_ptr<unfinished> unfinished_;  ///< on the thread that commits

  /// Guards the two that follow.
  mutable std::mutex mutex_;
  applied_point applied_;  ///< of the last commit
  /// What `unfinished_` is, for readers.
  std::shared_ptr<const unfinished> shown_half_;
  /// Whether `shown_half_` is there, for readers that would rather not lock.
  std::atomic<bool> is_half_made_ = false;
};

}  // namespace lithair::persistence
