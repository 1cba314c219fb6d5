#pragma once

#include <functional>

#include "apps/lithair/values.hpp"

namespace lithair::apps {

/// SIGTERM, SIGINT and, if it is wanted, SIGHUP as something to wait for. Made on the main thread
/// before any other thread starts, so that all of them leave these signals to it; SIGPIPE is
/// ignored from then on.
class stop_signals {
 public:
  /// `takes_hangup`: SIGHUP does not end the process, but asks it to read its files again.
  explicit stop_signals(bool takes_hangup = false);

  /// Blocks until the first of SIGTERM and SIGINT arrives, and returns its number. From then on a
  /// second one ends the process at once, with status 128 + its number, as a shell would report it.
  /// Meanwhile `tend` is called on this thread: with true for each SIGHUP that is taken, with false
  /// after five seconds and then every hour.
  int wait(const std::function<void(bool hung_up)>& tend) const;
  /// Waits for one of them for so long; whether it came. Then the process should end.
  bool come_within(milliseconds time) const;

 private:
  bool takes_hangup_;
};

}  // namespace lithair::apps
