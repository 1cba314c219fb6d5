#include "protocol/options.hpp"

namespace lithair::protocol {

std::string options::validate() const {
  if (heartbeat_ticks == 0) return "heartbeat_ticks must be at least 1";
  // The broadcast time must be well below the election timeout (§5.6).
  if (election_min_ticks <= heartbeat_ticks) {
    return "election_min_ticks must be greater than heartbeat_ticks, or quiet leaders are deposed";
  }
  if (election_max_ticks <= election_min_ticks) {
    return "election_max_ticks must be greater than election_min_ticks, or votes split for ever";
  }
  if (max_append_bytes == 0) return "max_append_bytes must be at least 1";
  // A window that is smaller than a message would never let one go.
  if (max_inflight_bytes < max_append_bytes) {
    return "max_inflight_bytes must be at least max_append_bytes";
  }
  if (max_uncommitted_bytes == 0) return "max_uncommitted_bytes must be at least 1";
  if (max_unsynced_bytes == 0) return "max_unsynced_bytes must be at least 1";
  // At 100 a lease has no length left.
  if (lease_drift_percent >= 100) return "lease_drift_percent must be less than 100";
  if (priority_delay == 0) return "priority_delay must be at least 1";
  return {};
}

}  // namespace lithair::protocol
