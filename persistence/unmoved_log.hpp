#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "persistence/journal_records.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {

/// Of one group: what the journal holds and the log's home does not have yet, as it is now and not
/// as it came to be. Pure.
///
///     home:     … point │ … entries … │ cut: what is here and behind counts no more
///     unmoved:                        │ cut … entries … last
///
/// What was appended and cut again, or forgotten again, before it was moved leaves nothing to move.
class unmoved_log {
 public:
  /// Where a log begins and ends: entries in (before, last].
  struct extent {
    protocol::index_t before;
    protocol::index_t last;

    /// After the write. Throws `std::logic_error` for one that does not continue the log.
    void follow(const protocol::log_write& write);
  };

  /// Of what the home has.
  explicit unmoved_log(extent home) : extent_(home) {}

  /// What `follow` let pass. Payloads are shared and not copied.
  void take(const protocol::log_write& write);
  /// A purge that reaches beyond the log is a `std::logic_error`; one that was made already changes
  /// nothing.
  void take(const log_begins& point);
  /// As `take`, of what the home may have a part of already: a log was moved as far as it begins,
  /// and then the node stopped.
  void take_again(const log_change& change);

  /// As it is now.
  const extent& bounds() const { return extent_; }
  /// Where the log begins, where the home does not know yet.
  const std::optional<log_begins>& point() const { return point_; }
  /// From here on the home's entries do not count.
  const std::optional<protocol::index_t>& cut() const { return cut_; }
  /// Consecutive, the first at `cut`.
  const std::deque<protocol::entry>& entries() const { return entries_; }
  const std::optional<protocol::hard_state>& state() const { return state_; }
  /// Null when it is not here. Valid until something is taken.
  const protocol::entry* find(protocol::index_t index) const;
  /// Entries [first, last] as far as they are here, up to `max_bytes` but at least one.
  std::vector<protocol::entry> read(protocol::index_t first, protocol::index_t last,
                                    std::uint64_t max_bytes) const;
  /// The last configuration among these up to `index`; null: there is none.
  const protocol::entry* configuration_at(protocol::index_t index) const;
  /// Rises with each cut, and so tells whether entries that were read on both sides belong
  /// together.
  std::uint64_t cuts() const { return cuts_; }
  bool empty() const { return !state_ && !point_ && !cut_; }

  /// Makes of what the home has what the log is.
  void amend(protocol::restored_state& restored) const;

  /// How the home becomes what this is: a point, then a write. Payloads are shared. Remembers what
  /// it told, until `moved`.
  struct move {
    std::optional<log_begins> point;
    protocol::log_write write;
  };
  move begin_move();
  /// The home has what `begin_move` told; what came since stays.
  void moved();

 private:
  /// The home's entries from here on are void, and those here too.
  void drop_from(protocol::index_t from);

  extent extent_;
  std::optional<protocol::hard_state> state_;
  std::optional<log_begins> point_;
  std::optional<protocol::index_t> cut_;
  std::deque<protocol::entry> entries_;
  std::uint64_t cuts_ = 0;

  /// What a move under way told, and the lowest cut since.
  struct under_way {
    std::optional<protocol::hard_state> state;
    std::optional<log_begins> point;
    protocol::index_t last;
    std::optional<protocol::index_t> cut;
  };
  std::optional<under_way> move_;
};

}  // namespace lithair::persistence
