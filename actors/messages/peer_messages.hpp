#pragma once

#include <cstdint>
#include <string>

#include <caf/actor.hpp>
#include <caf/type_id.hpp>

/// The wire: what nodes send each other. All other messages stay in one process (messages.hpp).
namespace lithair::actors {

/// The version of the messages between nodes; peers of another major version are refused.
inline constexpr std::uint32_t peer_version = 4;

/// The first thing said on a link: who speaks, and where its messages are to be sent.
struct hello {
  std::uint32_t version = peer_version;
  std::uint64_t cluster = 0;  ///< 0: not part of a cluster yet
  std::uint64_t node = 0;
  std::uint64_t to = 0;           ///< the node it means to reach
  std::uint64_t incarnation = 0;  ///< of its data directory
  std::uint64_t group = 0;        ///< whose messages the link is for
  std::string schema;             ///< the models it serves, as text of a model file
  std::string proof;              ///< its runs and what it knows of the other's; see peer_registry
  caf::actor endpoint;            ///< takes peer_message
};

/// The answer: the receiver's endpoint, or why the link is refused.
struct welcome {
  std::uint64_t cluster = 0;
  std::uint64_t node = 0;
  std::uint64_t incarnation = 0;
  std::string schema;
  std::string proof;    ///< as in hello
  std::string refused;  ///< a sentence; empty: welcome
  caf::actor endpoint;
};

/// One or more Raft messages, encoded by `peer_codec`.
struct peer_message {
  std::uint32_t version = peer_version;
  std::string bytes;
};

/// A part of a message that is too long to go at once; see pieces.hpp.
struct peer_piece {
  std::uint64_t stream = 0;  ///< the sender's number for the message
  std::uint64_t offset = 0;
  std::uint64_t total = 0;  ///< length of the message, which is a peer_message's `bytes`
  std::string bytes;
};

/// The receiver has the stream up to `received`, or can't use it and takes nothing more of it.
struct peer_piece_ack {
  std::uint64_t stream = 0;
  std::uint64_t received = 0;
  bool refused = false;
};

/// What a `peer_control` may ask for besides the actions of `change_members`.
enum class control_action : std::uint8_t {
  send_state = 16,  ///< a snapshot as of now: the asker's log is whole, its state is not
  compare_at = 17,  ///< a checkpoint as of index `id`, to compare the states
  /// The sender's digest as of index `id` is `node`, with models of fingerprint `address`
  digest = 18,
};

/// A change of members on its way to the leader, or its answer on the way back.
struct peer_control {
  std::uint32_t version = peer_version;
  std::uint64_t id = 0;  ///< the asking node's number for it
  bool is_answer = false;
  std::uint8_t action = 0;  ///< change_members::action
  bool force = false;       ///< of a request: as in change_members
  std::uint64_t node = 0;
  std::string address;       ///< as in a configuration entry
  std::uint16_t status = 0;  ///< of an answer
  std::string detail;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hello& x) {
  return f(x.version, x.cluster, x.node, x.to, x.incarnation, x.group, x.schema, x.proof,
           x.endpoint);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, welcome& x) {
  return f(x.cluster, x.node, x.incarnation, x.schema, x.proof, x.refused, x.endpoint);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_message& x) {
  return f(x.version, x.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_piece& x) {
  return f(x.stream, x.offset, x.total, x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_piece_ack& x) {
  return f(x.stream, x.received, x.refused);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_control& x) {
  return f(x.version, x.id, x.is_answer, x.action, x.force, x.node, x.address, x.status, x.detail);
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
