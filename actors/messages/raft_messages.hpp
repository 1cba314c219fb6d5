#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/messages/local_message.hpp"
#include "actors/messages/peer_messages.hpp"
#include "protocol/core.hpp"

/// Between the raft actor of a group, the links to its peers and the clock. A peer's messages have
/// come over a link that has checked who it is.
namespace lithair::actors {

/// A Raft message that came over HTTP, in its envelope; the answer is `raft_answered`.
struct raft_call {
  std::uint64_t token = 0;
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id from;
  protocol::node_id to;
  protocol::message content;
};

struct raft_answered {
  std::uint64_t token = 0;
  /// Else: why the message was not taken (and changed nothing), or 504
  std::uint16_t status = 200;
  std::string code;
  std::string detail;  ///< a sentence, when refused
  // The core's answer in its envelope.
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id from;
  protocol::node_id to;
  protocol::message content;
};

/// Some ticks of Raft's time passed; 0: a tick is due, ask the clock.
struct ticked {
  std::uint32_t count = 1;
};

/// Raft messages from a peer whose identity the link has checked.
struct peer_step {
  protocol::node_id from;
  std::vector<protocol::message> messages;
};

/// Raft messages to a peer, for its shipper.
struct ship {
  std::vector<protocol::message> messages;
};

/// A change of members that came from a peer, or an answer to ours; and one for a peer's shipper to
/// send.
struct control_arrived {
  protocol::node_id from;
  peer_control content;
};

/// A node that no configuration here names wants to be linked in this group (gate to raft actor).
/// It calls again.
struct meet {
  protocol::node_id peer;
};

/// A peer's link came up or went down.
struct link_changed {
  protocol::node_id peer;
  bool up = false;
};

/// What was sent to the peer is still on its way, and getting there.
struct receiving {
  protocol::node_id peer;
};

/// A peer knows more of this node than its directory does: that is an old copy.
struct promises_lost {
  std::string reason;
};

/// For a peer's shipper: send that file. It tells the raft actor when it is given up; that it is
/// installed, the peer tells the core itself.
struct send_snapshot {
  protocol::term_t term;
  protocol::snapshot_meta meta;
  std::string path;
};

struct snapshot_given_up {
  protocol::node_id peer;
  protocol::term_t term;  ///< that it was sent in
  protocol::index_t index;
};

/// The members go on without this node, so its state grows old and is not to be answered from, and
/// why. No reason: it is a member again.
struct membership_lost {
  std::string reason;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(raft_call)
LITHAIR_LOCAL_MESSAGE(raft_answered)
LITHAIR_LOCAL_MESSAGE(ticked)
LITHAIR_LOCAL_MESSAGE(peer_step)
LITHAIR_LOCAL_MESSAGE(ship)
LITHAIR_LOCAL_MESSAGE(control_arrived)
LITHAIR_LOCAL_MESSAGE(meet)
LITHAIR_LOCAL_MESSAGE(link_changed)
LITHAIR_LOCAL_MESSAGE(receiving)
LITHAIR_LOCAL_MESSAGE(promises_lost)
LITHAIR_LOCAL_MESSAGE(send_snapshot)
LITHAIR_LOCAL_MESSAGE(snapshot_given_up)
LITHAIR_LOCAL_MESSAGE(membership_lost)
