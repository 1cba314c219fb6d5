#pragma once

#include <map>
#include <string>

#include "models/state_view.hpp"

namespace lithair::models {

/// A view in which a change set already took effect, over a base that stays as it is; for commands
/// that consist of several operations. Both must outlive the view. Changes added to the set later
/// are seen after `refresh`.
class changed_view final : public state_view {
 public:
  changed_view(const state_view& base, const change_set& changes);

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override;

  /// Takes in what was appended to the change set since.
  void refresh();

 private:
  const state_view& base_;
  const change_set& changes_;
  std::size_t seen_ = 0;
  std::map<std::string, std::optional<std::string>, std::less<>> overlay_;
};

}  // namespace lithair::models
