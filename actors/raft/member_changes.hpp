#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/config.hpp"
#include "actors/messages/client_messages.hpp"
#include "actors/messages/control_messages.hpp"
#include "actors/peers/member_address.hpp"
#include "actors/raft/membership_plan.hpp"
#include "actors/raft/other_groups.hpp"
#include "protocol/core.hpp"

namespace lithair::actors {

/// Requests to change the members of a group: those of this node's clients, which go to the leader
/// wherever it is, and at the leader those of everybody, one at a time. Owned by the raft actor, on
/// its thread.
///
///     a client ──ask──▶ leader here? ──yes──▶ handle ──▶ under way ──advance──▶ told
///                 ▲         │ no                            ▲ committed, or given up
///                 │         └─change_request─▶ the leader's node ──answer──▶ arrived ──▶ told
///                 └── again while there is no leader that takes it, for `leader_wait_ms`
///
/// Of a change it is known only by the configurations that follow in the log what became of it: so
/// an answer waits until the last of them is committed, or its 10 s are over. Whoever asked for a
/// removal may destroy that node once it is told that it is done: so that waits until no other
/// group counts on it either.
class member_changes {
 public:
  /// What it may do; called on the owner's thread, while it is in one of the calls below.
  struct effects {
    /// To a client of this node
    std::function<void(const caf::strong_actor_ptr&, members_changed)> answer;
    /// To another node; false: there is no way to it
    std::function<bool(protocol::node_id, control_message)> send;
  };

  /// Requests to the leader are numbered from `first_id`, a random number of this process: an
  /// answer to one of this node's earlier lives finishes none of ours. `groups` outlives it.
  member_changes(protocol::raft_core& core, effects out, other_groups& groups,
                 std::uint64_t first_id, std::uint64_t leader_wait_ms)
      : core_(core),
        out_(std::move(out)),
        groups_(groups),
        leader_wait_ms_(leader_wait_ms),
        next_id_(first_id) {}

  /// A client's request.
  void ask(const caf::strong_actor_ptr& asker, const change_members& wanted, std::uint64_t now_ms);
  /// A peer's request.
  void arrived(protocol::node_id from, const change_request& request, std::uint64_t now_ms);
  /// A leader's answer to ours.
  void arrived(protocol::node_id from, const change_answer& answer);
  /// At the leader: a voter lost what it had promised. It becomes a learner, to be promoted when it
  /// has caught up.
  void let_recover(protocol::node_id voter, std::uint64_t now_ms);
  /// At the leader of a group beyond the main one: takes the next step towards the main group's
  /// members, if none is under way.
  void follow(const committed_members& wanted, std::uint64_t now_ms);
  /// After each turn and tick: finishes what is committed, gives up what is late, promotes
  /// learners.
  void advance(std::uint64_t now_ms);
  /// Whether nothing is under way that `advance` would have to look at.
  bool is_idle() const { return !current_ && forwarded_.empty() && waiting_.empty(); }
  /// The node stops: whoever waits is told that it may still take effect.
  void stop();

 private:
  struct requester {
    caf::strong_actor_ptr asker;  // a client of this node
    std::uint64_t token = 0;
    change_request wanted{};     // by that client
    std::uint64_t until_ms = 0;  // it waits so long for a leader that takes it
    protocol::node_id node{};    // or a peer
    std::uint64_t id = 0;
  };
  struct verdict {
    std::uint16_t status;
    std::string detail;
  };
  // What is under way at this leader.
  struct change {
    requester who;
    std::optional<std::vector<protocol::member>> target;  // none: a transfer of leadership
    std::optional<protocol::index_t> final_index;  // of the last entry of the change, once appended
    protocol::node_id leaving;             // of a removal: who may be destroyed when it is done
    std::optional<std::uint64_t> left_ms;  // since then it is known to be no member any more
    bool was_gone = false;                 // it was none when that was asked
    bool was_held = false;                 // and another group had it all the same
    std::string risk;                      // of a change that would have been refused without force
    std::uint64_t deadline_ms = 0;
  };
  struct forwarded {
    requester who;
    protocol::node_id leader;  // who was asked, and who alone may answer
    std::uint64_t deadline_ms = 0;
  };

  // A client that no leader has taken up yet: why not, the last time, and when the next one is.
  struct waiting {
    requester who;
    verdict refusal;
    std::uint64_t again_ms = 0;
  };

  void try_for(requester who);
  void try_again();
  void handle(requester who, const change_request& request, std::uint64_t now_ms);
  std::optional<verdict> begin(const change_request& request, change& started);
  verdict why_no_transfer(const protocol::member* to) const;
  std::optional<verdict> wait_for(std::vector<protocol::member> target, change& started);
  verdict start(std::vector<protocol::member> target, change& started, bool force = false);
  void abort(requester who, std::uint64_t now_ms);
  std::optional<verdict> outcome(change& started, std::uint64_t now_ms);
  std::optional<verdict> outcome_of_leaving(change& started, std::uint64_t now_ms);
  void finish(const requester& who, const verdict& outcome);
  void promote_learners(std::uint64_t now_ms);

  protocol::raft_core& core_;
  effects out_;
  other_groups& groups_;
  std::uint64_t leader_wait_ms_;
  std::uint64_t now_ms_ = 0;  // by the last call that told it
  std::optional<change> current_;
  std::uint64_t next_id_;
  std::map<std::uint64_t, forwarded> forwarded_;
  std::vector<waiting> waiting_;
  std::uint64_t next_promotion_ms_ = 0;
  std::uint64_t next_step_ms_ = 0;
  protocol::index_t followed_;  // the main group's members of the last step
};

}  // namespace lithair::actors
