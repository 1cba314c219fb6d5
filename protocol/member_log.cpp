#include "protocol/member_log.hpp"

#include <algorithm>
#include <utility>

namespace lithair::protocol {

member_log::member_log(index_t base_index, configuration base) {
  versions_.push_back({base_index, std::move(base)});
}

const configuration& member_log::as_of(index_t index) const {
  // From the newest: what is asked for is nearly always one of the last two.
  auto found = versions_.rbegin();
  while (found + 1 != versions_.rend() && found->index > index) ++found;
  return found->members;
}

bool member_log::voter_since(index_t index, node_id id) const {
  for (auto x = versions_.rbegin(); x != versions_.rend(); ++x) {
    if (x->members.is_voter(id)) return true;
    // This one is in force at `index`: older ones are not asked for.
    if (x->index <= index) break;
  }
  return false;
}

bool member_log::ever_held(node_id id) const {
  return std::any_of(versions_.begin(), versions_.end(),
                     [id](const version& each) { return each.members.contains(id); });
}

void member_log::append(index_t index, configuration members) {
  versions_.push_back({index, std::move(members)});
}

bool member_log::truncate(index_t from) {
  std::size_t before = versions_.size();
  // The base stays: its entry is not in the log, so no leader can remove it.
  while (versions_.size() > 1 && versions_.back().index >= from) versions_.pop_back();
  return versions_.size() != before;
}

void member_log::purge(index_t through) {
  while (versions_.size() > 1 && versions_[1].index <= through) versions_.erase(versions_.begin());
}

}  // namespace lithair::protocol
