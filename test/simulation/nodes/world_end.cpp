#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json.hpp>

#include "models/service.hpp"
#include "models/value/timestamp.hpp"
#include "test/simulation/nodes/world.hpp"

// What everything must have come to.
namespace lithair::simulation::nodes {

using namespace actors;
namespace json = boost::json;

std::optional<answered> world::read(machine& from, const std::string& model, models::query what) {
  ask question;
  const auto token = question.token = next_token_++;
  question.what = std::move(what);
  auto& node = from.node();
  give(node.group_with(*node.schema().find(model)).raft(), caf::make_message(std::move(question)),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
  run_until(time_.now() + 10'000'000, [&] { return readings_.contains(token); });
  auto found = readings_.find(token);
  if (found == readings_.end() || found->second.what != disposition::done) return std::nullopt;
  return found->second;
}

std::optional<histories> world::read_histories(machine& from) {
  histories made;
  std::set<std::pair<std::string, std::string>> items;
  for (auto& x : operations_) {
    if (x.what == operation::kind::bulk)
      items.insert({{x.model, x.key + "-a"}, {x.model, x.key + "-b"}});
    else if (x.writes())
      items.insert({x.model, x.key});
  }
  for (auto& item : items) {
    auto query =
        models::history_query(*from.node().schema().find(item.first), item.second,
                              std::vector<std::pair<std::string, std::string>>{{"take", "1000"}});
    auto answer = read(from, item.first, std::move(*query));
    if (!answer) return std::nullopt;
    if (answer->result.status == 404) continue;
    const auto body = json::parse(answer->result.body);
    for (auto& each : body.at("events").as_array()) {
      change x;
      x.index = each.at("index").to_number<std::uint64_t>();
      x.type = std::string{each.at("type").as_string()};
      x.time = std::string{each.at("time").as_string()};
      if (auto time = models::parse_timestamp(x.time)) x.time_us = time->us;
      auto& changes = each.at("changes").as_object();
      if (auto* value = changes.if_contains("value"); value != nullptr && value->is_string())
        x.value = std::string{value->as_string()};
      made[item].push_back(std::move(x));
    }
  }
  return made;
}

// A checkpoint of each node as of the same index must have the same digest.
std::string world::compare_states() {
  struct answer {
    std::uint64_t index = 0, digest = 0;
    std::string failed;
    bool there = false;
  };
  for (auto* first :
       machines_.front()->runs() ? machines_.front()->node().all() : std::vector<group*>{}) {
    const auto number = first->id();
    if (number.value > 1000) continue;
    std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> by_node;
    for (int attempt = 0; attempt < 5; ++attempt) {
      auto answers = std::make_shared<std::map<std::uint64_t, answer>>();
      std::size_t asked = 0;
      for (auto& each : machines_) {
        if (!each->runs() || !members_.contains(each->id())) continue;
        auto& desk = desks_.emplace_back(
            companion::make(*system_, [answers, id = each->id()](caf::mailbox_element_ptr x) {
              if (!x->content().match_elements<checkpointed>()) return;
              auto& news = x->content().get_as<checkpointed>(0);
              (*answers)[id] = {news.index.value, news.digest, news.failed, true};
            }));
        ++asked;
        give(each->node().find(number)->aggregate(), caf::make_message(checkpoint_now{}),
             caf::actor_cast<caf::strong_actor_ptr>(desk));
      }
      run_until(time_.now() + 5'000'000, [&] { return answers->size() == asked; });
      for (auto& [id, x] : *answers)
        if (x.there && x.failed.empty() && x.digest != 0) by_node[id] = {x.index, x.digest};
    }
    for (auto& [id, x] : by_node)
      for (auto& [other, y] : by_node)
        if (x.first == y.first && x.second != y.second)
          return fmt::format("the states of nodes {} and {} of group {} differ as of {}", id, other,
                             number.value, x.first);
  }
  return {};
}

// The rows must be what the items as of now come to.
std::string world::judge_projection(machine& at) {
  const std::vector<std::pair<std::string, std::string>> all{{"take", "1000"}};
  auto& schema = at.node().schema();
  auto items = read(at, "items",
                    *models::parse_query(*schema.find("items"), models::query::kind::list, all));
  auto rows = read(at, "items", *models::projection_query(schema, "by_count", all));
  if (!items || !rows)
    return fmt::format("node {} does not tell its items and what they come to", at.id());
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> counted,
      told;  // items and total of each count
  const auto list = json::parse(items->result.body), page = json::parse(rows->result.body);
  for (auto& each : list.at("data").as_array()) {
    const auto count = each.at("count").as_int64();
    ++counted[count].first;
    counted[count].second += count;
  }
  for (auto& each : page.at("data").as_array())
    told[each.at("count").as_int64()] = {each.at("items").as_int64(), each.at("total").as_int64()};
  if (told == counted) return {};
  return fmt::format("node {} has the items {} and says that they come to {}", at.id(),
                     items->result.body, rows->result.body);
}

std::string world::judge_streams(const histories& happened) {
  for (auto& [token, x] : subscriptions_) {
    std::vector<subscription::told> all;
    for (auto& [item, changes] : happened)
      if (group_of(item.first) == group_of(x.model))
        for (auto& each : changes)
          if (each.index > x.from && each.index <= x.through)
            all.push_back({each.index, item.first, item.second, each.type, each.time});
    std::sort(all.begin(), all.end());
    const auto by_index = [](auto& a, auto& b) { return a.index < b.index; };
    if (!std::is_sorted(x.events.begin(), x.events.end(), by_index))
      return fmt::format("the stream {} was told something out of order", token);
    auto told = x.events;
    std::sort(told.begin(), told.end());
    if (told == all) continue;
    const auto [a, b] = std::mismatch(told.begin(), told.end(), all.begin(), all.end());
    return fmt::format(
        "the stream {} of group {} was told {} of {} changes between {} and {}; the first other "
        "one is at {}",
        token, group_of(x.model), told.size(), all.size(), x.from, x.through,
        std::min(a == told.end() ? x.through : a->index, b == all.end() ? x.through : b->index));
  }
  return {};
}

// One wrong clock is not heeded where two others are asked.
std::string world::judge_times(const histories& happened) {
  std::vector<std::int64_t> ahead;
  for (auto& each : machines_)
    ahead.push_back(each->wall_us() - static_cast<std::int64_t>(time_.now()));
  std::sort(ahead.begin(), ahead.end());
  const clock_bounds clocks{ahead.front(),
                            sky_.founders == 1 ? ahead.back() : ahead.at(ahead.size() - 2)};
  for (std::uint64_t group : {1, 2}) {
    histories part;
    for (auto& x : happened)
      if (group_of(x.first.first) == group) part.insert(x);
    if (auto wrong = judge_dates(operations_, part, clocks, time_.now()); !wrong.empty())
      return fmt::format("group {}: {}", group, wrong);
  }
  return {};
}

void world::judge_all() {
  std::optional<histories> first;
  for (auto& each : machines_) {
    if (!each->runs() || !members_.contains(each->id())) continue;
    auto told = read_histories(*each);
    if (!report_.broken.empty()) return;
    if (!told) return fail(fmt::format("node {} does not tell its histories", each->id()));
    if (auto wrong = judge_projection(*each); !wrong.empty()) return fail(wrong);
    if (!first)
      first = std::move(told);
    else if (*told != *first)
      return fail(fmt::format("node {} tells other histories than the first node", each->id()));
  }
  if (!first) return;
  if (auto wrong = judge(operations_, *first); !wrong.empty()) return fail(wrong);
  if (auto wrong = judge_streams(*first); !wrong.empty()) return fail(wrong);
  if (auto wrong = judge_times(*first); !wrong.empty()) return fail(wrong);
  if (auto wrong = judge_local(); !wrong.empty()) return fail(wrong);
  if (auto wrong = compare_states(); !wrong.empty()) return fail(wrong);
}

}  // namespace lithair::simulation::nodes
