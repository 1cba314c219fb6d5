#include "models/derived/timeline.hpp"

#include <algorithm>

#include "models/encoding/msgpack.hpp"

namespace lithair::models {

namespace {

std::vector<timeline::gap> read_gaps(std::string_view bytes) {
  std::vector<timeline::gap> made;
  msgpack::reader in(bytes);
  // What can be read counts; a damaged pair tells less, and invents nothing.
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    if (in.read_array() != 2) {
      break;
    }
    const std::uint64_t last = in.read_unsigned();
    made.push_back({last, in.read_unsigned()});
  }
  return made;
}

}  // namespace

bool timeline::is_elsewhere(std::uint64_t index) const {
  // Few gaps, so a linear search is fine. Both ends belong to this log.
  return std::any_of(gaps_.begin(), gaps_.end(),
                     [index](const gap& each) { return each.last < index && index < each.next; });
}

timeline timeline_of(const state_view& state) {
  const auto bytes = state.get(timeline_key);
  return bytes ? timeline(read_gaps(*bytes)) : timeline();
}

change with_gap(const std::optional<std::string>& before, timeline::gap added) {
  auto gaps = before ? read_gaps(*before) : std::vector<timeline::gap>{};
  gaps.push_back(added);
  if (gaps.size() > max_gaps) {
    // Joined, the two oldest hide what lies between them: too much is refused rather than too
    // little.
    gaps[1].last = gaps[0].last;
    gaps.erase(gaps.begin());
  }
  std::string made;
  msgpack::write_array(made, gaps.size());
  for (const auto& x : gaps) {
    msgpack::write_array(made, 2);
    msgpack::write_unsigned(made, x.last);
    msgpack::write_unsigned(made, x.next);
  }
  return {std::string(timeline_key), std::move(made)};
}

}  // namespace lithair::models
