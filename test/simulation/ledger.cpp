#include "test/simulation/ledger.hpp"

#include <algorithm>

namespace lithair::simulation {

std::uint64_t ledger::value(std::size_t key, index_t index) const {
  const auto& all = writes_[key];
  auto after = std::upper_bound(all.begin(), all.end(), index,
                                [](index_t i, const auto& w) { return i < w.first; });
  return after == all.begin() ? 0 : std::prev(after)->second;
}

void ledger::append(const entry& x, term_t committed_in) {
  line added{x.term, committed_in, fingerprint(x), 0, false, 0, 0};
  if (x.kind == entry_kind::command) {
    std::tie(added.key, added.value) = parse_command(x.data.view());
    added.command = true;
    added.serial = x.from.serial;
    demand(serials_.insert(added.serial).second, "one proposal is committed twice");
    writes_[added.key].emplace_back(x.index, added.value);
  }
  lines_.push_back(added);
}

}  // namespace lithair::simulation
