#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include <caf/typed_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/peers/shipper.hpp"

namespace lithair::actors {

/// From a group, with each shipper it makes: whose hello is to be accepted from now on, and where
/// it is introduced. It takes the place of an earlier one.
struct expect_peer {
  protocol::node_id peer;    ///< who may call
  protocol::group_id group;  ///< for which group
  shipper_handle shipper;    ///< the peer's endpoint in this node
};

/// From a group, when it ends a shipper: that hello is to be accepted no more, unless another
/// shipper took its place.
struct forget_peer {
  protocol::node_id peer;  ///< as in expect_peer
  protocol::group_id group;
  shipper_handle shipper;
};

/// From a group, once it begins: who hears of those that call and are not expected. Of a group that
/// nobody else has there is none.
struct guard_group {
  protocol::group_id group;
  taking<meet, link_refused> raft;
};

/// From whoever opened the port for other nodes, to the gate that asked for it.
struct port_opened {
  bool done = false;  ///< false: it could not be opened, and is asked for again
};

/// Whom other nodes' greetings come to, group by group, over the links to them: it checks who says
/// hello (cluster, node id, models) and introduces the peer's endpoint to the shipper for that
/// peer, once what it learned from it is on the disk. Of one that is not expected and knows the
/// cluster the group's raft actor is told, which may have it expected when it calls again.
/// Everybody else gets a sentence, and nothing more.
///
///     hello ──why_not──▶ expects ──no──▶ turn_away ──meet──▶ raft actor
///                           │ yes, and one of both is part of a cluster
///                           ▼
///            join_cluster ▶ noted ▶ admit, examine ▶ await_notes ▶ noted ▶ accept
///                  (note taker)                       (note taker)
///
/// Any step may end in `refuse`, with a sentence. What strangers can make it remember is bounded: a
/// sentence for each possible node id.
class gate final : public hosted_actor {
 public:
  using handle_type = gate_handle;

  /// Opens a port for other nodes. Tells whether that worked, on any thread; asked once more later
  /// where it did not.
  using opener = std::function<void(std::function<void(bool)> done)>;

  /// `identity`: what this node checks and remembers, for all groups. `open`: is asked for the port
  /// once somebody is expected, for a node alone has none; none: it is open, or there is no such
  /// thing.
  gate(caf::actor_config& cfg, loop* home, link_identity identity, opener open = {});

  const char* name() const override { return "gate"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override {
    shippers_.clear();
    groups_.clear();
    identity_.notes = nullptr;
  }

  // Who waits for an answer while the disk is asked.
  struct asker {
    caf::typed_response_promise<welcome> answer;
    hello said;
  };
  void joined(const asker& who);
  void accept(asker who, const shipper_handle& shipper, trust how);
  void refuse(asker who, const std::string& why);
  void note_refusal(std::uint64_t node, const std::string& why);
  void tell_group(protocol::group_id group, std::uint64_t node, const std::string& why);
  void turn_away(asker who);
  void answer_refusal(asker& who, const std::string& why);
  std::string why_not(const hello& greeting) const;
  bool expects(const hello& greeting) const;

  void expect_somebody();

  link_identity identity_;
  opener open_;
  bool is_open_ = false;  // or is being opened
  using link = std::pair<protocol::node_id, protocol::group_id>;
  std::map<link, shipper_handle> shippers_;
  std::map<protocol::group_id, taking<meet, link_refused>> groups_;
  std::map<std::uint64_t, std::string> refused_;  // node and why, so that the log tells it once
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::expect_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::forget_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::guard_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::port_opened)
