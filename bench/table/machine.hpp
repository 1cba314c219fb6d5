#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lithair::bench {

/// What a table must be read with: names and values. Measures the disk below `directory` for a
/// moment.
std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory,
                                                                  const std::string& program);

}  // namespace lithair::bench
