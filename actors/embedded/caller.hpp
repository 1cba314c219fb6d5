#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/consistency.hpp"
#include "actors/messages/handles.hpp"
#include "models/service.hpp"

namespace lithair::actors {

class node;

/// How a request went: what `submitted` and `answered` say, for whoever asked in process. One that
/// the dispatcher or the raft actor never took is `unavailable`.
struct reply {
  /// Whether it was carried out, before any question of what the models say
  disposition what = disposition::unavailable;
  /// A sentence for people when it is not `done`; empty else
  std::string reason;
  /// Of the command in the log, or what the answered state had applied; of a write that was not
  /// `done` 0
  std::uint64_t index = 0;
  models::outcome result;  ///< what the models answer, when `done`
};

/// Why a write was not done, as an HTTP client would be told; none when it was carried out and not
/// refused. 503: nothing was written. 504: it may or may not take effect.
std::optional<models::problem> problem_of_write(const reply& answer);
/// The same of a read. 504: what it must see was not applied in time.
std::optional<models::problem> problem_of_read(const reply& answer);

/// Speaks to a node in its own process: writes and reads as over HTTP, without HTTP. A handle; its
/// copies speak through the same actor on one of the node's loops, which ends with the last of them
/// or when the node stops.
///
///       program's threads                       the node's last loop          loop 0
///     submit, ask ──a message──▶ the caller's actor ──submit, ask──▶ raft, aggregate
///     handler     ◀──────────── on that loop       ◀──submitted, answered──
///
/// Most programs want `collection`, `transaction` and `projection`, which put structs before this.
/// Without structs, for models that come from a file:
///
///     const lithair::caller here{node};
///     const auto command = models::prepare(here.schema(), request, here.stamp());
///     if (command) here.submit(*command, [](auto&& x) { ... problem_of_write(x) ... });
///
/// Every request is answered exactly once: after the node has stopped, with `unavailable`; a write
/// that was under way when it stopped, with `unknown`. Answers come on the loop's thread, where a
/// handler must not block; one that throws is logged. What the actor is not there to take is
/// answered on the thread that asks.
///
/// Thread-safe. The node must outlive all copies, except that it may be stopped at any time, from
/// any thread. How much may be in flight is bounded by the node (`node_config::max_pending`), not
/// here.
class caller {
 public:
  /// Called once for each request.
  using handler = std::function<void(reply&&)>;

  /// Spawns the actor, on the node's last loop. Not to be made once the node has stopped.
  explicit caller(node& to);
  /// Speaks to the group that all nodes share, whose records of the cluster (see
  /// models/schema/cluster_records.hpp) no dispatcher knows.
  static caller of_main_group(node& to);

  /// What the node serves; valid as long as the node, stopped or not.
  const models::schema& schema() const;
  /// The wall clock's time, and a source of ids, for a command that is made now: applying it needs
  /// neither clock nor chance any more.
  models::stamp stamp() const;
  /// A write: `command` is what `models::prepare` made, with this schema and stamp.
  void submit(std::string command, handler answer) const;
  /// A read. `min_index`: what must be applied where it is answered, as of `ask`; 0: nothing in
  /// particular.
  void ask(consistency level, std::uint64_t min_index, models::query what, handler answer) const;

  /// Throws std::logic_error on a thread of the node's loops, where waiting would be for ever.
  /// After the node has stopped it never throws, for then nothing is waited for.
  void require_waiting_allowed() const;
  /// The node it speaks to.
  node& target() const;

 private:
  // What the copies share: the node, and the actor as long as it lives.
  struct core;

  caller(node& to, const data_handle& data);

  std::shared_ptr<core> core_;
};

}  // namespace lithair::actors

namespace lithair {

using actors::caller;
using actors::consistency;

}  // namespace lithair
