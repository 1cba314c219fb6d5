#include "protocol/cluster_time.hpp"

#include <algorithm>

#include "protocol/mutants.hpp"

namespace lithair::protocol {

namespace {

// Nothing that a peer says makes the sums overflow: the year 10000, in microseconds.
constexpr std::int64_t latest_us = 253'402'300'800'000'000;

}  // namespace

void cluster_time::heard(node_id node, std::int64_t wall_us) {
  if (wall_us <= 0 || wall_us > latest_us || wall_us_ == 0) return;
  // A steady clock does not jump, so the peer's time goes on at our pace until it is heard again.
  const auto ahead = wall_us - steady_us_;
  const auto known = std::find_if(others_.begin(), others_.end(),
                                  [node](const clock& each) { return each.node == node; });
  if (known != others_.end())
    known->ahead_us = ahead;
  else
    others_.push_back({node, ahead});
}

/// Clocks are counted as disks are for a commit. One that was never heard of has reached 0, so the
/// result is 0 until those of a majority are known.
std::int64_t cluster_time::at(const quorum& voters, node_id self) const {
  if (mutated(mutant::dates_by_the_leaders_clock)) return wall_us_;
  if (wall_us_ == 0 || voters.incoming().empty()) return 0;
  return static_cast<std::int64_t>(voters.reached([this, self](node_id id) -> std::uint64_t {
    const auto known = std::find_if(others_.begin(), others_.end(),
                                    [id](const clock& each) { return each.node == id; });
    const auto wall = id == self               ? wall_us_
                      : known != others_.end() ? steady_us_ + known->ahead_us
                                               : 0;
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(wall, 0, latest_us));
  }));
}

}  // namespace lithair::protocol
