#pragma once

#include <cstdint>

#include <caf/actor.hpp>

#include "actors/runtime/tick_source.hpp"

namespace lithair::actors {

class loop;

/// Raft's clock on a loop: counts the ticks that passed, also while the machine was suspended, and
/// wakes an actor when a tick is due, not at each one, so that an idle node sleeps. Owned by
/// whoever made it; `stop` before the loop stops.
class ticker final : public tick_source {
 public:
  ticker(loop& on, std::uint32_t interval_ms);
  ~ticker() override;
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;

  std::uint32_t take() override;
  void wake_after(std::uint32_t ticks, const caf::actor& sleeper) override;
  void stop() override;

 private:
  struct state;
  loop& loop_;
  state* state_;
};

}  // namespace lithair::actors
