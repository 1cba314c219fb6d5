#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/raft/membership_plan.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// What the groups of one node know of their members. Written by their raft actors, which run on
/// one loop; the node's own data takes no part.
struct node_groups {
  struct other {
    raft_handle raft;           ///< none once it has ended
    committed_members members;  ///< as far as this node has applied that group's log
    bool removed = false;       ///< this node is no member of it any more
  };

  raft_handle main_raft;  ///< none once it has ended
  committed_members main;
  bool removed_from_main = false;  ///< this node
  std::map<protocol::group_id, other> others;

  /// Whether no group of this node counts on it any more.
  bool removed_from_all() const;
};

/// For the main group's raft actor: whether a member that left it is still counted on by another
/// group. Those follow the main group one by one, and until then need the votes and the log of who
/// left: whoever stops it for good before takes away more than was agreed to. What this node has of
/// a group's log may be old, so each group is first asked to be up to date.
///
///     counting_on ──probe_ready──▶ each group ──readiness──▶ arrived: its members are as of now
///
/// Owned by that raft actor, on its thread.
class other_groups {
 public:
  using ask = std::function<void(const raft_handle&, const probe_ready&)>;

  /// `groups`: none where there is no other one.
  other_groups(std::shared_ptr<const node_groups> groups, protocol::node_id self, ask probe)
      : groups_(std::move(groups)), self_(self), probe_(std::move(probe)) {}

  /// A group that holds this member, as far as is known here.
  std::optional<protocol::group_id> holding(protocol::node_id member) const;
  /// A group that may count on this member by what it is asked now: it was not seen without it at
  /// `since_ms` or later. None once all were. Asks again those of which that is not known, every
  /// tenth of a second.
  std::optional<protocol::group_id> counting_on(protocol::node_id member, std::uint64_t since_ms,
                                                std::uint64_t now_ms);
  /// The answer of a group, whichever way it was asked.
  void arrived(const readiness& answer);

 private:
  struct question {
    protocol::group_id group;
    std::uint64_t asked_ms = 0;
  };

  std::shared_ptr<const node_groups> groups_;
  protocol::node_id self_;
  ask probe_;
  std::uint64_t next_token_ = 1;
  std::map<std::uint64_t, question> open_;                // by token; each is answered once
  std::map<protocol::group_id, std::uint64_t> asked_ms_;  // last
  // What this node has of a group is as of then or later.
  std::map<protocol::group_id, std::uint64_t> seen_ms_;
};

}  // namespace lithair::actors
