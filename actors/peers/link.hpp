#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/links/connection.hpp"
#include "actors/messages/handles.hpp"
#include "actors/messages/peer_messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// The link to one other node, from the handshake until the connection ends: all groups of both
/// share it. To the shippers here it is the other node, its gate and its shippers; to the gate here
/// it is who says hello. It makes frames of their messages and messages of the other's frames, and
/// writes what a turn brought at once.
///
///     shipper ──hello──▶ link ═greeting═▶ link ──hello──▶ gate
///             ◀welcome──      ◀═welcome══      ◀─welcome──
///     shipper ◀─ peer_message, … ─▶ link ◀═ raft, … ═▶ link ◀─ peer_message, … ─▶ shipper
///
/// In each group one shipper here speaks with one there. What was said in a group before its last
/// greeting is dropped here, as far as it has not left. When the link ends all shippers know at
/// once: they watch it.
class link final : public hosted_actor {
 public:
  using handle_type = link_handle;

  /// What is known of it when it begins.
  struct setup {
    std::unique_ptr<connection> over;  ///< greeted, and nothing was taken of it yet
    std::string models;                ///< that this node tells the other
    gate_handle gate;                  ///< of this node
  };

  /// Takes what is in `s`, which CAF can't move through.
  link(caf::actor_config& cfg, loop* home, const std::shared_ptr<setup>& s);

  const char* name() const override { return "link"; }

 private:
  // Our end of a group.
  struct session {
    caf::actor shipper;
    bool open = false;  // both ends know each other
    caf::typed_response_promise<welcome> asked;
    bool asks = false;  // `asked` waits for the other node's answer
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  void turn_ended() override;

  void greet(const hello& said);
  void came(frame& what);
  void on_greeting(const frame& what);
  void answer(protocol::group_id group, const welcome& said);
  void on_welcome(const frame& what);
  void on_leave(protocol::group_id group);
  void pass_on(frame& what);
  template <class Message>
  void pass_on(const session& to, std::optional<Message> what);
  void shipper_ended(const caf::actor_addr& which);
  void end_session(protocol::group_id group);
  void set_session(protocol::group_id group, const caf::actor& shipper);
  const protocol::group_id* group_of_sender();
  void put(frame_class rank, frame_kind kind, std::string payload);
  void fail(const std::string& why);

  std::unique_ptr<connection> over_;
  const link_hello other_;  // what the other node said
  std::string models_;
  std::string their_models_;
  gate_handle gate_;
  std::map<protocol::group_id, session> sessions_;
  bool failed_ = false;
};

}  // namespace lithair::actors
