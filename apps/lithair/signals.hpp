#pragma once

#include "apps/lithair/values.hpp"

namespace lithair::apps {

/// SIGTERM and SIGINT as something to wait for. Made on the main thread before any other thread
/// starts, so that all of them leave these signals to it; SIGPIPE is ignored from then on.
class stop_signals {
 public:
  stop_signals();

  /// Blocks until the first of them arrives, and returns its number. From then on a second one ends
  /// the process at once, with status 128 + its number, as a shell would report it.
  int wait() const;
  /// Waits for one of them for so long; whether it came. Then the process should end.
  bool come_within(milliseconds time) const;
};

}  // namespace lithair::apps
