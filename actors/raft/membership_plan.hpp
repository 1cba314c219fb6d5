#pragma once

#include <optional>
#include <vector>

#include "protocol/configuration.hpp"

namespace lithair::actors {

/// The committed members of a node's main group, which are those of all its groups. Written by the
/// main group's raft actor, read by those of the others, on the loop that they share.
struct committed_members {
  protocol::index_t index;          ///< of the main group's log; none: not known yet
  protocol::configuration members;  ///< as of it; never a joint one
};

/// The next change of a group's members on the way to those of the main group, one at a time: first
/// who was added again goes (its disk may be another one), then who is missing comes as a learner,
/// to be promoted where it votes in the main group; who was removed goes once all who are to vote
/// do; then addresses follow. None: they agree, or what is known of the main group is older than
/// what this group has seen already.
std::optional<std::vector<protocol::member>> next_membership(const protocol::configuration& now,
                                                             const committed_members& wanted);

}  // namespace lithair::actors
