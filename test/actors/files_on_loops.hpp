#pragma once

#include <string>
#include <vector>

namespace lithair::test {

/// While it lives, every call that may wait for a disk and is made on a loop's thread is noted: on
/// files and directories, by descriptor or by path. Sockets, pipes, events and what the kernel
/// makes up (/proc) are no disks. One at a time.
class watch_of_loops {
 public:
  watch_of_loops();
  ~watch_of_loops();
  watch_of_loops(const watch_of_loops&) = delete;
  watch_of_loops& operator=(const watch_of_loops&) = delete;

  /// Each with the call's name, what it was about and where it came from.
  std::vector<std::string> found() const;
};

}  // namespace lithair::test
