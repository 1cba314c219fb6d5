#pragma once

#include <cstdint>
#include <string>

#include <caf/actor.hpp>
#include <caf/type_id.hpp>

/// The wire: what nodes send each other over the middleman. All other messages stay in one process
/// (messages.hpp). What arrives is not to be believed: the gate checks who speaks, the codec checks
/// the bytes.
namespace lithair::actors {

/// The version of the messages between nodes, and of what apply makes of a command: nodes that
/// decide or keep something otherwise would differ in silence. A peer of another one is refused: a
/// node that does not understand must not guess.
inline constexpr std::uint32_t peer_version = 5;

/// The first thing said on a link, by the shipper that dials to the other node's gate: who speaks,
/// and where its messages are to be sent. The answer is `welcome`. There is one link for each peer
/// and group.
struct hello {
  std::uint32_t version = peer_version;  ///< the speaker's
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
  /// cluster yet ("fresh", "fresh founds"), and last, where there is a secret of the cluster, the
  /// line of link_proof.hpp
  std::string proof;
  /// The speaker's shipper: takes peer_message, peer_piece, peer_piece_ack and peer_control
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
  caf::actor endpoint;  ///< as in hello: the shipper for the peer that called; none when refused
};

/// One or more Raft messages of one group, from shipper to shipper.
struct peer_message {
  std::uint32_t version = peer_version;  ///< others are dropped
  std::string bytes;                     ///< as `peer_codec` makes them
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
  std::uint32_t version = peer_version;  ///< others are dropped
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

// How CAF writes and reads each of them: the fields in this order are the wire, so a change of it,
// or of a type's name below, is another `peer_version`.
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hello& greeting) {
  return f(greeting.version, greeting.cluster, greeting.node, greeting.to, greeting.incarnation,
           greeting.group, greeting.schema, greeting.proof, greeting.endpoint);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, welcome& answer) {
  return f(answer.cluster, answer.node, answer.incarnation, answer.schema, answer.proof,
           answer.refused, answer.endpoint);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_message& came) {
  return f(came.version, came.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_piece& piece) {
  return f(piece.stream, piece.offset, piece.total, piece.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_piece_ack& ack) {
  return f(ack.stream, ack.received, ack.refused);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_control& wire) {
  return f(wire.version, wire.id, wire.is_answer, wire.action, wire.force, wire.node, wire.address,
           wire.status, wire.detail);
}

}  // namespace lithair::actors

CAF_BEGIN_TYPE_ID_BLOCK(lithair, first_custom_type_id)
CAF_ADD_TYPE_ID(lithair, (lithair::actors::hello))
CAF_ADD_TYPE_ID(lithair, (lithair::actors::welcome))
CAF_ADD_TYPE_ID(lithair, (lithair::actors::peer_message))
CAF_ADD_TYPE_ID(lithair, (lithair::actors::peer_control))
CAF_ADD_TYPE_ID(lithair, (lithair::actors::peer_piece))
CAF_ADD_TYPE_ID(lithair, (lithair::actors::peer_piece_ack))
CAF_END_TYPE_ID_BLOCK(lithair)
