#pragma once

#include <functional>
#include <string>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// Asks a node's connector for the gate of another node. Answered once, with `reached`.
struct reach {
  peer_address peer;  ///< whom to reach; its `peer_port` counts, and its id only for whoever asks
};

/// The answer to `reach`: the gate of the peer that was asked for, or why there is none.
struct reached {
  remote_gate gate;    ///< none when it failed
  std::string failed;  ///< a sentence; empty: there is the gate
};

/// Lets other nodes in to this node's gate.
struct open_port {
  peer_address where;              ///< of this node; its `peer_port` counts
  gate_handle gate;                ///< what they find there
  std::function<void(bool)> done;  ///< is told whether it worked, on the connector's loop
};

/// The way to other nodes' gates, and theirs to ours: dials without blocking and makes the
/// connection one of the middleman's. One a node, for its shippers. A simulator puts its network in
/// this place. CAF's own connect call would block the loop for as long as a peer is silent.
///
/// An attempt ends after 2 s for the connection and 3 s for CAF's handshake; trying again is the
/// asker's.
class connector final : public hosted_actor {
 public:
  using handle_type = connector_handle;

  /// `insecure`: it may leave this machine. Else whoever is elsewhere is not reached: whatever way
  /// an address came (flags, the log, other members), here it is used.
  connector(caf::actor_config& cfg, loop* home, bool insecure)
      : hosted_actor(cfg, home), insecure_(insecure) {}

  const char* name() const override { return "connector"; }

 private:
  caf::behavior make_behavior() override;
  void connect(const taking<reached>& asker, int socket, std::uint16_t port);
  void open(const open_port& order);

  const bool insecure_;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::reach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::reached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::open_port)
