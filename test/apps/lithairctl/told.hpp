#pragma once

#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

#include "apps/lithairctl/program.hpp"

namespace lithair::test {

/// What the program said, and how it ended.
struct told {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs lithairctl within this process, with nobody at a terminal.
inline told tell_ctl(const std::vector<std::string>& words, const std::string& input = {},
                     const ctl::environment& variables = {}) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  std::vector<const char*> arguments{"lithairctl"};
  for (const auto& each : words) arguments.push_back(each.c_str());
  told made;
  made.status = ctl::run(arguments, variables, {in, out, err});
  made.out = out.str();
  made.err = err.str();
  return made;
}

}  // namespace lithair::test
