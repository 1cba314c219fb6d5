#include "actors/raft/raft_calls.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

using namespace protocol;

namespace {

// Each holds at most one message; more callers than this are told to come again.
constexpr std::size_t max_waiting = 64;

bool answers_to(const vote_response& answer, const vote_request& question) {
  return answer.pre == question.pre;
}

// A later term refuses whatever was asked. Else it is known by where the question's entries lie.
bool answers_to(const append_response& answer, const append_request& question) {
  if (answer.term > question.term) return true;
  if (!answer.success) return answer.rejected == question.prev_index;
  return answer.match >= question.prev_index + question.entries.size();
}

bool answers_to(const heartbeat_response& answer, const heartbeat& question) {
  return answer.term > question.term || answer.round == question.round;
}

bool answers_to(const snapshot_response& answer, const snapshot_request& question) {
  if (answer.index != question.meta.index) return false;
  // The last chunk is answered when the snapshot is installed.
  return !question.done || answer.installed || answer.rejected;
}

template <class Answer, class Question>
bool answers_to(const Answer&, const Question&) {
  return false;
}

struct verdict {
  std::uint16_t status;
  std::string_view code;
};

// What a caller should make of it: 409 may pass with time or is a matter of whom it asks, 422 never
// will.
verdict verdict_on(objection why) {
  switch (why) {
    case objection::stranger:
      return {409, "unknown_member"};
    case objection::contradiction:
      return {409, "contradiction"};
    case objection::second_leader:
      return {409, "second_leader"};
    case objection::leader_alive:
      return {409, "leader_alive"};
    case objection::forgetful:
      return {503, "unavailable"};
    default:
      return {422, "impossible_message"};
  }
}

raft_answered refused(const raft_call& asked, verdict what, std::string detail) {
  raft_answered result;
  result.token = asked.token;
  result.status = what.status;
  result.code = what.code;
  result.detail = std::move(detail);
  return result;
}

}  // namespace

bool answers(const message& answer, const message& question) {
  return std::visit([](const auto& a, const auto& q) { return answers_to(a, q); }, answer,
                    question);
}

void raft_calls::take(caf::strong_actor_ptr asker, raft_call asked, std::uint64_t cluster,
                      std::uint64_t now_ms) {
  // Before it waits: the core may answer within the step.
  if (auto no = refusal_of(asked, cluster); no.status != 200) return reply_(asker, std::move(no));
  auto from = asked.from;
  auto content = asked.content;
  waiting_.push_back({std::move(asker), std::move(asked), now_ms});
  core_.step(from, std::move(content));
}

void raft_calls::turn_away(const caf::strong_actor_ptr& asker, const raft_call& asked,
                           std::string why) const {
  reply_(asker, refused(asked, {503, "unavailable"}, std::move(why)));
}

// As a link would be judged, and then as the core would: what it ignores must not wait for its
// time.
raft_answered raft_calls::refusal_of(const raft_call& asked, std::uint64_t cluster) const {
  auto self = core_.inspect();
  if (cluster == 0)
    return refused(asked, {409, "other_cluster"}, "This node is part of no cluster yet.");
  if (asked.cluster != cluster)
    return refused(asked, {409, "other_cluster"},
                   fmt::format("This node belongs to cluster {:016x}.", cluster));
  if (asked.group != self.group)
    return refused(asked, {404, "no_such_group"},
                   fmt::format("This node has no group {}.", asked.group.value));
  if (asked.to != self.id)
    return refused(asked, {409, "other_receiver"},
                   fmt::format("This is node {}, not {}.", self.id.value, asked.to.value));
  if (!self.members.empty() && !self.members.contains(asked.from))
    return refused(asked, verdict_on(objection::stranger),
                   fmt::format("Node {} is no member of the group.", asked.from.value));
  if (auto why = core_.objection_to(asked.from, asked.content); why != objection::none)
    return refused(asked, verdict_on(why),
                   fmt::format("The message was ignored: {}.", describe(why)));
  if (self.recovering)
    return refused(asked, {503, "unavailable"},
                   fmt::format("The message was ignored: {}.", describe(objection::forgetful)));
  if (waiting_.size() >= max_waiting)
    return refused(asked, {503, "unavailable"}, "Too many Raft messages wait for their answer.");
  return {};
}

// The oldest that fits: two questions alike have answers alike.
bool raft_calls::said(node_id to, const message& answer) {
  auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const call& each) {
    return each.what.from == to && answers(answer, each.what.content);
  });
  if (found == waiting_.end()) return false;
  auto& x = found->what;
  reply_(found->asker, {x.token, 200, {}, {}, x.cluster, x.group, x.to, x.from, answer});
  waiting_.erase(found);
  return true;
}

void raft_calls::expire(std::uint64_t before_ms) {
  std::erase_if(waiting_, [&](const call& each) {
    if (each.since_ms >= before_ms) return false;
    reply_(each.asker, refused(each.what, {504, "timeout"},
                               "The message was taken, and not answered in time."));
    return true;
  });
}

}  // namespace lithair::actors
