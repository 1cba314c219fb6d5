#pragma once

#include <cstdint>

#include "protocol/types.hpp"

namespace lithair::persistence {

/// The number of the group of what a node has for itself. It has no other member, so its number
/// means something on that node only: it is beyond all that operators may give. What is kept of it
/// in a place that nodes share counts by node as well.
inline constexpr protocol::group_id own_group{std::uint64_t{1} << 32};

}  // namespace lithair::persistence
