#pragma once

#include <cstdint>

#include <caf/actor.hpp>

namespace lithair::actors {

class loop;

/// Raft's clock on a loop: counts how many ticks passed, also while the machine was suspended, and wakes an actor when a tick is
/// due, not at each one, so that an idle node sleeps. Owned by whoever made it; `stop` before the loop stops.
class ticker {
 public:
  ticker(loop& on, std::uint32_t interval_ms);
  ~ticker();
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;

  /// How many ticks passed since the last call. Only on the loop's thread, as `wake_after`.
  std::uint32_t take();
  /// Sends `ticked{0}` to `sleeper` when `ticks` more have passed, or earlier.
  void wake_after(std::uint32_t ticks, const caf::actor& sleeper);

  /// From any thread but the loop's own; returns when no further wake-up comes.
  void stop();

 private:
  struct state;
  loop& loop_;
  state* state_;
};

}  // namespace lithair::actors
