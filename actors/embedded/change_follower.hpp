#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "models/derived/feed.hpp"
#include "models/problem/problem.hpp"

namespace lithair::actors {

class node;

/// Follows the changes of the group that keeps a collection, in its own process. Owning it keeps it
/// going; when its destructor returns, no handler runs any more, nor will one.
///
/// Handlers run one at a time, on a loop's thread, and must not block there. They may end what they
/// are called by. Thread-safe. It outlives a stop of the node, but not the node.
class change_follower {
 public:
  struct handlers {
    /// Every change behind the position: the feed hands out whole entries of the log, so those that
    /// lie before it are left out by whoever reads them.
    std::function<void(const models::feed_pair&)> changed;
    /// Everything up to here has been told.
    std::function<void(const models::feed_position&)> told;
    /// The last that is heard: 410, what comes behind the position is not kept any more; 503, the
    /// node stops.
    std::function<void(const models::problem&)> ended;
  };

  /// `after`: none begins with what changes from now on.
  change_follower(node& of, const models::collection& which,
                  std::optional<models::feed_position> after, handlers to);
  ~change_follower();
  change_follower(const change_follower&) = delete;
  change_follower& operator=(const change_follower&) = delete;

  /// Has `told` called soon, though nothing may have changed.
  void hurry();

 private:
  struct core;
  class follower;

  std::shared_ptr<core> core_;
};

}  // namespace lithair::actors
