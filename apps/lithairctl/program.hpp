#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/lithairctl/console.hpp"

namespace CLI {
class App;
}

namespace lithair::ctl {

/// NAME and value, as in the process's environment.
using environment = std::vector<std::pair<std::string, std::string>>;

/// All of the program but its process: reads the arguments (the first is the program's name), does
/// what they ask for and returns the exit status, see failure.hpp.
int run(std::span<const char* const> arguments, const environment& variables, const console& at);

}  // namespace lithair::ctl
