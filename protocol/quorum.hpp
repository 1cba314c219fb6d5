#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/types.hpp"

/// The arithmetic of majorities, apart from what is counted.
namespace lithair::protocol {

/// How an election stands.
enum class vote_result : std::uint8_t { pending, won, lost };

/// The voters of a configuration as plain lists; `outgoing` is empty unless it is joint.
class quorum {
 public:
  /// No voters: every value is reached, and every election is lost.
  quorum() = default;
  /// The voters of both sets; learners are left out (thesis §4.2.1).
  explicit quorum(const configuration& members);

  /// Those of the new set, or all there are.
  const std::vector<node_id>& incoming() const { return incoming_; }
  /// Those of the old set while the configuration is joint.
  const std::vector<node_id>& outgoing() const { return outgoing_; }

  /// Whether `self` is the only voter, so that its own disk decides at once.
  bool only(node_id self) const;

  /// The greatest value that a majority of the voters reaches; of both sets when joint. `of(id)` is
  /// what voter `id` has reached: a match index, a read round, the tick of its last contact.
  template <class Of>
  std::uint64_t reached(const Of& of) const {
    return std::min(reached_in(incoming_, of), reached_in(outgoing_, of));
  }

  /// `of(id)` tells how voter `id` answered: won is yes, lost is no, pending is silence.
  template <class Of>
  vote_result decide(const Of& of) const {
    vote_result a = decide_in(incoming_, of);
    vote_result b = outgoing_.empty() ? vote_result::won : decide_in(outgoing_, of);
    if (a == vote_result::lost || b == vote_result::lost) return vote_result::lost;
    return a == b ? a : vote_result::pending;
  }

 private:
  /// The middle of what the voters have reached, the lower one of two: a majority is there or
  /// further. Of no voters the greatest there is, so that a set that is not there limits nothing.
  template <class Of>
  std::uint64_t reached_in(const std::vector<node_id>& voters, const Of& of) const {
    if (voters.empty()) return std::numeric_limits<std::uint64_t>::max();
    scratch_.clear();
    for (node_id id : voters) scratch_.push_back(of(id));
    auto middle = scratch_.begin() + static_cast<std::ptrdiff_t>(scratch_.size() / 2);
    std::nth_element(scratch_.begin(), middle, scratch_.end(), std::greater<>{});
    return *middle;
  }

  /// One set alone: lost as soon as those who have not said no are fewer than a majority.
  template <class Of>
  vote_result decide_in(const std::vector<node_id>& voters, const Of& of) const {
    std::size_t yes = 0;
    std::size_t no = 0;
    for (node_id id : voters) {
      vote_result x = of(id);
      yes += x == vote_result::won ? 1 : 0;
      no += x == vote_result::lost ? 1 : 0;
    }
    std::size_t majority = voters.size() / 2 + 1;
    if (yes >= majority) return vote_result::won;
    return voters.size() - no < majority ? vote_result::lost : vote_result::pending;
  }

  std::vector<node_id> incoming_;
  std::vector<node_id> outgoing_;
  /// Only to save an allocation for each count; so not even the const functions may run on two
  /// threads.
  mutable std::vector<std::uint64_t> scratch_;
};

}  // namespace lithair::protocol
