#pragma once

#include <functional>
#include <memory>

namespace lithair::actors {

class loop;

/// Accepts connections of other nodes. While the system has nothing left to accept with, they wait
/// there, and the loop does not turn in circles. Only on the loop's thread.
class link_listener {
 public:
  /// Owns `fd`, which listens and is non-blocking. `accepted` gets connected, non-blocking sockets,
  /// and owns them. `home` outlives it.
  link_listener(loop& home, int fd, std::function<void(int fd)> accepted);
  /// Nothing is accepted any more.
  ~link_listener();
  link_listener(const link_listener&) = delete;
  link_listener& operator=(const link_listener&) = delete;

 private:
  struct watched;
  watched* socket_;  // lives until libuv has let go of its handle
};

}  // namespace lithair::actors
