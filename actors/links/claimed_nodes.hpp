#pragma once

#include <mutex>
#include <set>
#include <string>

namespace lithair::actors {

/// Which nodes the channels of one actor system talk to. The middleman takes whoever says to be a
/// node for that node, and would send what is for it over the newest connection: so each has one
/// channel at most. Any thread.
class claimed_nodes {
 public:
  /// False: there is a channel with that node.
  [[nodiscard]] bool claim(const std::string& node) {
    const std::lock_guard guard{mutex_};
    return nodes_.insert(node).second;
  }
  void release(const std::string& node) {
    const std::lock_guard guard{mutex_};
    nodes_.erase(node);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> nodes_;  // guarded by mutex_
};

}  // namespace lithair::actors
