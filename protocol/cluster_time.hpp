#pragma once

#include <cstdint>
#include <vector>

#include "protocol/quorum.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// What time it is for the group: the latest that the clocks of a majority of its voters have
/// reached. One clock that is wrong, be it the leader's own, changes nothing while those of a
/// majority are right; a clock that was never heard of has reached nothing.
///
/// Clocks are remembered by what they are ahead of our steady one, so a wall clock that is set,
/// ours too, counts as it is and moves no other. Times are microseconds, of wall clocks since 1970;
/// 0 is none.
class cluster_time {
 public:
  /// What our clocks show now.
  void set(std::int64_t wall_us, std::int64_t steady_us) {
    wall_us_ = wall_us;
    steady_us_ = steady_us;
  }
  /// What our wall clock shows, as last `set`; 0 before the first.
  std::int64_t own() const { return wall_us_; }

  /// A message says that the wall clock of `node` shows this. It is behind by the time of its way
  /// here. The last word of a node counts. Ignored: times before 1970 or past the year 10000, and
  /// all before the first `set`.
  void heard(node_id node, std::int64_t wall_us);

  /// The latest time that the clocks of a majority of `voters` have reached, of both sets when
  /// joint; `self` is this node, whose clock is `own()`. 0 while the clocks of a majority are not
  /// known.
  std::int64_t at(const quorum& voters, node_id self) const;

 private:
  /// What one other node's clock showed when it was last heard.
  struct clock {
    node_id node;
    /// Its wall clock minus our steady clock, so that it goes on counting between two messages.
    std::int64_t ahead_us;
  };

  /// As of the last `set`; 0: the driver has no clocks.
  std::int64_t wall_us_ = 0;
  /// As of the last `set`. Only differences of it mean anything.
  std::int64_t steady_us_ = 0;
  /// One for each node ever heard, members or not; `at` looks at the voters only.
  std::vector<clock> others_;
};

}  // namespace lithair::protocol
