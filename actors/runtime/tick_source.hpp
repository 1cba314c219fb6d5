#pragma once

#include <cstdint>

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>

namespace lithair::actors {

struct ticked;

/// Who is woken by a tick_source.
using sleeper_handle = caf::typed_actor<caf::reacts_to<ticked>>;

/// Raft's clock for one group: counts how many ticks passed, and wakes an actor when one is due.
/// Used on the thread of the group's actors; a node's is `ticker`, a simulator's runs on virtual
/// time. It must go on while the machine is suspended: a lease is judged by it.
class tick_source {
 public:
  virtual ~tick_source() = default;

  /// How many ticks passed since the last call, or since it was made. Whole ones: the rest counts
  /// next time.
  virtual std::uint32_t take() = 0;
  /// Sends `ticked{0}` to `sleeper` when `ticks` more have passed, or earlier. A call that asks for
  /// a later moment than one before may be forgotten: whoever is woken asks again.
  virtual void wake_after(std::uint32_t ticks, const sleeper_handle& sleeper) = 0;
  /// From any thread but that of the group's actors; when it returns no further wake-up comes.
  virtual void stop() = 0;
};

}  // namespace lithair::actors
