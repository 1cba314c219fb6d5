#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/local_message.hpp"
#include "protocol/types.hpp"

/// What the raft actors of a group tell each other beside Raft: changes of members on their way to
/// the leader, and what mends and compares states. A closed set; how it looks on the wire is
/// peer_control's and the control codec's.
namespace lithair::actors {

/// A change of members, passed on to the leader; answered with `change_answer`.
struct change_request {
  std::uint64_t id = 0;  ///< the asking node's number for it
  change_members::action what = change_members::action::add;
  bool force = false;      ///< also when the change may never end; see change_members
  std::uint64_t node = 0;  ///< whom it concerns; of a transfer 0 lets the leader choose
  std::string address;     ///< of add and move, as it stands in a configuration entry
};

/// What became of it, from the node that was asked and from nobody else.
struct change_answer {
  std::uint64_t id = 0;      ///< the request's
  std::uint16_t status = 0;  ///< as in members_changed
  std::string detail;        ///< a sentence: why it was refused, or what was risked
};

/// To the leader: a snapshot as of now. The asker's log is whole, its state is not.
struct state_request {};

/// From the leader: a checkpoint as of this index, so that the states can be compared.
struct comparison_request {
  protocol::index_t index;
};

/// To everybody: what the sender's state as of the index comes to.
struct digest_report {
  protocol::index_t index;
  std::uint64_t digest = 0;
  std::uint64_t models = 0;  ///< their fingerprint: states of other models differ rightly
};

/// To one that was welcomed there and is refused here: why it is.
struct refusal_notice {
  std::string why;
};

using control_message = std::variant<change_request, change_answer, state_request,
                                     comparison_request, digest_report, refusal_notice>;

/// One that came from a peer (shipper to raft actor), or that a peer is to be sent (raft actor to
/// shipper).
struct control_arrived {
  protocol::node_id peer;  ///< at the other end, whichever way it goes
  control_message content;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(control_arrived)
