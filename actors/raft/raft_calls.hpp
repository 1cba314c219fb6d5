#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/messages/raft_messages.hpp"
#include "protocol/core.hpp"

namespace lithair::actors {

/// Whether this is what a core says to that message, done with it: a message that takes several
/// answers (a chunk of a snapshot that is then installed) is answered by the last. Neither names
/// the other, so an answer is known by what it is about.
bool answers(const protocol::message& answer, const protocol::message& question);

/// Raft messages that came over HTTP and wait for the core's answer, which the core may hold back
/// until it is durable. An answer that was waited for goes to the one who asked, and not over the
/// link to the node that it names.
///
/// Only members are heard here, and only envelopes with this cluster, group and node. 64 wait at
/// most; more are refused. For one thread.
class raft_calls {
 public:
  /// Sends an answer to who asked.
  using reply = std::function<void(const caf::strong_actor_ptr&, raft_answered)>;

  /// `core` outlives it; it is the owner's to take its output.
  raft_calls(protocol::raft_core& core, reply to) : core_(core), reply_(std::move(to)) {}

  /// Gives the message to the core, or refuses it at once. `cluster`: this node's, 0 when it has
  /// none yet. The core's output holds what it says, and is to be taken before the next.
  void take(caf::strong_actor_ptr asker, raft_call asked, std::uint64_t cluster,
            std::uint64_t now_ms);
  /// Refuses it because this node can't take part now.
  void turn_away(const caf::strong_actor_ptr& asker, const raft_call& asked, std::string why) const;
  /// The core said this to `to`; true when somebody here waited for it: then it is not to be sent.
  bool said(protocol::node_id to, const protocol::message& answer);
  /// Tells those from before `before_ms` that there is no answer.
  void expire(std::uint64_t before_ms);

  /// How many wait.
  std::size_t size() const { return waiting_.size(); }

 private:
  struct call {
    caf::strong_actor_ptr asker;
    raft_call what;
    std::uint64_t since_ms = 0;
  };

  raft_answered refusal_of(const raft_call& asked, std::uint64_t cluster) const;

  protocol::raft_core& core_;
  reply reply_;
  std::vector<call> waiting_;  // in the order they came
};

}  // namespace lithair::actors
