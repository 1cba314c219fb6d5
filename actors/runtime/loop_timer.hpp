#pragma once

#include <cstdint>
#include <functional>

namespace lithair::actors {

class loop;

/// A timer of a loop, for what is not an actor. Only on the loop's thread; it may be destroyed
/// while it is due.
class loop_timer {
 public:
  /// `home` outlives it.
  loop_timer(loop& home, std::function<void()> due);
  ~loop_timer();
  loop_timer(const loop_timer&) = delete;
  loop_timer& operator=(const loop_timer&) = delete;

  /// Due in so many milliseconds and, unless 0, every `again_ms` from then on. An earlier one is
  /// forgotten.
  void start(std::uint64_t in_ms, std::uint64_t again_ms = 0);
  void stop();

 private:
  struct handle;
  handle* handle_;  // lives until libuv has let go of it
};

}  // namespace lithair::actors
