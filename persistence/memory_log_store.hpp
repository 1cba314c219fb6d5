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
    protocol::hard_state state;
    protocol::snapshot_meta point;
    std::vector<protocol::entry> entries;  ///< from point.index + 1

    protocol::index_t last() const { return point.index + entries.size(); }
    /// `index` must lie after the snapshot point, and up to one after the last entry.
    auto at(protocol::index_t index) { return entries.begin() + offset(index); }
    auto at(protocol::index_t index) const { return entries.begin() + offset(index); }
    std::ptrdiff_t offset(protocol::index_t index) const {
      return static_cast<std::ptrdiff_t>(index - point.index) - 1;
    }
  };

  static void perform(log& to, const protocol::log_write& write);

  mutable std::mutex mutex_;
  std::map<protocol::group_id, log> logs_;
};

}  // namespace lithair::persistence
