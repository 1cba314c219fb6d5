#include "apps/lithairctl/show_items.hpp"

#include <algorithm>
#include <cctype>

#include "apps/lithairctl/document.hpp"

namespace lithair::ctl {

namespace json = boost::json;

table table_of(const json::array& items, std::size_t widest) {
  std::vector<std::string> names;
  for (const auto& each : items) {
    if (!each.is_object()) continue;
    for (const auto& x : each.get_object())
      if (std::ranges::find(names, x.key()) == names.end()) names.emplace_back(x.key());
  }
  std::vector<std::string> heads = names;
  for (auto& head : heads)
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::toupper(c); });
  table made(std::move(heads));
  for (const auto& each : items) {
    if (!each.is_object()) continue;
    std::vector<std::string> cells;
    for (const auto& name : names) {
      const auto* x = each.get_object().if_contains(name);
      cells.push_back(x == nullptr ? std::string{} : cut_to(printable(cell_of(*x)), widest));
    }
    made.add(std::move(cells));
  }
  return made;
}

std::string lines_of(const json::object& item) {
  std::size_t widest = 0;
  for (const auto& x : item) widest = std::max(widest, width_of(x.key()));
  std::string made;
  for (const auto& x : item)
    made += std::string(x.key()) + std::string(widest - width_of(x.key()) + 2, ' ') +
            printable(cell_of(x.value())) + '\n';
  return made;
}

}  // namespace lithair::ctl
