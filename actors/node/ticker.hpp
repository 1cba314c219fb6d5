#pragma once

#include <cstdint>

#include "actors/runtime/tick_source.hpp"

namespace lithair::actors {

class loop;

/// Raft's clock on a loop: counts the ticks that passed, also while the machine was suspended, and
/// wakes an actor when a tick is due, not at each one, so that an idle node sleeps. Owned by
/// whoever made it; `stop` before the loop stops. `take` and `wake_after` belong to the loop's
/// thread.
class ticker final : public tick_source {
 public:
  /// Not on the loop's thread: it has a timer made there, and waits. The loop must run.
  ticker(loop& on, std::uint32_t interval_ms);
  /// As `stop`, if that was not called.
  ~ticker() override;
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;

  /// 0 once it was stopped.
  std::uint32_t take() override;
  /// One wake-up at a time: the earlier one counts, and whoever is woken asks again.
  void wake_after(std::uint32_t ticks, const sleeper_handle& sleeper) override;
  void stop() override;

 private:
  struct state;
  loop& loop_;
  // Closed and deleted on the loop, which may still have the timer when this is gone.
  state* state_;
};

}  // namespace lithair::actors
