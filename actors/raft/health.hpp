#pragma once

#include <string>

namespace lithair::actors {

/// What is wrong with a group on this node, and what it may do all the same. Each member is a
/// reason, and empty while there is none; each question is answered with why not, as a sentence,
/// and empty where it may.
///
/// | what is wrong            | acknowledge   | apply       | answer reads | take writes  | lead |
/// |--------------------------|---------------|-------------|--------------|--------------|------|
/// | failed                   | no            | no          | no           | no           | no   |
/// | removed from the cluster | as asked      | yes         | no           | no           | no   |
/// | the state is lost        | yes           | no          | no           | no           | no   |
/// | the log is lost          | no (core)     | yes         | no           | no           | no   |
/// | no room for the log      | once there is | yes         | yes          | no           | (1)  |
/// | no room for the state    | yes           | (2)         | yes          | while it     | yes  |
/// |                          |               |             |              | applies      |      |
/// | no room to grow          | yes           | yes         | yes          | what frees   | yes  |
/// |                          |               |             |              | room         |      |
///
/// (1) if nobody else can; (2) as far as memory goes.
struct health {
  std::string failure;  ///< the disk's, or of applying: out of service until the next start
  /// The other members go on without this node; ends when one of them leads it again
  std::string removed;
  std::string state_lost;  ///< there is no state to apply to; a copy is fetched
  std::string log_lost;  ///< this node may have forgotten what it promised; the core is recovering
  std::string log_full;  ///< what is to be written waits for room
  std::string state_full;  ///< checkpoints wait for room
  std::string no_growth;   ///< the reserve is left, see storage_room; ends when items are removed
  bool held_up = false;    ///< applying waits for a checkpoint

  /// Out of service until the next start.
  bool failed() const { return !failure.empty(); }
  /// Whether the core may be given input: it may then have something to write, or to promise.
  bool may_step() const { return failure.empty(); }
  /// Whether there is a state to apply to.
  bool may_apply() const { return failure.empty() && state_lost.empty(); }
  /// Whether the state here is one that others may begin from.
  bool may_give_snapshots() const { return may_apply(); }

  /// The worst reason first: it is the one that people have to see to.
  std::string why_no_reads() const {
    if (!failure.empty()) return "this node is out of service: " + failure;
    if (!removed.empty()) return removed;
    if (!state_lost.empty())
      return "this node's state is damaged and is being fetched from the leader: " + state_lost;
    if (!log_lost.empty())
      return "this node lost its log or uses an old copy of it, and is taken in again by the "
             "others: " +
             log_lost;
    return {};
  }
  /// Why reads would wait in vain for what is committed from now on. `leads`: nothing is committed
  /// without this node.
  std::string why_not_ready(bool leads) const {
    if (auto why = why_no_reads(); !why.empty()) return why;
    if (!log_full.empty() && !leads) return log_full;
    if (held_up && !state_full.empty()) return "too much waits to be made durable: " + state_full;
    return {};
  }
  /// Where nothing is read nothing is written either.
  std::string why_no_writes() const { return why_not_ready(false); }
  /// What people should look at, although it may hinder nothing yet.
  std::string trouble() const {
    if (!log_full.empty()) return log_full;
    if (auto why = why_no_reads(); !why.empty()) return why;
    return state_full.empty() ? no_growth : state_full;
  }
};

}  // namespace lithair::actors
