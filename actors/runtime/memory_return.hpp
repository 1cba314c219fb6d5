#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace lithair::actors {

class loop;

/// Whether a process has been at rest, by the processor time that it used between two looks. Pure.
class rest_watch {
 public:
  /// Milliseconds that it has used in all as of `now_ms`, both never less than before. The first
  /// look only begins.
  bool is_at_rest(std::uint64_t now_ms, std::uint64_t used_ms);

 private:
  struct look {
    std::uint64_t now_ms = 0;
    std::uint64_t used_ms = 0;
  };
  std::optional<look> last_;
};

/// Gives what is free back to the system once the process is at rest. Not before: whoever allocates
/// waits while it is done (malloc_trim holds the locks), for hundreds of milliseconds where
/// processors are few; and what a busy process gives back it soon takes anew, page by page.
class memory_return {
 public:
  /// By `give_back`, which is called on a thread of its own. `home` looks every so often, from when
  /// it is wanted until it is done. It must outlive this, and run until this has ended. Not on its
  /// thread.
  explicit memory_return(loop& home, std::function<void()> give_back = trim,
                         std::chrono::milliseconds look_every = std::chrono::seconds{2});
  ~memory_return();
  memory_return(const memory_return&) = delete;
  memory_return& operator=(const memory_return&) = delete;

  /// Much has become free. Any thread; returns at once.
  void wanted();

 private:
  static void trim();

  struct state;
  loop& home_;
  std::shared_ptr<state> state_;
};

}  // namespace lithair::actors
