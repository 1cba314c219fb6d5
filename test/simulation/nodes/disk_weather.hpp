#pragma once

#include <cstdint>

namespace lithair::simulation::nodes {

/// What the file system does to whoever runs now: this process's own calls of the C library are
/// looked at.
enum class disk_mood : std::uint8_t {
  fine,
  full,     ///< there is no room, for whoever asks before and for whoever writes all the same
  filling,  ///< after some writes, each time that it is set, there is no room for a file to grow
  failing,  ///< writes and syncs fail
};

/// From now on, until it is set again.
void set_disk_mood(disk_mood x);

}  // namespace lithair::simulation::nodes
