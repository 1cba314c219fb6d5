#pragma once

#include <time.h>

#include <cstdint>

namespace lithair::actors {

/// Microseconds since 1970 by this machine's clock, which may be set back.
inline std::int64_t unix_time_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace lithair::actors
