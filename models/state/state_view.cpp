#include "models/state/state_view.hpp"

namespace lithair::models {

std::uint64_t state_view::count(std::string_view lower, std::string_view upper, std::uint64_t most,
                                std::string& last) const {
  std::uint64_t counted = 0;
  bool more = false;
  last.clear();
  scan(lower, upper, direction::ascending, [&](std::string_view key, std::string_view) {
    // One more than `most` was met, so counting is not over.
    more = counted == most;
    if (more) {
      return false;
    }
    // The last pair counted, behind which the next count begins.
    if (++counted == most) {
      last = key;
    }
    return true;
  });
  if (!more) {
    last.clear();
  }
  return counted;
}

}  // namespace lithair::models
