#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lithair::ctl {

/// The one of them that is for its owner alone.
inline constexpr auto secret_file = "cluster.token";

/// Names and texts of what a new service starts with: models, a compose file, the secret and a
/// README. `secret`: what members show each other.
std::vector<std::pair<std::string, std::string>> starting_files(const std::string& name,
                                                                const std::string& secret);

}  // namespace lithair::ctl
