#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::models {

/// Bounds of what is known of somebody. Of a token what is beyond them is left out; a program that
/// says for whom it acts has to keep them.
inline constexpr std::size_t most_claims = 64;
inline constexpr std::size_t most_values = 64;         ///< roles, and of a claim that is a list
inline constexpr std::size_t largest_value = 1 << 10;  ///< bytes, of a role or claim's name as well
inline constexpr std::size_t largest_subject = 256;    ///< bytes of an id

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
  /// Whether it keeps the bounds above.
  bool is_bounded() const {
    const auto fits = [](const std::string& each) { return each.size() <= largest_value; };
    const auto all_fit = [&fits](const std::vector<std::string>& values) {
      return values.size() <= most_values && std::ranges::all_of(values, fits);
    };
    return id.size() <= largest_subject && all_fit(roles) && claims.size() <= most_claims &&
           std::ranges::all_of(
               claims, [&](const auto& each) { return fits(each.first) && all_fit(each.second); });
  }
};

}  // namespace lithair::models
