#pragma once

#include "protocol/configuration.hpp"
#include "protocol/log_view.hpp"
#include "protocol/output.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// Says what is broken on stderr and ends the process: going on could lose what was promised. Where
/// rules are broken on purpose it throws instead, so that one process can try them all.
[[noreturn]] void broken(const char* sentence);

/// Calls `broken` unless `holds`; in every build type.
inline void require(bool holds, const char* sentence) {
  if (!holds) broken(sentence);
}

/// What must hold after every input to the core, and between one and the next (Raft figure 3, seen
/// from one node). Remembers the state it saw last.
class invariants {
 public:
  /// What is looked at; borrowed for the length of a call.
  struct view {
    /// As it is to be written, durable or not.
    const hard_state& state;
    /// As the core has it in memory, which may be ahead of the disk.
    const log_view& log;
    /// What the core knows to be committed.
    index_t commit;
    /// What the driver has applied.
    index_t applied;
    /// Whom the core takes for the leader of its term.
    node_id leader;
    /// Whether it is this node itself.
    bool leads = false;
  };

  /// Ends the process when a rule does not hold; else remembers `now` for the next call.
  void check(const view& now);

 private:
  /// What must hold at any moment.
  void check_state(const view& now) const;
  /// What must hold between the last `check` and this one.
  void check_step(const view& now) const;

  hard_state state_;
  index_t base_;
  index_t last_;
  index_t commit_;
  /// Of the entry at `commit_`: a committed entry keeps its term for ever (Raft figure 3).
  term_t commit_term_;
  index_t applied_;
  node_id leader_;  ///< in this term, once known
  bool led_ = false;
};

}  // namespace lithair::protocol
