#pragma once

#include <cstdint>

#include "models/state/state_view.hpp"

namespace lithair::models {

/// The latest time of the log that the state tells of, in microseconds since 1970: of its last
/// changes, or of the last command that bore an `Idempotency-Key`. 0: none. A new leader must not
/// go back behind it: time in the log never falls.
std::int64_t latest_log_time(const state_view& state);

}  // namespace lithair::models
