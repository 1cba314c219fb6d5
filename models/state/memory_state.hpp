#pragma once

#include <map>
#include <string>

#include "models/state/state_view.hpp"

namespace lithair::models {

/// The state of a group in memory: what tests and small tools use in place of a store, and the
/// contract of `state_view` in its simplest form.
class memory_state final : public state_view {
 public:
  std::optional<std::string> get(std::string_view key) const override;  ///< a copy of the bytes
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override;

  /// Makes the changes take effect, in their order. Takes effect at once; no view of it may be
  /// scanning.
  void apply(const change_set& changes);

  /// Everything, in order, for comparing two states.
  const std::map<std::string, std::string, std::less<>>& pairs() const { return pairs_; }

 private:
  std::map<std::string, std::string, std::less<>> pairs_;
};

}  // namespace lithair::models
