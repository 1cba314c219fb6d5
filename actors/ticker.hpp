#pragma once

#include <cstdint>

#include <caf/actor.hpp>

namespace lithair::actors {

class loop;

/// Sends `ticked` to an actor of the loop for every `interval_ms` that passed on the steady clock; after a pause
/// one message counts the whole of it. Owned by whoever started it; `stop` before the loop stops.
class ticker {
 public:
  ticker(loop& on, caf::actor target, std::uint32_t interval_ms);
  ~ticker();
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;

  /// From any thread but the loop's own; returns when no further tick comes.
  void stop();

 private:
  struct state;
  loop& loop_;
  state* state_;
};

}  // namespace lithair::actors
