#include "test/simulation/nodes/history.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace lithair::simulation::nodes {

namespace {

std::string name(const operation& x) { return fmt::format("operation {} ({} {}/{})", x.id, static_cast<int>(x.what), x.model, x.key); }

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
                             ? each.type == "deleted" && x.outcome == operation::end::done && each.index == x.version
                             : each.value == value_of(x, key);
      if (!is_it) continue;
      ++times;
      at.push_back(each.index);
    }
    if (times > 1) return fmt::format("{} took effect {} times", name(x), times);
    found += times;
  }
  if (x.what == operation::kind::remove && (x.outcome != operation::end::done || x.status != 204 || x.version == 0)) return {};
  if (x.outcome == operation::end::unavailable && !x.maybe_applied && found != 0)
    return fmt::format("{} was answered 503 and took effect at {}", name(x), at.front());
  if (found != 0 && found != keys.size()) return fmt::format("{} took effect in part", name(x));
  if (x.outcome != operation::end::done) return {};
  if (x.status < 300) {
    if (found != keys.size()) return fmt::format("{} was acknowledged at {} and is lost", name(x), x.index);
    if (x.version != 0 && std::any_of(at.begin(), at.end(), [&](auto i) { return i != x.version; }))
      return fmt::format("{} was acknowledged with version {} and took effect at {}", name(x), x.version, at.front());
  } else if (found != 0 && !x.maybe_applied) {
    return fmt::format("{} was refused with {} and took effect at {}", name(x), x.status, at.front());
  }
  return {};
}

std::string judge_read(const operation& x, const histories& happened) {
  for (auto& [item, history] : happened) {
    if (item.first != x.model || (x.what == operation::kind::read && item.second != x.key)) continue;
    auto* was = as_of(history, x.index);
    auto seen = x.seen.find(item.second);
    if ((was == nullptr) != (seen == x.seen.end()) || (was != nullptr && *was != seen->second))
      return fmt::format("{} was answered as of {} with {} for {}, which was {}", name(x), x.index,
                         seen == x.seen.end() ? "nothing" : seen->second.substr(0, 20), item.second,
                         was == nullptr ? "nothing" : was->substr(0, 20));
  }
  for (auto& [key, value] : x.seen)
    if (!happened.contains({x.model, key})) return fmt::format("{} saw {} that nobody wrote", name(x), key);
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

std::string judge(const std::vector<operation>& asked, const histories& happened) {
  for (auto& x : asked) {
    if (x.writes()) {
      if (auto wrong = judge_write(x, happened); !wrong.empty()) return wrong;
    } else if (x.outcome == operation::end::done) {
      if (auto wrong = judge_read(x, happened); !wrong.empty()) return wrong;
    }
    if (x.outcome != operation::end::done || x.replayed) continue;
    if (x.writes() && x.index <= x.floor)
      return fmt::format("{} got index {}, and {} had been told before it began", name(x), x.index, x.floor);
    if (!x.writes() && x.linearizable && x.index < x.floor)
      return fmt::format("{} is stale: it was answered as of {}, and {} had been told before it began", name(x), x.index, x.floor);
    if (!x.writes() && x.index < x.min_index)
      return fmt::format("{} was answered as of {}, not {} as it asked", name(x), x.index, x.min_index);
  }
  for (auto& [item, history] : happened) {
    for (std::size_t i = 1; i < history.size(); ++i)
      if (history[i].index <= history[i - 1].index || history[i].time < history[i - 1].time)
        return fmt::format("the history of {}/{} goes back at {}", item.first, item.second, history[i].index);
    for (auto& each : history) {
      if (each.type == "deleted") continue;
      auto wrote = std::find_if(asked.begin(), asked.end(), [&](auto& x) {
        return x.writes() && x.model == item.first && value_of(x, item.second) == each.value;
      });
      if (wrote == asked.end())
        return fmt::format("{}/{} holds {} at {}, which nobody wrote", item.first, item.second, each.value.substr(0, 20), each.index);
    }
  }
  return {};
}

}  // namespace lithair::simulation::nodes
