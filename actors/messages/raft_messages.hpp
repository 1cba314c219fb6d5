#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/messages/local_message.hpp"
#include "actors/messages/peer_messages.hpp"
#include "protocol/core.hpp"

/// Between the raft actor of a group, the links to its peers and the clock. A peer's messages have
/// come over a link that has checked who it is.
///
/// Whatever tells what became of something that a leader asked for bears the term it was asked in:
/// in another term it counts for nothing.
namespace lithair::actors {

/// A Raft message that came over HTTP, in its envelope; from a session to the raft actor of the
/// group it names. The answer is `raft_answered`.
struct raft_call {
  std::uint64_t token = 0;    ///< the session's own number, given back
  std::uint64_t cluster = 0;  ///< as the envelope says; refused unless it is this node's
  protocol::group_id group;   ///< likewise
  protocol::node_id from;     ///< whose message it is; refused unless it is a member
  protocol::node_id to;       ///< refused unless it is this node
  protocol::message content;  ///< what the core is to hear
};

/// The raft actor's answer to `raft_call`, once the core has said something that answers the
/// message; what the core holds back until it is durable is held back here too.
struct raft_answered {
  std::uint64_t token = 0;  ///< of the call
  /// 200: the core's answer follows. 404, 409, 422, 503: the message was not taken, and changed
  /// nothing. 504: it was taken, and not answered in time
  std::uint16_t status = 200;
  std::string code;  ///< a word for programs, such as "other_cluster"; empty when answered
  /// A sentence for people; empty when answered
  std::string detail;
  // The core's answer in its envelope, from this node to the one that called. Nothing of it is set
  // when there is none.
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id from;
  protocol::node_id to;
  protocol::message content;
};

/// Wakes the raft actor, which makes up for the ticks that passed before each of its turns. From
/// its clock it comes as 0: a tick is due, ask the clock. Where there is no clock to ask (tests),
/// so many ticks of Raft's time passed.
struct ticked {
  std::uint32_t count = 1;  ///< ticks; 0: as the clock says
};

/// From a shipper to its raft actor: Raft messages of the peer, whose identity the link has
/// checked, in the order they came.
struct peer_step {
  protocol::node_id from;  ///< the peer
  /// without answers that tell of a disk that is not trusted
  std::vector<protocol::message> messages;
};

/// From the raft actor to a peer's shipper: Raft messages to send. Dropped while there is no link:
/// Raft sends again what it needs.
struct ship {
  /// in this order, but that short ones may overtake long ones
  std::vector<protocol::message> messages;
};

/// From the gate to the raft actor: a node of this cluster that no configuration here names wants
/// to be linked in this group. It was turned away and calls again; whether it is expected then is
/// the raft actor's to say.
struct meet {
  protocol::node_id peer;  ///< who called
};

/// From a shipper or the gate to the raft actor: a peer and this node do not work together, since
/// one of them refuses the other.
struct link_refused {
  protocol::node_id peer;  ///< with whom
  std::string why;         ///< a sentence for people, without a full stop at the end
};

/// To the raft actor: this node has founded the cluster, so the group's log begins here.
struct found_group {};

/// A peer's link came up or went down: from a shipper to its raft actor; also once when the shipper
/// learns whom it serves.
struct link_changed {
  protocol::node_id peer;  ///< at the other end
  bool up = false;         ///< messages get there now; told again when the peer begins to listen
  /// The data directory that answers there (its incarnation); 0: not up, or not one whose answers
  /// count
  std::uint64_t directory = 0;
  bool gone = false;  ///< not up, and nobody answered where it was: it seems to have ended
};

/// From a shipper to its raft actor, with each piece that is acknowledged: what was sent to the
/// peer is still on its way, and getting there, so it is not to be taken for lost.
struct receiving {
  protocol::node_id peer;  ///< to whom
};

/// From the gate (by way of the shipper) or a shipper to the raft actor: a peer knows more of this
/// node than its directory does, so the directory is an old copy. That is noted on the disk as
/// well.
struct promises_lost {
  std::string reason;  ///< a sentence
};

/// From the raft actor to a peer's shipper: send that file. Another one that is on its way is given
/// up for it. The shipper tells the raft actor when this one is given up; that it is installed, the
/// peer tells the core itself.
struct send_snapshot {
  protocol::term_t term;         ///< each chunk bears it
  protocol::snapshot_meta meta;  ///< of the file
  std::string path;              ///< of the file; the file reader opens it
};

/// From a shipper to its raft actor: the peer does not get that snapshot.
struct snapshot_given_up {
  protocol::node_id peer;   ///< who was to get it
  protocol::term_t term;    ///< that it was sent in
  protocol::index_t index;  ///< as of which it is
};

/// From the raft actor to the aggregate: the members go on without this node, so its state grows
/// old and is not to be answered from.
struct membership_lost {
  std::string reason;  ///< why; empty: it is a member again
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(raft_call)
LITHAIR_LOCAL_MESSAGE(raft_answered)
LITHAIR_LOCAL_MESSAGE(ticked)
LITHAIR_LOCAL_MESSAGE(peer_step)
LITHAIR_LOCAL_MESSAGE(ship)
LITHAIR_LOCAL_MESSAGE(meet)
LITHAIR_LOCAL_MESSAGE(link_refused)
LITHAIR_LOCAL_MESSAGE(found_group)
LITHAIR_LOCAL_MESSAGE(link_changed)
LITHAIR_LOCAL_MESSAGE(receiving)
LITHAIR_LOCAL_MESSAGE(promises_lost)
LITHAIR_LOCAL_MESSAGE(send_snapshot)
LITHAIR_LOCAL_MESSAGE(snapshot_given_up)
LITHAIR_LOCAL_MESSAGE(membership_lost)
