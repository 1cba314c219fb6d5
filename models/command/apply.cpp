#include "models/command/apply.hpp"

#include <iterator>
#include <utility>

#include "models/command/application.hpp"

namespace lithair::models {

std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out,
                             std::int64_t log_time_us) {
  application made(s, index, bytes, state, want_body, log_time_us);
  made.go_on([] { return false; });
  if (!made.is_known()) {
    return std::nullopt;
  }
  auto& few = made.few_changes();
  std::move(few.begin(), few.end(), std::back_inserter(out));
  for (auto& [key, changed] : made.take_changes()) {
    out.push_back({key, std::move(changed)});
  }
  return made.take_outcome();
}

}  // namespace lithair::models
