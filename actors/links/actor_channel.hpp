#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>

#include "actors/links/basp_filter.hpp"
#include "actors/links/claimed_nodes.hpp"
#include "actors/links/message_shape.hpp"

namespace lithair::actors {

class loop;

/// The middleman without a port: a conversation of the local actor system with the one at the other
/// end of a link. The system's BASP broker has one end of a pair of sockets; what is read and
/// written at the other end passes a basp_filter, and is carried by whoever owns the channel.
///
///     peer ──deliver──▶ filter ──▶ socket ══▶ broker ──▶ the actor that is offered
///          ◀───sink──── filter ◀── socket ◀══
///
/// Both ends offer an actor, or none, and neither calls the other: `met` gives a handle of the
/// peer's once the brokers know each other. When the channel ends, the peer's actors are down for
/// whoever monitors them here.
///
/// The loop's thread only. None of it blocks. The system must outlive the channel's end, and be
/// prepared for channels. What is offered is never unpublished: it ends, or the system does.
class actor_channel {
 public:
  /// Before a system is made: it gets a middleman, without workers (they would deliver what came
  /// behind the end of a channel) and without heartbeats, for links notice silence.
  static void prepare(caf::actor_system_config& config);
  /// Once it is made: nobody finds CAF's own servers by their names any more, which spawn actors
  /// and tell settings to whoever asks.
  static void prepare(caf::actor_system& system);

  /// Bytes that may be delivered before any of them were taken.
  static constexpr std::size_t window = 256 << 10;
  /// Bytes given to `sink` at once, at most.
  static constexpr std::size_t chunk = 32 << 10;

  struct setup {
    caf::actor_system* system = nullptr;
    std::shared_ptr<claimed_nodes> nodes;  ///< of the system, shared by all its channels
    std::vector<message_shape> messages;   ///< all that may cross
    caf::strong_actor_ptr offered;         ///< to the peer; may be none
    std::set<std::string> interface;       ///< its message types, as `actor_system` tells them
    basp_filter::limits most = {};
  };

  /// What the owner is told, on the loop's thread. None may destroy the channel, but for `closed`.
  struct listener {
    /// Bytes for the peer, in their order.
    std::function<void(std::string_view)> sink;
    /// So many more of the delivered bytes were taken: as many may be delivered anew.
    std::function<void(std::size_t)> taken;
    /// What the peer offers (none, if nothing), and what it says that this takes. Once at most.
    std::function<void(const caf::strong_actor_ptr&, const std::set<std::string>&)> met;
    /// The end, exactly once, when the broker has let go of its socket: only then another channel
    /// may be opened to the same node. With a reason as a sentence without full stop; empty if
    /// that was `close`.
    std::function<void(const std::string&)> closed;
  };

  /// Throws std::runtime_error when the operating system gives no sockets.
  actor_channel(loop& home, setup what, listener owner);
  /// Closes it, if it is not; then nobody is told.
  ~actor_channel();
  actor_channel(const actor_channel&) = delete;
  actor_channel& operator=(const actor_channel&) = delete;

  /// Bytes that came from the peer, cut anywhere. More than the peer was granted close the channel;
  /// behind the end they are dropped.
  void deliver(std::string_view bytes);
  /// `sink` is given nothing until `resume`. What the broker says waits in the socket, and then in
  /// the broker, where CAF has no bound: whoever sends much has to wait for answers. That it has
  /// closed its end shows after `resume`.
  void pause();
  void resume();
  /// Requests of the peer that were let through and whose answers have not left by `sink`.
  std::size_t unanswered() const;
  /// Begins to close it; what is under way is lost.
  void close();

 private:
  class socket_end;
  std::shared_ptr<socket_end> end_;
};

}  // namespace lithair::actors
