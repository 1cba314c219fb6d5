#pragma once

#include <string>
#include <vector>

#include "models/schema/schema.hpp"

namespace lithair::models {

/// The collections of whose items a list has to look at each, for somebody without a role: no index
/// serves what their rule for reading comes to. By name, in the schema's order.
std::vector<std::string> rules_without_index(const schema& s);

}  // namespace lithair::models
