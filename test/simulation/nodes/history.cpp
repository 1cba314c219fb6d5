#include "test/simulation/nodes/history.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace lithair::simulation::nodes {

namespace {

std::string name(const operation& x) {
  return fmt::format("operation {} ({} {}/{})", x.id, static_cast<int>(x.what), x.model, x.key);
}

// A bulk creates two items.
std::string value_of(const operation& x, const std::string& key) {
  return x.what == operation::kind::bulk && key.ends_with("-b") ? x.value + 'b' : x.value;
}

std::vector<std::string> keys_of(const operation& x) {
  if (x.what != operation::kind::bulk) return {x.key};
  return {x.key + "-a", x.key + "-b"};
}

std::string judge_write(const operation& x, const histories& happened) {
  std::vector<std::uint64_t> at;
  std::size_t found = 0;
  const auto keys = keys_of(x);
  for (auto& key : keys) {
    auto item = happened.find({x.model, key});
    if (item == happened.end()) continue;
    std::size_t times = 0;
    for (auto& each : item->second) {
      const bool is_it = x.what == operation::kind::remove
                             ? each.type == "deleted" && x.outcome == operation::end::done &&
                                   each.index == x.version
                             : each.value == value_of(x, key);
      if (!is_it) continue;
      ++times;
      at.push_back(each.index);
    }
    if (times > 1) return fmt::format("{} took effect {} times", name(x), times);
    found += times;
  }
  if (x.what == operation::kind::remove &&
      (x.outcome != operation::end::done || x.status != 204 || x.version == 0))
    return {};
  if (x.outcome == operation::end::unavailable && !x.maybe_applied && found != 0)
    return fmt::format("{} was answered 503 and took effect at {}", name(x), at.front());
  if (found != 0 && found != keys.size()) return fmt::format("{} took effect in part", name(x));
  if (x.outcome != operation::end::done) return {};
  if (x.status < 300) {
    if (found != keys.size())
      return fmt::format("{} was acknowledged at {} and is lost", name(x), x.index);
    if (x.version != 0 && std::any_of(at.begin(), at.end(), [&](auto i) { return i != x.version; }))
      return fmt::format("{} was acknowledged with version {} and took effect at {}", name(x),
                         x.version, at.front());
  } else if (found != 0 && !x.maybe_applied) {
    return fmt::format("{} was refused with {} and took effect at {}", name(x), x.status,
                       at.front());
  }
  return {};
}

std::string judge_read(const operation& x, const histories& happened) {
  for (auto& [item, history] : happened) {
    if (item.first != x.model || (x.what == operation::kind::read && item.second != x.key))
      continue;
    auto* was = as_of(history, x.index);
    auto seen = x.seen.find(item.second);
    if ((was == nullptr) != (seen == x.seen.end()) || (was != nullptr && *was != seen->second))
      return fmt::format("{} was answered as of {} with {} for {}, which was {}", name(x), x.index,
                         seen == x.seen.end() ? "nothing" : seen->second.substr(0, 20), item.second,
                         was == nullptr ? "nothing" : was->substr(0, 20));
  }
  for (auto& [key, value] : x.seen)
    if (!happened.contains({x.model, key}))
      return fmt::format("{} saw {} that nobody wrote", name(x), key);
  return {};
}

}  // namespace

const std::string* as_of(const std::vector<change>& history, std::uint64_t index) {
  const std::string* now = nullptr;
  for (auto& each : history) {
    if (each.index > index) break;
    now = each.type == "deleted" ? nullptr : &each.value;
  }
  return now;
}

std::string judge_dates(const std::vector<operation>& asked, const histories& happened,
                        const clock_bounds& clocks, std::uint64_t now) {
  // Clocks are heard of with messages, and by then are as late as those were on their way; rates
  // differ.
  constexpr std::int64_t late_us = 5'000'000, fast_us = 2'000'000;
  std::map<std::string, const operation*> by_value;
  for (auto& x : asked)
    if (x.writes()) by_value[x.value] = &x;
  std::map<std::uint64_t, std::int64_t> by_index;
  for (auto& [item, history] : happened) {
    for (auto& each : history) {
      auto [at, first] = by_index.emplace(each.index, each.time_us);
      if (!first && at->second != each.time_us)
        return fmt::format("the changes at {} bear different times", each.index);
      auto wrote = by_value.find(each.value);
      if (each.type == "deleted" || wrote == by_value.end()) continue;
      auto& x = *wrote->second;
      const auto ended = x.outcome == operation::end::done ? x.ended : now;
      if (each.time_us < static_cast<std::int64_t>(x.began) + clocks.earliest_us - late_us)
        return fmt::format("{} is dated {}, before the clocks of a majority when it began", name(x),
                           each.time);
      if (each.time_us > static_cast<std::int64_t>(ended) + clocks.latest_us + fast_us)
        return fmt::format("{} is dated {}, behind the clocks of a majority when it ended", name(x),
                           each.time);
    }
  }
  std::int64_t before = 0;
  for (auto& [index, time_us] : by_index) {
    if (time_us < before) return fmt::format("time goes back at {}", index);
    before = time_us;
  }
  return {};
}

std::string judge(const std::vector<operation>& asked, const histories& happened) {
  for (auto& x : asked) {
    if (x.writes()) {
      if (auto wrong = judge_write(x, happened); !wrong.empty()) return wrong;
    } else if (x.outcome == operation::end::done) {
      if (auto wrong = judge_read(x, happened); !wrong.empty()) return wrong;
    }
    if (x.outcome != operation::end::done || x.replayed) continue;
    if (x.writes() && x.index <= x.floor)
      return fmt::format("{} got index {}, and {} had been told before it began", name(x), x.index,
                         x.floor);
    if (!x.writes() && x.linearizable && x.index < x.floor)
      return fmt::format(
          "{} is stale: it was answered as of {}, and {} had been told before it began", name(x),
          x.index, x.floor);
    if (x.must_be_refused)
      return fmt::format("{} was answered by a node that was removed and knew it", name(x));
    if (!x.writes() && x.index < x.applied)
      return fmt::format("{} was answered as of {}, and the node had told that {} was applied",
                         name(x), x.index, x.applied);
    if (!x.writes() && x.index < x.min_index)
      return fmt::format("{} was answered as of {}, not {} as it asked", name(x), x.index,
                         x.min_index);
  }
  for (auto& [item, history] : happened) {
    for (std::size_t i = 1; i < history.size(); ++i)
      if (history[i].index <= history[i - 1].index || history[i].time_us < history[i - 1].time_us)
        return fmt::format("the history of {}/{} goes back at {}", item.first, item.second,
                           history[i].index);
    for (auto& each : history) {
      if (each.type == "deleted") continue;
      auto wrote = std::find_if(asked.begin(), asked.end(), [&](auto& x) {
        return x.writes() && x.model == item.first && value_of(x, item.second) == each.value;
      });
      if (wrote == asked.end())
        return fmt::format("{}/{} holds {} at {}, which nobody wrote", item.first, item.second,
                           each.value.substr(0, 20), each.index);
    }
  }
  return {};
}

}  // namespace lithair::simulation::nodes
