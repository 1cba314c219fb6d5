#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "test/cluster/harness/process.hpp"

namespace lithair::test {

/// Whether this machine lets a test reach into the sockets of its children (pidfd_getfd).
bool can_cut_connections();

/// Ends all TCP connections of a process from or to one of these ports, as a network does that
/// resets them: both ends see it, and both go on listening. How many there were. Throws
/// std::system_error where the machine does not let it.
std::size_t cut_connections(const process& of, const std::set<std::uint16_t>& ports);

}  // namespace lithair::test
