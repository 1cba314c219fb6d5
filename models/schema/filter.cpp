#include "models/schema/filter.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace lithair::models {

filter_list never() {
  filter made;
  made.how = comparison_word::any_condition;
  made.any = std::make_shared<const std::vector<filter_list>>();
  return {std::move(made)};
}

bool is_never(const filter_list& what) {
  return std::ranges::any_of(what,
                             [](const filter& each) { return each.any && each.any->empty(); });
}

bool asks_for_others(const filter_list& what) {
  return std::ranges::any_of(what, [](const filter& each) {
    return each.others || (each.any && std::ranges::any_of(*each.any, asks_for_others));
  });
}

}  // namespace lithair::models
