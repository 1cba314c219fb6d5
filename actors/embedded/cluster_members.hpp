#pragma once

#include <cstdint>
#include <vector>

namespace lithair::actors {

class node;

/// The members of the cluster by their numbers, voters and learners, of the newest configuration
/// that this node has; what was read of it before, linearizably, is not newer. Empty: it could not
/// be told. Waits for a loop, for a second at most: not on one. Not once the node stops.
std::vector<std::uint64_t> members_of(node& of);

}  // namespace lithair::actors
