#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// The ways to other nodes in one group: a shipper each. Who has one: the members, whoever the
/// command line names while no members are known (and for a while after), and *strangers*, nodes of
/// the same cluster that call although no configuration here names them. Those are heard, as Raft
/// wants it (thesis §4.1: servers process requests of servers that are not in their latest
/// configuration): one may be a leader that was added while this node was away, another one was
/// removed and has to be told. Strangers are not looked for, only so many are heard at a time, and
/// a way that is of no use any more ends after a while, in which a member that was removed still
/// gets the log up to there.
///
/// Owned by the raft actor, on its thread.
class peer_ways {
 public:
  /// How ways come and go; called on the owner's thread.
  struct actions {
    std::function<shipper_handle(const peer_address&)> make;
    std::function<void(protocol::node_id, const shipper_handle&)> end;
  };

  /// There is none at first.
  explicit peer_ways(actions with) : with_(std::move(with)) {}

  /// To somebody that is looked for at `peer`: the first way, or another one if it called as a
  /// stranger, comes back or has moved. Whoever held on to the old one loses it. Whether a way
  /// ended for it.
  bool lead_to(const peer_address& peer);
  /// The same way, begun anew: whoever is there has to greet again. False: there is none.
  bool renew(protocol::node_id peer);
  /// To somebody who called and has none. False: too many such are heard already.
  bool hear(protocol::node_id stranger, std::uint64_t now_ms);

  /// Its shipper says so. Of somebody without a way it means nothing.
  void linked(protocol::node_id peer, bool up);
  /// Whether messages get there now.
  bool is_linked(protocol::node_id peer) const;
  /// Its shipper; none: there is no way. Valid until the way ends.
  const shipper_handle* find(protocol::node_id peer) const;
  /// Where its peer is looked for; none: nowhere, as there is no way, or it is a stranger's.
  const peer_address* address(protocol::node_id peer) const;
  bool empty() const { return ways_.empty(); }
  /// All that there are, strangers' included. `what` must not change them.
  void for_each(const std::function<void(protocol::node_id, const shipper_handle&)>& what) const;

  /// Ends the ways that nobody wanted for a while: to those who are not `wanted`, and strangers
  /// that are gone. Cheap.
  void end_unwanted(std::uint64_t now_ms, const std::function<bool(protocol::node_id)>& wanted);
  /// Forgets them without ending any: for the owner's own end.
  void clear() { ways_.clear(); }

 private:
  struct way {
    shipper_handle shipper;
    peer_address to;  // without a host: a stranger's
    bool linked = false;
    bool of_use = true;
    std::uint64_t useless_since_ms = 0;
    bool is_stranger() const { return to.host.empty(); }
  };

  actions with_;
  std::map<protocol::node_id, way> ways_;
};

}  // namespace lithair::actors
