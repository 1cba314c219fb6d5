#include "actors/raft/membership_plan.hpp"

#include <algorithm>

#include "actors/peers/member_address.hpp"

namespace lithair::actors {

using namespace protocol;

namespace {

std::uint64_t added(const member& m) {
  const auto address = parse_member_address(m.address);
  return address ? address->added : 0;
}

const member* find(const std::vector<member>& members, node_id id) {
  const auto found =
      std::find_if(members.begin(), members.end(), [id](const member& m) { return m.id == id; });
  return found == members.end() ? nullptr : &*found;
}

// Whether to be promoted is each group's own affair.
std::string place(const member& m) {
  auto address = parse_member_address(m.address);
  if (!address) return m.address;
  address->promote = false;
  return to_text(*address);
}

member as_learner(const member& m) {
  auto address = parse_member_address(m.address);
  if (!address) return {m.id, false, m.address};
  address->promote = address->promote || m.voter;
  return {m.id, false, to_text(*address)};
}

}  // namespace

std::optional<std::vector<member>> next_membership(const configuration& now,
                                                   const committed_members& wanted) {
  // A joint configuration means that a step is under way.
  if (!wanted.index || now.members.empty() || now.joint()) return std::nullopt;
  // This group has a member that was added later than what is known of the main group: that is old.
  for (const auto& x : now.members)
    if (added(x) > wanted.index.value) return std::nullopt;
  auto next = now.members;
  const auto votes = [](const member& m) { return m.voter; };
  // Who was added again goes before it comes: it may have another disk. Somebody has to vote until
  // others can.
  for (auto x = next.begin(); x != next.end(); ++x) {
    const auto* theirs = find(wanted.members.members, x->id);
    if (theirs == nullptr || added(*theirs) == added(*x)) continue;
    if (std::count_if(next.begin(), next.end(), votes) == (x->voter ? 1 : 0)) continue;
    // Alone, whatever else is to be done: a step has to be safe by itself.
    next.erase(x);
    return next;
  }
  for (const auto& x : wanted.members.members) {
    if (find(next, x.id) != nullptr) continue;
    // It votes once it has this group's log, which may take longer than the main group's.
    next.push_back(as_learner(x));
    return next;
  }
  // No vote goes before those that are to stay have theirs: the group would survive less than the
  // main one does.
  const bool all_vote = std::all_of(
      wanted.members.members.begin(), wanted.members.members.end(), [&](const member& theirs) {
        const auto* ours = find(next, theirs.id);
        return !theirs.voter || (ours->voter && added(*ours) == added(theirs));
      });
  for (auto x = next.begin(); x != next.end(); ++x) {
    if (find(wanted.members.members, x->id) != nullptr || (x->voter && !all_vote)) continue;
    next.erase(x);
    return next;
  }
  bool changed = false;
  for (auto& x : next) {
    const auto* found = find(wanted.members.members, x.id);
    if (found == nullptr || added(*found) != added(x)) continue;  // Goes as soon as others vote.
    const auto& theirs = *found;
    const auto address = parse_member_address(x.address);
    const bool should_vote = theirs.voter && !x.voter && address && !address->promote;
    if (place(x) == place(theirs) && !should_vote) continue;
    const auto voter = x.voter;
    x = as_learner(theirs);
    if (voter) x = {x.id, true, place(theirs)};
    changed = true;
  }
  return changed ? std::optional{next} : std::nullopt;
}

}  // namespace lithair::actors
