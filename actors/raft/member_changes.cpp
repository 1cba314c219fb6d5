#include "actors/raft/member_changes.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/mutants.hpp"

namespace lithair::actors {

using namespace protocol;
using action = change_members::action;

namespace {

// Then whoever asked is told that it may still take effect; nothing is taken back.
constexpr std::uint64_t change_timeout_ms = 10'000;
// Between two tries to find a leader that takes a request.
constexpr std::uint64_t try_again_ms = 20;
// How often a leader looks whether a learner has caught up.
constexpr std::uint64_t promotion_interval_ms = 200;

// 400 never passes, 409 passes when the members do something, 503 by itself.
std::uint16_t status_of(raft_core::change_refusal why) {
  using refusal_of_change = raft_core::change_refusal;
  switch (why) {
    case refusal_of_change::none:
    case refusal_of_change::same:
      return 200;
    case refusal_of_change::invalid:
      return 400;
    case refusal_of_change::in_progress:
    case refusal_of_change::no_live_majority:
    case refusal_of_change::nothing_to_abort:
    case refusal_of_change::lagging:
      return 409;
    case refusal_of_change::not_leader:
    case refusal_of_change::term_not_committed:
    case refusal_of_change::transferring:
      return 503;
  }
  return 500;
}

std::string_view sentence_of(raft_core::change_refusal why) {
  using refusal_of_change = raft_core::change_refusal;
  switch (why) {
    case refusal_of_change::none:
      return {};
    case refusal_of_change::same:
      return "these are the members already";
    case refusal_of_change::invalid:
      return "a cluster needs at least one voter, and ids from 1";
    case refusal_of_change::in_progress:
      return "another change of members is under way; try again when it is done";
    case refusal_of_change::lagging:
      return "the node has not caught up yet; try again later";
    case refusal_of_change::no_live_majority:
      return "of the old or of the new voters no majority is reachable, so the change might never "
             "be complete, and no "
             "write would be confirmed meanwhile; bring members back first, or ask with force=true";
    case refusal_of_change::nothing_to_abort:
      return "no change of members is under way that could be given up";
    case refusal_of_change::not_leader:
      return "the leader changed meanwhile";
    case refusal_of_change::term_not_committed:
      return "the leader is new and not ready yet";
    case refusal_of_change::transferring:
      return "leadership is being handed over";
  }
  return {};
}

member* find(std::vector<member>& members, node_id id) {
  auto found =
      std::find_if(members.begin(), members.end(), [id](const member& m) { return m.id == id; });
  return found == members.end() ? nullptr : &*found;
}

// The wish to be promoted is fulfilled with it.
member as_voter(const member& learner) {
  auto address = parse_member_address(learner.address);
  if (!address) return {learner.id, true, learner.address};
  address->promote = false;
  return {learner.id, true, to_text(*address)};
}

}  // namespace

// Only the leader can say what becomes of a change, so there it is decided, and answered.
void member_changes::ask(const caf::strong_actor_ptr& asker, const change_members& wanted,
                         std::uint64_t now_ms) {
  requester who{asker, wanted.token};
  who.wanted = {0, wanted.what, wanted.force, wanted.node,
                to_text({wanted.host, wanted.http_port, wanted.peer_port, wanted.promote})};
  now_ms_ = now_ms;
  who.until_ms = now_ms + leader_wait_ms_;
  try_for(std::move(who));
}

void member_changes::try_for(requester who) {
  auto request = who.wanted;
  if (core_.current_role() == role::leader) return handle(std::move(who), request, now_ms_);
  request.id = next_id_++;
  if (!core_.leader() || !out_.send(core_.leader(), request))
    return finish(who, {503, "no leader is known; the node's /readyz says why"});
  // Who was asked counts: an answer of somebody else is of another request.
  forwarded_.emplace(request.id,
                     forwarded{std::move(who), core_.leader(), now_ms_ + change_timeout_ms});
}

// 503 says that nothing came of it: an election is worth waiting for, as it is with writes.
void member_changes::try_again() {
  for (auto& each : std::exchange(waiting_, {})) {
    if (each.who.until_ms <= now_ms_)
      out_.answer(each.who.asker, {each.who.token, each.refusal.status, each.refusal.detail});
    else if (each.again_ms > now_ms_)
      waiting_.push_back(std::move(each));
    else
      try_for(std::move(each.who));
  }
}

void member_changes::arrived(node_id from, const change_request& request, std::uint64_t now_ms) {
  requester who;
  who.node = from;
  who.id = request.id;
  now_ms_ = now_ms;
  handle(std::move(who), request, now_ms);
}

void member_changes::arrived(node_id from, const change_answer& answer) {
  auto found = forwarded_.find(answer.id);
  if (found == forwarded_.end() ||
      (found->second.leader != from && !mutated(mutant::takes_answers_of_anybody)))
    return;
  finish(found->second.who, {answer.status, answer.detail});
  forwarded_.erase(found);
}

void member_changes::handle(requester who, const change_request& request, std::uint64_t now_ms) {
  if (core_.current_role() != role::leader)
    return finish(who, {503, "the leader changed meanwhile"});
  if (request.what == action::abort) return abort(std::move(who), now_ms);
  // One at a time, as Raft has it: two could leave two majorities that share nobody.
  if (current_)
    return finish(who, {409, "another change of members is under way; try again when it is done"});
  change started;
  started.deadline_ms = now_ms + change_timeout_ms;
  if (auto done = begin(request, started)) return finish(who, *done);
  started.who = std::move(who);
  current_ = std::move(started);
}

// Nothing: it is under way.
std::optional<member_changes::verdict> member_changes::begin(const change_request& request,
                                                             change& started) {
  auto members = core_.members().members;
  node_id id{request.node};
  auto* known = find(members, id);
  auto what = request.what;
  if (what == action::add) {
    auto address = parse_member_address(request.address);
    if (!id || !address)
      return verdict{400, "a member needs an id from 1, an address and a peer port"};
    if (known != nullptr) {
      auto theirs = parse_member_address(known->address);
      address->promote = theirs && theirs->promote;
      address->added = theirs ? theirs->added : 0;
      if (theirs == address) return wait_for(std::move(members), started);
      return verdict{
          409, fmt::format(
                   "node {} is a member already, at another address; ask for a move to change it",
                   request.node)};
    }
    // The index that the entry will have: it tells this addition from all earlier ones.
    address->added = (core_.last_index() + 1).value;
    members.push_back({id, false, to_text(*address)});
    // No entry: it has happened when another one leads.
  } else if (what == action::transfer) {
    if (id && known == nullptr)
      return verdict{404, fmt::format("node {} is not a member", request.node)};
    if (id == core_.leader()) return verdict{200, {}};
    if (!core_.transfer(id)) return why_no_transfer(known);
    return {};
  } else if (what == action::remove && known == nullptr && id) {
    // Asked again, perhaps, since it was not confirmed in time: then it is not until all is
    // committed, and no group counts on it. What is known here of other groups may be old.
    started.leaving = id;
    started.was_gone = !core_.members().contains(id);
    return wait_for(std::move(members), started);
  } else if (known == nullptr) {
    return verdict{404, fmt::format("node {} is not a member", request.node)};
  } else if (what == action::promote) {
    if (known->voter) return wait_for(std::move(members), started);
    *known = as_voter(*known);
  } else if (what == action::move) {
    auto address = parse_member_address(request.address);
    if (!address) return verdict{400, "a member needs an address and a peer port"};
    auto before = parse_member_address(known->address);
    address->promote = before && before->promote;
    address->added = before ? before->added : 0;
    if (before == address) return wait_for(std::move(members), started);
    known->address = to_text(*address);
  } else if (what == action::remove) {
    std::erase_if(members, [id](const member& m) { return m.id == id; });
    started.leaving = id;
  } else {
    return verdict{400, "unknown kind of change"};
  }
  auto result = start(std::move(members), started, request.force);
  if (started.target) return {};
  return result;
}

// Right behind an election nobody has been heard yet, so no successor can be chosen: that passes.
member_changes::verdict member_changes::why_no_transfer(const member* to) const {
  if (core_.inspect().transfer_target)
    return {409, "leadership is being handed over already; try again when that is done"};
  if (to != nullptr) return {409, "only a voter can lead; promote the node first"};
  const auto& members = core_.members().members;
  if (std::ranges::count_if(members, &member::voter) < 2)
    return {409, "there is no other voter to lead"};
  return {503, "no other voter has been heard yet"};
}

// These are the members already; the change that made them may not be committed.
std::optional<member_changes::verdict> member_changes::wait_for(std::vector<member> target,
                                                                change& started) {
  started.target = std::move(target);
  return {};
}

member_changes::verdict member_changes::start(std::vector<member> target, change& started,
                                              bool force) {
  std::sort(target.begin(), target.end(),
            [](const member& a, const member& b) { return a.id < b.id; });
  auto why = core_.reconfigure(target);
  if (why == raft_core::change_refusal::no_live_majority && force) {
    started.risk =
        "it was forced while no majority of the old or of the new voters was reachable: if those "
        "that are silent do not come back, no write is confirmed any more";
    why = core_.reconfigure(target, true);
  }
  if (why == raft_core::change_refusal::none) started.target = std::move(target);
  return {status_of(why), std::string{sentence_of(why)}};
}

// The way back is an entry too, and whoever asks for it hears once that is committed. Until then
// the change itself may yet come true: under another leader, which has only the joint entry.
void member_changes::abort(requester who, std::uint64_t now_ms) {
  auto why = core_.abort_change();
  if (why != raft_core::change_refusal::none)
    return finish(who, {status_of(why), std::string{sentence_of(why)}});
  if (current_)
    finish(current_->who,
           {504, "the change is being given up as was asked; it may still take effect"});
  current_ = change{};
  current_->who = std::move(who);
  current_->target = core_.members().members;
  current_->deadline_ms = now_ms + change_timeout_ms;
}

// An answer waits for what is committed, never for what was only appended.
void member_changes::advance(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  try_again();
  std::erase_if(forwarded_, [&](const auto& pair) {
    if (pair.second.deadline_ms > now_ms) return false;
    finish(pair.second.who,
           {504, "the leader did not answer in time; the change may still take effect"});
    return true;
  });
  if (!current_) return promote_learners(now_ms);
  auto done = outcome(*current_, now_ms);
  if (!done) return;
  finish(current_->who, *done);
  current_.reset();
}

// Nothing: it is still under way.
std::optional<member_changes::verdict> member_changes::outcome(change& started,
                                                               std::uint64_t now_ms) {
  const bool leads = core_.current_role() == role::leader;
  if (!started.target) {
    // A transfer: this node leads no more.
    if (!leads) return verdict{200, {}};
    if (!core_.inspect().transfer_target) return verdict{409, "the node did not take over in time"};
  } else {
    // The joint configuration has the new members in it; once another follows, the core went back
    // to the old ones.
    auto& now = core_.members();
    if (!now.joint() && !started.final_index) started.final_index = core_.last_index();
    if (started.final_index && core_.commit_index() >= *started.final_index) {
      if (now.members == *started.target)
        return started.leaving ? outcome_of_leaving(started, now_ms) : verdict{200, started.risk};
      if (leads)
        return verdict{409,
                       "the change was given up, since it could not be completed; the members are "
                       "what they were"};
    }
    if (!leads)
      return verdict{504, "the leader changed meanwhile; the change may still take effect"};
  }
  if (started.deadline_ms > now_ms) return {};
  if (!started.target)
    return verdict{504, "the change was not confirmed in time; it may still take effect"};
  return verdict{504,
                 "the change was not confirmed in time; it may still take effect, unless it is "
                 "given up (abort)" +
                     (started.risk.empty() ? std::string{} : "; " + started.risk)};
}

// No member any more; of the main group, at least.
std::optional<member_changes::verdict> member_changes::outcome_of_leaving(change& started,
                                                                          std::uint64_t now_ms) {
  if (!started.left_ms) started.left_ms = now_ms;
  started.was_held = started.was_held || groups_.holding(started.leaving);
  const auto still = mutated(mutant::removes_from_the_main_group_alone)
                         ? std::nullopt
                         : groups_.counting_on(started.leaving, *started.left_ms, now_ms);
  if (!still && started.was_gone && !started.was_held)
    return verdict{404, fmt::format("node {} is not a member", started.leaving.value)};
  if (!still) return verdict{200, started.risk};
  if (started.deadline_ms > now_ms) return {};
  return verdict{504, fmt::format("group {} did not follow in time, and may still count on node "
                                  "{}: leave that running, and ask again",
                                  still->value, started.leaving.value)};
}

// One promotion is one change; the next learner comes when it is done.
void member_changes::promote_learners(std::uint64_t now_ms) {
  if (core_.current_role() != role::leader || now_ms < next_promotion_ms_) return;
  next_promotion_ms_ = now_ms + promotion_interval_ms;
  for (auto& learner : core_.members().members) {
    auto address = parse_member_address(learner.address);
    if (learner.voter || !address || !address->promote) continue;
    auto target = core_.members().members;
    *find(target, learner.id) = as_voter(learner);
    change started;
    started.deadline_ms = now_ms + change_timeout_ms;
    (void)start(std::move(target), started);  // Refused while it lags; asked again next time.
    if (started.target) {
      current_ = std::move(started);
      return;
    }
  }
}

// The same way as other changes, but nobody waits for an answer.
void member_changes::follow(const committed_members& wanted, std::uint64_t now_ms) {
  if (core_.current_role() != role::leader || current_) return;
  // Without a step that can be made it is looked for now and then; with news at once.
  if (now_ms < next_step_ms_ && followed_ == wanted.index) return;
  followed_ = wanted.index;
  if (mutated(mutant::other_groups_keep_their_members)) return;
  next_step_ms_ = now_ms + promotion_interval_ms;
  auto target = next_membership(core_.members(), wanted);
  if (!target) return;
  change started;
  started.deadline_ms = now_ms + change_timeout_ms;
  (void)start(std::move(*target),
              started);  // Refused while a majority is away; tried again next time.
  if (started.target) current_ = std::move(started);
}

// Without its vote nobody counts on what it forgot; `promote` brings the vote back.
void member_changes::let_recover(node_id voter, std::uint64_t now_ms) {
  if (core_.current_role() != role::leader || current_) return;
  auto target = core_.members().members;
  auto* lost = find(target, voter);
  if (lost == nullptr || !lost->voter) return;
  lost->voter = false;
  if (auto address = parse_member_address(lost->address)) {
    address->promote = true;
    lost->address = to_text(*address);
  }
  change started;
  started.deadline_ms = now_ms + change_timeout_ms;
  (void)start(std::move(target),
              started);  // Refused while another change is under way; it asks again.
  if (!started.target) return;
  spdlog::warn(
      "node {} lost what it had acknowledged: a learner now, and a voter again once it has caught "
      "up",
      voter.value);
  current_ = std::move(started);
}

void member_changes::stop() {
  const verdict open{504,
                     "this node stops, or is out of service; the change may still take effect"};
  for (auto& [id, each] : std::exchange(forwarded_, {})) finish(each.who, open);
  if (current_) finish(current_->who, open);
  current_.reset();
  for (auto& each : std::exchange(waiting_, {}))
    out_.answer(each.who.asker, {each.who.token, each.refusal.status, each.refusal.detail});
}

// To a client here, over the link to a peer, or to nobody: some changes nobody asked for.
void member_changes::finish(const requester& who, const verdict& outcome) {
  if (who.asker && outcome.status == 503)
    return waiting_.push_back({who, outcome, now_ms_ + try_again_ms});
  if (who.asker) return out_.answer(who.asker, {who.token, outcome.status, outcome.detail});
  if (!who.node) return;
  (void)out_.send(who.node, change_answer{who.id, outcome.status, outcome.detail});
}

}  // namespace lithair::actors
