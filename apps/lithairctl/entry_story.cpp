#include "apps/lithairctl/entry_story.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/table.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

bool asked(const node_told& x) { return x.id != 0 && number_in(x.page, "proposed_by") == x.id; }

/// Only who leads hears of the disks of others.
bool led(const node_told& x) {
  return std::ranges::any_of(array_in(x.page, "way"), [](const auto& step) {
    return step.is_object() && text_in(step.get_object(), "what") == "replicated";
  });
}

std::string name_of(const node_told& x) {
  return x.id == 0 ? x.addr : fmt::format("Node {} ({})", x.id, x.addr);
}

/// What any of them knows of the entry, each sentence once.
std::string head_of(const std::vector<node_told>& all, std::uint64_t term) {
  std::string lines;
  std::set<std::string> said;
  for (const auto& x : all) {
    if (!x.why_not.empty() || number_in(x.page, "term") != term) continue;
    for (const auto& line : array_in(x.page, "story"))
      if (said.insert(cell_of(line)).second) lines += printable(cell_of(line)) + '\n';
  }
  return lines;
}

std::string part_of(const node_told& x) {
  auto who = name_of(x);
  if (asked(x)) who += ", whose client asked";
  if (led(x)) who += asked(x) ? " and which led" : ", which led";
  const auto& way = array_in(x.page, "way");
  std::string lines;
  for (const auto& each : way) {
    if (!each.is_object()) continue;
    const auto& step = each.get_object();
    if (lines.empty()) lines = fmt::format("{}, from {} by its clock:\n", who, text_in(step, "at"));
    const auto ms = static_cast<double>(number_in(step, "after_us")) / 1000;
    lines += fmt::format("{:>12} ms  {}\n", fmt::format("+{:.3f}", ms),
                         printable(text_in(step, "words")));
  }
  if (lines.empty()) lines = who + ":\n";
  for (const auto& each : array_in(x.page, "not_told"))
    lines += "  " + printable(cell_of(each)) + '\n';
  return lines;
}

}  // namespace

void put_in_order(std::vector<node_told>& all) {
  std::ranges::stable_sort(all, {}, [](const node_told& x) {
    return std::tuple(!x.why_not.empty(), !asked(x), !led(x), x.id);
  });
}

std::string story_of(const std::vector<node_told>& all) {
  std::set<std::uint64_t, std::greater<>> terms;
  for (const auto& x : all)
    if (x.why_not.empty()) terms.insert(number_in(x.page, "term"));
  std::string lines;
  std::size_t parts = 0;
  for (const auto term : terms) {
    lines += head_of(all, term) + '\n';
    for (const auto& x : all) {
      if (!x.why_not.empty() || number_in(x.page, "term") != term) continue;
      lines += part_of(x) + '\n';
      ++parts;
    }
  }
  if (terms.size() > 1)
    lines += "Nodes have different entries there; the one that is known to be committed stays.\n";
  for (const auto& x : all)
    if (!x.why_not.empty())
      lines += fmt::format("{} tells nothing: {}\n", name_of(x), printable(x.why_not));
  if (parts > 1)
    lines += "Clocks differ: times of two nodes don't tell which of two things was earlier.\n";
  return lines;
}

json::object story_json(std::uint64_t index, const std::vector<node_told>& all) {
  json::array nodes;
  for (const auto& x : all)
    nodes.push_back(json::object{
        {"node_id", x.id == 0 ? json::value(nullptr) : json::value(x.id)},
        {"addr", x.addr},
        {"why_not", x.why_not.empty() ? json::value(nullptr) : json::value(x.why_not)},
        {"explained", x.why_not.empty() ? json::value(x.page) : json::value(nullptr)}});
  return {{"index", index}, {"nodes", std::move(nodes)}};
}

}  // namespace lithair::ctl
