#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "protocol/entry.hpp"
#include "protocol/output.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// What the core knows of its log: where it begins and ends, the term of every entry, the newest
/// entries themselves, and how far the driver has made it durable.
///
///     base < first .. | cached first .. durable .. stored .. last
///
/// Entries up to `base` are gone (a snapshot stands for them); those up to `stored` were handed to
/// the driver; those up to `durable` are on its disk, as this log has them now.
class log_view {
 public:
  /// A log of `(base, last]`, all durable and none of it in memory. `runs` tell the terms of it and
  /// cover it without a gap.
  log_view(index_t base, term_t base_term, index_t last, std::vector<term_run> runs);

  /// The last entry that is forgotten; 0: none is.
  index_t base() const { return base_; }
  /// The term of the entry at `base`, for the consistency check of the first entry after it.
  term_t base_term() const { return base_term_; }
  /// The newest entry there is, in memory at least.
  index_t last() const { return last_; }
  /// What candidates compare (§5.4.1).
  term_t last_term() const { return runs_.empty() ? base_term_ : runs_.back().term; }
  /// Up to here the disk has this log: so much may be acknowledged (figure 2).
  index_t durable() const { return durable_; }
  /// Of the entries after `durable`, all of which are in memory.
  std::uint64_t unsynced_bytes() const { return unsynced_bytes_; }

  /// None outside [base, last].
  std::optional<term_t> term_at(index_t index) const;
  /// Whether the entry at `index` is known and has this term (§5.3, the consistency check).
  bool matches(index_t index, term_t term) const;
  /// The last index up to `from` whose term is at most `term`; never below base. O(terms).
  index_t last_with_term_up_to(index_t from, term_t term) const;
  /// Whether a log that ends with this entry is at least as complete as ours (§5.4.1).
  bool is_up_to_date(index_t last, term_t last_term) const;

  /// `one.index` must be last + 1 and its term not below the last one.
  void append(entry one);
  /// Removes all entries from this index on.
  void truncate(index_t from);
  /// Forgets entries up to this one, which stays known as the base.
  void purge(index_t through);
  /// Becomes a log of nothing after this base; durable.
  void reset(index_t base, term_t term);

  /// The entry in memory, or null. Valid until the log changes.
  const entry* cached(index_t index) const;
  /// Entries [first, last] in memory, up to `max_bytes` but at least one; empty when `first` is not
  /// in memory.
  std::vector<entry> slice(index_t first, index_t last, std::uint64_t max_bytes) const;
  /// Drops the oldest entries from memory beyond `max_bytes`, of those durable and up to `applied`.
  void trim(index_t applied, std::uint64_t max_bytes);

  /// Whether the driver's log differs from this one.
  bool unwritten() const { return truncate_from_.has_value() || stored_ < last_; }
  /// Fills in what makes the driver's log this one, to be durable when `write.token` is.
  void take_write(log_write& write);
  /// This write and all before it are durable. Unknown or repeated tokens change nothing.
  void written(write_token token);

 private:
  /// A write that is under way: when done, entries up to `last` are durable, if they still are
  /// ours.
  struct pending_write {
    /// As it was handed to the driver.
    write_token token;
    /// Falls when entries are truncated: those that replace them have a write of their own.
    index_t last;
  };

  /// The oldest entry in memory; last + 1 when there is none.
  index_t first_cached() const { return last_ + 1 - entries_.size(); }

  index_t base_;
  term_t base_term_;
  index_t last_;
  std::vector<term_run> runs_;  ///< of (base, last]
  std::deque<entry> entries_;   ///< the newest ones, up to last
  /// Of `entries_`, by `footprint`.
  std::uint64_t cached_bytes_ = 0;
  /// The driver was given all up to here to write.
  index_t stored_;
  /// The driver said that all up to here is on its disk.
  index_t durable_;
  /// Of the entries after `durable_`, by `footprint`.
  std::uint64_t unsynced_bytes_ = 0;
  /// What the next write removes from the driver's log before it appends; none: nothing.
  std::optional<index_t> truncate_from_;
  /// Handed out and not durable, in rising order of tokens.
  std::deque<pending_write> pending_;
};

}  // namespace lithair::protocol
