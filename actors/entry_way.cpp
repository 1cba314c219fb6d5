#include "actors/entry_way.hpp"

#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

namespace {

struct stage_words {
  std::string_view name;
  std::string_view words;
};

// In the order of the enum.
constexpr std::array<stage_words, 8> stages{{
    {"received", "asked for by a client of this node"},
    {"logged", "handed to this node's log"},
    {"synced", "on this node's disk"},
    {"replicated", "on the disk of node "},
    {"committed", "known to be committed"},
    {"given", "handed to the state"},
    {"applied", "applied"},
    {"answered", "answered"},
}};

const stage_words& words_of(way_stage which) { return stages[static_cast<std::size_t>(which)]; }

}  // namespace

std::string_view name_of(way_stage which) { return words_of(which).name; }

std::vector<way_step> steps_of(const entry_way& way) {
  std::vector<way_step> steps;
  const auto add = [&steps](way_stage what, std::int64_t at_us, protocol::node_id node = {}) {
    if (at_us != 0) steps.push_back({what, node, at_us});
  };
  add(way_stage::received, way.received_us);
  add(way_stage::logged, way.logged_us);
  add(way_stage::synced, way.synced_us);
  for (const auto& [node, at_us] : way.replicated_us) add(way_stage::replicated, at_us, node);
  add(way_stage::committed, way.committed_us);
  add(way_stage::given, way.given_us);
  add(way_stage::applied, way.applied_us);
  add(way_stage::answered, way.answered_us);
  // Of the same moment in the order in which they mostly happen.
  std::stable_sort(steps.begin(), steps.end(),
                   [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
  return steps;
}

std::string in_words(const way_step& step) {
  std::string words{words_of(step.what).words};
  if (step.what == way_stage::replicated) words += std::to_string(step.node.value);
  return words;
}

std::string where_time_went(const std::vector<way_step>& steps) {
  std::string line;
  for (std::size_t i = 1; i < steps.size(); ++i)
    line += fmt::format("{}+{:.1f} ms {}", i == 1 ? "" : ", ",
                        static_cast<double>(steps[i].at_us - steps[i - 1].at_us) / 1000,
                        in_words(steps[i]));
  return line;
}

}  // namespace lithair::actors
