#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/state/state_view.hpp"

namespace lithair::models {

/// Some pairs as they are to be seen, by their keys; no value: the key is to be missing.
using pair_map = std::map<std::string, std::optional<std::string>, std::less<>>;

/// A base with some of its pairs seen otherwise. Both must outlive the view, and not change while
/// it scans. Scans merge both in one pass, so an overlay costs by its own pairs, not by the base's.
class overlaid_view final : public state_view {
 public:
  /// Copies nothing.
  overlaid_view(const state_view& base, const pair_map& over) : base_(base), over_(over) {}

  /// The overlay's, or the base's.
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override;
  /// As fast as the base's where the overlay has nothing in the range.
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override;

 private:
  const state_view& base_;
  const pair_map& over_;
};

}  // namespace lithair::models
