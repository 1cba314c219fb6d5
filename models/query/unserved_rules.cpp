#include "models/query/unserved_rules.hpp"

#include "models/query/access_path.hpp"
#include "models/schema/access_binding.hpp"

namespace lithair::models {

std::vector<std::string> rules_without_index(const schema& s) {
  // Any person will do: rules tell people apart by what they compare, and not by who they are.
  const subject somebody{"somebody", {}, {}};
  std::vector<std::string> made;
  for (const auto& c : s.collections()) {
    if (!c.access) {
      continue;
    }
    const auto allowed = bind(s, c, access_kind::read, somebody);
    if (allowed.empty() || is_never(allowed)) {
      continue;
    }
    const auto way = choose_access_path(c, allowed, {});
    if (way.ranges.size() == 1 && way.ranges.front() == all_records(c)) {
      made.push_back(c.name);
    }
  }
  return made;
}

}  // namespace lithair::models
