#pragma once

#include <chrono>
#include <cstdint>

namespace lithair::apps {

/// Seconds since 1970, as certificates and tokens count them.
inline std::int64_t now_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace lithair::apps
