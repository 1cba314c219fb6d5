#pragma once

#include "models/query/query.hpp"
#include "models/state/pause.hpp"

namespace lithair::models {

/// A query whose answer takes the longer the more there is: it is worked on bit by bit, always over
/// the same state, so that others get their turn in between. Of one thread at a time. Between two
/// calls the state may change only if the next call gets a view of it as it was (`snapshot_view`).
class query_cursor {
 public:
  virtual ~query_cursor() = default;

  /// Goes on until it is done, or `now` says so. Whether it is done; then to be called no more.
  [[nodiscard]] virtual bool go_on(const state_view& state, const pause& now) = 0;
  /// Of a reading that is done. To be called once, after `go_on` gave true.
  virtual outcome answer() = 0;
};

}  // namespace lithair::models
