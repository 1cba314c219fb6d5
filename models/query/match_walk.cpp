#include "models/query/match_walk.hpp"

#include <utility>

namespace lithair::models {

match_walk::match_walk(const collection& c, const std::vector<filter>& filters,
                       const access_path& from, std::vector<key_range> ranges,
                       state_view::direction order)
    : c_(c), from_(from), pairs_(std::move(ranges), order), match_(c, filters) {}

bool match_walk::go_on(const state_view& state, const pause& now, const visitor& visit) {
  state_ = &state;
  if (holds_) {
    const auto how = examine_held(now, visit);
    if (how != visited::done) {
      return how == visited::ended;
    }
  }
  // Who paused within an item pauses behind its pair too.
  const pause is_to_pause = [&] { return holds_ || now(); };
  const item_visitor look = [&](std::string_view key, std::string_view bytes) {
    // What the answer tells as "examined".
    ++examined_;
    if (!read_record(bytes, record_)) {
      return true;
    }
    match_.begin();
    passes_ = false;
    const auto how = examine(key, now, visit);
    if (how == visited::again) {
      hold(key, bytes);
    }
    return how != visited::ended;
  };
  return pairs_.go_on(state, is_to_pause, [&](std::string_view pair_key, std::string_view bytes) {
    return visit_item(c_, from_, state, pair_key, bytes, look);
  });
}

match_walk::visited match_walk::examine(std::string_view key, const pause& now,
                                        const visitor& visit) {
  if (!passes_) {
    const auto passes = match_.go_on(record_.fields, now, state_);
    if (!passes) {
      return visited::again;
    }
    passes_ = *passes;
  }
  return passes_ ? visit(key, record_.fields) : visited::done;
}

match_walk::visited match_walk::examine_held(const pause& now, const visitor& visit) {
  const auto how = examine(key_, now, visit);
  if (how != visited::again) {
    holds_ = false;
    // Its memory is for the next one: to take it anew costs more than to fill it.
    bytes_.clear();
  }
  return how;
}

void match_walk::hold(std::string_view key, std::string_view bytes) {
  holds_ = true;
  key_ = key;
  bytes_ = bytes;
  // The fields move with their bytes. To read them again would take as long as a list is.
  for (auto& each : record_.fields) {
    const auto at = static_cast<std::size_t>(each.bytes.data() - bytes.data());
    each.bytes = std::string_view(bytes_).substr(at, each.bytes.size());
  }
}

}  // namespace lithair::models
