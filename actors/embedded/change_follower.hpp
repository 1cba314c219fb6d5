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
///     begin ──▶ told ──▶ changed* told ──▶ changed* told ──▶ ... ──▶ ended
///                             a batch          a batch
///
/// Handlers run one at a time, on a loop's thread, and must not block there. They may end what they
/// are called by. Thread-safe. It outlives a stop of the node, but not the node.
///
/// Its memory is bounded: it asks the feed for a batch only when its handlers have had the last.
/// One that is too slow for the feed is told 410, and begins anew from the collection.
///
/// `subscribe` (event.hpp) makes events of a struct of it, `projection` a read model.
class change_follower {
 public:
  /// What is called; none may be empty. One that throws is logged, and the next is called all the
  /// same.
  struct handlers {
    /// Every change behind the position, one entry of the log at a time, with the events of all
    /// collections of the group: the feed hands out whole entries, so events that lie before the
    /// position are left out by whoever reads them.
    std::function<void(const models::feed_pair&)> changed;
    /// Everything up to here has been told; comes behind the changes of each batch, and first of
    /// all as soon as the feed has said where it stands.
    std::function<void(const models::feed_position&)> told;
    /// The last that is heard: 410, what comes behind the position is not kept any more; 503, the
    /// node stops, or follows no more. Not called when the owner ends it.
    std::function<void(const models::problem&)> ended;
  };

  /// `after`: where to begin, such as what `told` said last; none begins with what changes from now
  /// on. `which` names the group, and must be of the node's schema.
  change_follower(node& of, const models::collection& which,
                  std::optional<models::feed_position> after, handlers to);
  /// Waits for a handler that is running, except for one that destroys it itself.
  ~change_follower();
  change_follower(const change_follower&) = delete;
  change_follower& operator=(const change_follower&) = delete;

  /// Has `told` called soon, though nothing may have changed: so whoever waits for an index learns
  /// that it is reached by what changes nothing here.
  void hurry();

 private:
  // The core is shared by the owner and the actor, which ends by itself.
  struct core;
  class follower;

  std::shared_ptr<core> core_;
};

}  // namespace lithair::actors
