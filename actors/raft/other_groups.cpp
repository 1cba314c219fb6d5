#include "actors/raft/other_groups.hpp"

#include <algorithm>

namespace lithair::actors {

using namespace protocol;

namespace {

constexpr std::uint64_t ask_again_ms = 100;

}  // namespace

bool node_groups::removed_from_all() const {
  return removed_from_main && std::all_of(others.begin(), others.end(),
                                          [](const auto& each) { return each.second.removed; });
}

std::optional<group_id> other_groups::holding(node_id member) const {
  if (!groups_) return {};
  for (auto& [group, there] : groups_->others)
    if (there.members.members.contains(member)) return group;
  return {};
}

std::optional<group_id> other_groups::counting_on(node_id member, std::uint64_t since_ms,
                                                  std::uint64_t now_ms) {
  if (!groups_) return {};
  std::optional<group_id> found;
  for (auto& [group, there] : groups_->others) {
    // It is not told of a group's log any more, and was told so.
    if (member == self_ && there.removed) continue;
    const auto seen = seen_ms_.find(group);
    const auto& known = there.members.members;
    if (seen != seen_ms_.end() && seen->second >= since_ms && !known.empty() &&
        !known.contains(member))
      continue;
    if (!found) found = group;
    auto [asked, first] = asked_ms_.try_emplace(group, now_ms);
    if (!there.raft || (!first && now_ms < asked->second + ask_again_ms)) continue;
    asked->second = now_ms;
    open_[next_token_] = {group, now_ms};
    probe_(there.raft, probe_ready{next_token_++, 0});
  }
  return found;
}

// Its members are applied before it says that it is ready, so what is known of them here is as of
// the question or later.
void other_groups::arrived(const readiness& answer) {
  const auto found = open_.find(answer.token);
  if (found == open_.end()) return;
  auto& seen = seen_ms_[found->second.group];
  if (answer.ready) seen = std::max(seen, found->second.asked_ms);
  open_.erase(found);
}

}  // namespace lithair::actors
