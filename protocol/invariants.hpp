#pragma once

#include "protocol/configuration.hpp"
#include "protocol/log_view.hpp"
#include "protocol/output.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// Says what is broken on stderr and ends the process: going on could lose what was promised. Where
/// rules are broken on purpose it throws instead, so that one process can try them all.
[[noreturn]] void broken(const char* sentence);

/// In every build type.
inline void require(bool holds, const char* sentence) {
  if (!holds) broken(sentence);
}

/// What must hold after every input to the core, and between one and the next (Raft figure 3, seen
/// from one node). Remembers the state it saw last.
class invariants {
 public:
  struct view {
    const hard_state& state;
    const log_view& log;
    index_t commit;
    index_t applied;
    node_id leader;
    bool leads = false;
  };

  void check(const view& now);

 private:
  void check_state(const view& now) const;
  void check_step(const view& now) const;

  hard_state state_;
  index_t base_;
  index_t last_;
  index_t commit_;
  term_t commit_term_;
  index_t applied_;
  node_id leader_;  ///< in this term, once known
  bool led_ = false;
};

}  // namespace lithair::protocol
