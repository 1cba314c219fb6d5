#pragma once

#include <map>
#include <mutex>

#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// A state in memory, with the promises of a real one except that nothing survives it. For tests.
class memory_state_store : public state_store {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, scan_order order,
            const pair_visitor& visit) const override;
  applied_point applied() const override;
  void commit(std::span<const change_view> changes, applied_point point) override;

 private:
  using map = std::map<std::string, std::string, std::less<>>;

  /// All of it, so that a visitor may take its time.
  map copy() const;

  /// Guards the two that follow.
  mutable std::mutex mutex_;
  map pairs_;
  /// With digest and count as a real store has them.
  applied_point applied_;
};

}  // namespace lithair::persistence
