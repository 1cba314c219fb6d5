#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace lithair::actors {

/// How much of what a group's database may hold is taken, and what is still let in. A database that
/// is filled to its limit can't even be emptied: a removal is an entry of the log and part of a
/// checkpoint, which copies the pages that it changes before it frees them. So commands that make
/// it grow are refused while there still is room for those that free some, before they are in any
/// log. Pure.
///
///     0 ───────────── live + 2 × (unsaved + entering) ─────────────▶ limit
///       everything is taken   │ edge │ only what frees room │ nothing
///                                    └ reserve ─────────────┴ floor ─┘
///
/// In the edge it is full already, so that what is of usual size is never refused for its size.
/// What is unsaved counts twice, for a checkpoint may write it to pages that are half empty. So no
/// checkpoint finds less room than it asks for (`lmdb_state_store::commit`).
class storage_room {
 public:
  /// What is taken, in bytes.
  struct use {
    std::uint64_t live = 0;      ///< in the database, as of the last checkpoint, without free pages
    std::uint64_t unsaved = 0;   ///< changes in memory
    std::uint64_t entering = 0;  ///< commands that are under way

    std::uint64_t needs() const { return live + 2 * (unsaved + entering); }
  };

  /// What one transaction of a checkpoint changes at most, below such a limit.
  static constexpr std::uint64_t part(std::uint64_t limit) { return limit / 16; }
  /// What is changed before a checkpoint begins.
  static constexpr std::uint64_t checkpoint(std::uint64_t limit) { return limit / 64; }
  /// What is kept for removing.
  static constexpr std::uint64_t reserve(std::uint64_t limit) {
    return std::min(limit / 4, std::uint64_t{1} << 30);
  }
  /// What is kept for checkpoints.
  static constexpr std::uint64_t floor(std::uint64_t limit) { return reserve(limit) / 2; }

  /// What streams are told may take of it: deletions add to that as much as they free elsewhere.
  static constexpr std::uint64_t feed(std::uint64_t limit) { return limit / 16; }

  /// What may be left when it becomes full. Whatever is no larger than half of it has room before.
  static constexpr std::uint64_t edge(std::uint64_t limit) { return checkpoint(limit) / 2; }
  /// How much less must be taken for it to be full no more. When it became full a checkpoint's
  /// changes may have counted twice, and saving them frees nothing; nor does a page or two that
  /// LMDB finds.
  static constexpr std::uint64_t margin(std::uint64_t limit) { return checkpoint(limit) * 9 / 4; }

  /// `limit`: bytes; 0: none, and everything is taken.
  explicit storage_room(std::uint64_t limit) : limit_(limit) {}

  /// Looks whether it is full, which does not count what the next checkpoints settle. Whether that
  /// has begun or ended. Once full it stays so until something was freed.
  bool measure(const use& now);
  /// Only what frees room is taken.
  bool is_full() const { return full_; }
  /// Why no command of so many bytes is taken that makes the state grow; empty: it is.
  std::string why_not_grow(const use& now, std::uint64_t bytes) const;
  /// Why none that makes it smaller is taken; empty: it is.
  std::string why_not_shrink(const use& now) const;
  /// What is full and what helps, for whoever looks after the node.
  std::string advice(const use& now) const;

 private:
  // As it will be about when checkpoints that are due are made.
  std::uint64_t settled(const use& now) const;
  std::uint64_t growing() const { return limit_ - reserve(limit_); }

  std::uint64_t limit_;
  bool full_ = false;
};

}  // namespace lithair::actors
