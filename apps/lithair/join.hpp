#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// Asks the running cluster behind `chosen.join` for its members and makes them this node's peers;
/// again and again, for its name may get an address later, and its nodes may be started later. A
/// node that has data already is asked once and goes on with the members it knows. False: it was
/// told to stop meanwhile. Throws std::runtime_error with one sentence when something else answers.
///
/// `stops_within` waits for so long; true: at once, for the program is to end.
bool find_members(settings& chosen, const std::function<bool(milliseconds)>& stops_within);

/// Asks that cluster, in the background, to add this node as a learner that becomes a voter once it
/// has caught up; again and again until the answer is yes or the object goes away.
class joining {
 public:
  /// Begins a thread of its own; `chosen.join` must be there. `models`: those that this node
  /// serves, as text of a model file; the cluster looks whether they fit.
  joining(const settings& chosen, const std::string& models);
  /// Ends it, and breaks off a request under way.
  ~joining();
  joining(const joining&) = delete;
  joining& operator=(const joining&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable stopping_;
  std::thread thread_;
};

}  // namespace lithair::apps
