#include "models/command/log_time.hpp"

#include <algorithm>

#include "models/command/idempotency.hpp"
#include "models/derived/feed.hpp"

namespace lithair::models {

std::int64_t latest_log_time(const state_view& state) {
  std::int64_t latest = latest_answer_time(state);
  const auto all = feed_behind(0);
  // The newest pair of the feed only: time rises along the log.
  state.scan(all.lower, all.upper, state_view::direction::descending,
             [&](std::string_view, std::string_view pair) {
               latest = std::max(latest, read_feed_head(pair).time_us);
               // One is enough.
               return false;
             });
  return latest;
}

}  // namespace lithair::models
