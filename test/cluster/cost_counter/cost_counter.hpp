#pragma once

#include <atomic>
#include <cstdint>

namespace lithair::test {

/// What the preloaded counter counts, in the file that COSTS_FILE names, mapped by the process
/// that is counted and by whoever looks on. All only grow.
struct counted_costs {
  std::atomic<std::uint64_t> allocations{0};      ///< calls of malloc and its kin that got memory
  std::atomic<std::uint64_t> allocated_bytes{0};  ///< that they asked for
  std::atomic<std::uint64_t> socket_calls{
      0};                               ///< send, recv, ioctl and their kin, not read and write
  std::atomic<std::uint64_t> polls{0};  ///< waits for sockets, however long
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace lithair::test
