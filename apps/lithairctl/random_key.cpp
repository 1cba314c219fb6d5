#include "apps/lithairctl/random_key.hpp"

#include <random>

#include <spdlog/fmt/fmt.h>

namespace lithair::ctl {

std::string random_key() {
  std::random_device source;
  std::string made;
  for (int i = 0; i < 4; ++i) made += fmt::format("{:08x}", source());
  return made;
}

}  // namespace lithair::ctl
