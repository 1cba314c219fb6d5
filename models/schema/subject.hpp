#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::models {

/// Who asks, as access rules see it; see models/schema/access_rules.hpp. A value.
struct subject {
  std::string id = {};                  ///< `@user.id`: a token's name, or the `sub` of a JWT
  std::vector<std::string> roles = {};  ///< those of `role(...)`
  /// What else is known, `@user.NAME`: texts, as JSON would show them without quotes; several where
  /// it is a list.
  std::map<std::string, std::vector<std::string>, std::less<>> claims = {};

  bool has_role(std::string_view name) const {
    return std::ranges::find(roles, name) != roles.end();
  }
};

}  // namespace lithair::models
