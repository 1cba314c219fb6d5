#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "persistence/log_store.hpp"

namespace lithair::persistence {

/// A log in memory, with the promises of a real one except that nothing survives it. For tests; a
/// copy of the object is what a crash would leave.
class memory_log_store : public log_store {
 public:
  memory_log_store() = default;
  /// As of now, while others may use `other`.
  memory_log_store(const memory_log_store& other);

  protocol::restored_state restore(protocol::group_id group) override;
  void write(std::span<const group_write> writes) override;
  std::vector<protocol::entry> read(protocol::group_id group, protocol::index_t first,
                                    protocol::index_t last, std::uint64_t max_bytes) const override;
  std::optional<protocol::snapshot_meta> point_at(protocol::group_id group,
                                                  protocol::index_t index) const override;
  void purge(protocol::group_id group, const protocol::snapshot_meta& meta) override;
  void reset(protocol::group_id group, const protocol::snapshot_meta& meta) override;

 private:
  struct log {
    /// Zeroes for a node that never wrote any.
    protocol::hard_state state;
    /// Entries up to its index are forgotten.
    protocol::snapshot_meta point;
    std::vector<protocol::entry> entries;  ///< from point.index + 1

    protocol::index_t last() const { return point.index + entries.size(); }
    /// `index` must lie after the snapshot point, and up to one after the last entry.
    auto at(protocol::index_t index) { return entries.begin() + offset(index); }
    auto at(protocol::index_t index) const { return entries.begin() + offset(index); }
    /// Where in `entries` it is.
    std::ptrdiff_t offset(protocol::index_t index) const {
      return static_cast<std::ptrdiff_t>(index - point.index) - 1;
    }
  };

  /// Throws `std::logic_error` where the write does not continue the log.
  static void perform(log& to, const protocol::log_write& write);

  /// Guards `logs_`.
  mutable std::mutex mutex_;
  /// A group that was never written is an empty log.
  std::map<protocol::group_id, log> logs_;
};

}  // namespace lithair::persistence
