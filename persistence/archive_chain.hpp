#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "persistence/archive_segment.hpp"
#include "persistence/backup_files.hpp"

/// The entries that a directory of backups holds of one group, whoever archived them: committed
/// entries are the same on all members, so what one lacks another may have.
namespace lithair::persistence {

/// Where a walk ended.
struct archive_end {
  protocol::index_t next;    ///< the first entry that was not shown
  protocol::term_t term;     ///< of the last that was; none: none was
  std::int64_t time_us = 0;  ///< likewise
  bool stopped = false;      ///< the visitor had enough
  /// Where some file goes on behind a gap; none: nothing is behind `next`
  std::optional<protocol::index_t> goes_on;
  /// What kept a file from giving more, a sentence each that names it
  std::vector<std::string> trouble;
};

/// What a chain knows of a time.
struct archived_moment {
  protocol::index_t index;  ///< the last entry that is not later; none: all of them are
  /// Why there may have been more of them, a sentence; empty: what is behind it is later
  std::string doubt;
  bool has_gap = false;  ///< the doubt: what comes next is missing, and something behind it is not
};

/// The segments of one cluster and group, in memory their names only.
class archive_chain {
 public:
  /// Takes those of `all` that are logs of this cluster and group. `only`: whose, where each node
  /// has a group of that number for itself; none: all members'.
  archive_chain(const std::vector<backup_file>& all, std::uint64_t cluster,
                protocol::group_id group, protocol::node_id only = {});

  /// Is shown an entry, and who archived it; false to stop behind it. The entry is valid during the
  /// call.
  using visitor = std::function<bool(const entry_view&, const archive_origin&)>;

  /// Shows the entries from `first` on, in order, each once and checked. Where a file ends, or is
  /// damaged, it goes on with another that has what comes next; `before`, if known, is the term
  /// that the entry before `first` has. Holds one batch in memory. Throws `storage_error` for what
  /// is wrong with the disk, never for damage.
  archive_end walk(protocol::index_t first, protocol::term_t before, const visitor& visit) const;

  /// The last entry whose time is not after `time_us`. No doubt: the entry behind it is there and
  /// later, or the archive ends just then.
  archived_moment last_until(std::int64_t time_us) const;

  /// Ordered by node and index.
  const std::vector<backup_file>& segments() const { return segments_; }

 private:
  std::vector<backup_file> segments_;
};

}  // namespace lithair::persistence
