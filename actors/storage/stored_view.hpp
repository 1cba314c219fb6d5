#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/command/log_time.hpp"
#include "models/state/state_view.hpp"
#include "persistence/state_store.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

/// What a store keeps, as the models see it. The store must outlive the view. It throws what the
/// store throws: damage is never an answer.
class stored_view : public models::state_view {
 public:
  /// Of the durable state, or of the overlay above it.
  explicit stored_view(const persistence::state_source& over) : over_(over) {}

  std::optional<std::string> get(std::string_view key) const override { return over_.get(key); }
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override {
    auto downwards = order == direction::descending;
    over_.scan(lower, upper,
               downwards ? persistence::scan_order::descending : persistence::scan_order::ascending,
               visit);
  }
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override {
    return over_.count(lower, upper, most, last);
  }

 private:
  const persistence::state_source& over_;
};

/// The time of the log that a state tells of, microseconds since 1970; 0 where it tells none, and
/// where it is damaged, which whoever uses it finds and mends.
inline std::int64_t latest_log_time(const persistence::state_source& state) {
  try {
    return models::latest_log_time(stored_view{state});
  } catch (const persistence::storage_error&) {
    return 0;
  }
}

}  // namespace lithair::actors
