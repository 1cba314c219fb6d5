#pragma once

#include "models/state/overlaid_view.hpp"

namespace lithair::models {

/// A view in which a change set already took effect, over a base that stays as it is; for commands
/// that consist of several operations. Both must outlive the view. Changes added to the set later
/// are seen after `refresh`. Not copyable: the view inside points to its own overlay.
class changed_view final : public state_view {
 public:
  /// Sees what is in `changes` already.
  changed_view(const state_view& base, const change_set& changes);
  changed_view(const changed_view&) = delete;
  changed_view& operator=(const changed_view&) = delete;

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override;

  /// Takes in what was appended to the change set since. To be called after each operation, before
  /// the next reads.
  void refresh();

 private:
  // `seen_` of them are in the overlay.
  const change_set& changes_;
  std::size_t seen_ = 0;
  pair_map overlay_;
  overlaid_view changed_;  // by what is in overlay_
};

}  // namespace lithair::models
