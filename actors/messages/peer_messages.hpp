#pragma once

#include <cstdint>
#include <string>

#include <caf/actor.hpp>

#include "actors/messages/local_message.hpp"

/// Between a node's ends of links in its groups (shippers, the gate) and the links to other nodes.
/// A link makes frames of these messages, and these messages of the other node's frames; how they
/// look there is links/frame.hpp and peers/frame_codec.hpp. What arrives is not to be believed: the
/// handshake and the gate check who speaks, the codecs check the bytes.
namespace lithair::actors {

/// The version of the messages between nodes, and of what apply makes of a command: nodes that
/// decide or keep something otherwise would differ in silence. A peer of another one is refused: a
/// node that does not understand must not guess.
inline constexpr std::uint32_t peer_version = 6;

/// The first thing said in a group over a link, by a shipper to the other node's gate: who speaks,
/// and where its messages are to be sent. The answer is `welcome`. Only `cluster` and `proof`
/// cross: all else both ends know by the handshake, by the frame, or by what was told of the
/// models.
struct hello {
  /// The one that its directory belongs to; 0: none yet, and it would join the other's
  std::uint64_t cluster = 0;
  std::uint64_t node = 0;  ///< the speaker
  /// The node that it means to reach: an address may be somebody else's by now
  std::uint64_t to = 0;
  /// A random number of its data directory, from the first start on
  std::uint64_t incarnation = 0;
  std::uint64_t group = 0;  ///< whose messages the link is for
  std::string schema;       ///< the models it serves, as text of a model file
  /// Its runs, and what it knows of the other's: see peer_registry. Also whether it is part of no
  /// cluster yet ("fresh", "fresh founds")
  std::string proof;
  /// Takes peer_message, peer_piece, peer_piece_ack and peer_control: the speaker's shipper, and at
  /// the other node the link to it
  caf::actor endpoint;
};

/// The gate's answer to `hello`: the endpoint to send to, or why the link is refused. A welcome
/// comes only once what was learned from the hello is on the disk.
struct welcome {
  std::uint64_t cluster = 0;      ///< the answering node's; 0: it has none yet
  std::uint64_t node = 0;         ///< who answers
  std::uint64_t incarnation = 0;  ///< of its data directory
  std::string schema;             ///< the models it serves, as text of a model file
  /// As in hello; empty when refused, but by a node that is part of no cluster yet
  std::string proof;
  /// Why, as a sentence; empty: welcome
  std::string refused;
  caf::actor endpoint;  ///< as in hello; none when refused
};

/// From a link to a shipper: the peer's end for the group has ended.
struct peer_left {};

/// From the connector to the gate: it did not let somebody in who says that he is that node.
struct turned_away {
  std::uint64_t node = 0;
  std::string why;  ///< a sentence without a full stop
};

/// One or more Raft messages of one group, from shipper to shipper.
struct peer_message {
  std::string bytes;    ///< as `peer_codec` makes them
  bool urgent = false;  ///< goes before all that is not
};

/// A part of a message that is too long to go at once, from shipper to shipper; see pieces.hpp. The
/// answer is `peer_piece_ack`.
struct peer_piece {
  /// The sender's number of the message, from 1 and rising
  std::uint64_t stream = 0;
  std::uint64_t offset = 0;  ///< of the first byte, in the message
  std::uint64_t total = 0;   ///< length of the message, which is a peer_message's `bytes`
  std::string bytes;         ///< at least one, at most `piece_bytes`
};

/// From the receiving shipper: it has the stream up to `received`, or can't use it and takes
/// nothing more of it.
struct peer_piece_ack {
  std::uint64_t stream = 0;    ///< 0, and refused: the receiver begins to listen (`begin_anew`)
  std::uint64_t received = 0;  ///< bytes from the beginning; 0 when refused
  bool refused = false;        ///< the sender gives up all that it has on its way
};

/// What a `peer_control` may ask for besides the actions of `change_members`, from raft actor to
/// raft actor. None of these has an answer of its own.
enum class control_action : std::uint8_t {
  send_state = 16,  ///< a snapshot as of now: the asker's log is whole, its state is not
  compare_at = 17,  ///< a checkpoint as of index `id`, to compare the states
  /// The sender's digest as of index `id` is `node`; its models have the fingerprint `address`
  digest = 18,
  refused = 19,  ///< the sender does not work with the receiver, as `detail` says
};

/// A change of members on its way to the leader, or its answer on the way back; or a
/// `control_action`. It goes beside the Raft messages, from shipper to shipper, and is heard only
/// from a peer that is trusted in full.
struct peer_control {
  /// The asking node's number of the request, given back by the answer; of a control_action, an
  /// index
  std::uint64_t id = 0;
  bool is_answer = false;  ///< then `status` and `detail` count, else the others do
  /// change_members::action, or a control_action
  std::uint8_t action = 0;
  /// As in change_members
  bool force = false;
  std::uint64_t node = 0;  ///< as in change_members; of a digest, the digest
  /// As in a configuration entry; see member_address
  std::string address;
  /// Of an answer: as in members_changed; 0 in a request
  std::uint16_t status = 0;
  std::string detail;  ///< of an answer: as in members_changed
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(hello)
LITHAIR_LOCAL_MESSAGE(welcome)
LITHAIR_LOCAL_MESSAGE(peer_left)
LITHAIR_LOCAL_MESSAGE(turned_away)
LITHAIR_LOCAL_MESSAGE(peer_message)
LITHAIR_LOCAL_MESSAGE(peer_control)
LITHAIR_LOCAL_MESSAGE(peer_piece)
LITHAIR_LOCAL_MESSAGE(peer_piece_ack)
