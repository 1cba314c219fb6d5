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
  /// What our wall clock shows.
  std::int64_t own() const { return wall_us_; }

  /// A message says that the wall clock of `node` shows this. It is behind by the time of its way
  /// here.
  void heard(node_id node, std::int64_t wall_us);

  /// 0 while the clocks of a majority are not known.
  std::int64_t at(const quorum& voters, node_id self) const;

 private:
  struct clock {
    node_id node;
    std::int64_t ahead_us;  // of our steady clock
  };

  std::int64_t wall_us_ = 0;
  std::int64_t steady_us_ = 0;
  std::vector<clock> others_;
};

}  // namespace lithair::protocol
