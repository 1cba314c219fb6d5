#pragma once

#include <optional>
#include <string>

#include "models/command/command.hpp"
#include "models/derived/history.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// What one accepted operation did.
struct decision {
  std::uint16_t status = 200;
  std::string key;
  std::string bytes;  ///< the record as it is now; empty when the item is gone
};

class change_recorder;

/// What an operation is decided with, besides the state.
struct setting {
  const schema& models;
  moment at;
  change_recorder* record = nullptr;  ///< is told of every change; none: nobody wants to know
};

/// Decides one operation against the state as of just before it. Accepted: its changes are added to
/// `out` and take effect for nobody before the caller makes them. Refused: nothing is added.
///
/// What refers to a deleted item is the executor's part, not this one's.
result<decision> decide(const setting& with, const collection& c, const operation_part& part,
                        const state_view& state, change_set& out);

}  // namespace lithair::models
