#include "protocol/implementation.hpp"

/// What a node finds out about itself while it runs: that it should not lead, that it may have
/// forgotten what it promised, or that the state its log once made is gone.
namespace lithair::protocol {

/// The best successor campaigns at once, as in a transfer (thesis §3.10); it may still lack our
/// last entries, which are then not committed either.
void raft_core::implementation::resign() {
  if (!leads()) return;
  ship();
  if (node_id successor = best_successor()) send(successor, timeout_now{state.term});
  become_follower(state.term, node_id{});
}

/// What was acknowledged and voted before is not known any more, so nothing that waits may go out.
void raft_core::implementation::promises_lost() {
  if (state.recovering) return;
  resign();
  become_follower(state.term, node_id{});
  state.recovering = true;
  recover_id = 0;  // an answer to what was asked in an earlier recovery must not end this one
  state_dirty = true;
  held.clear();
}

void raft_core::implementation::state_lost() {
  lacks_state = true;
  resign();
  // The votes for a campaign that is under way may still come.
  if (!mutated(mutant::leads_without_state)) become_no_candidate();
}

/// The log goes on: what it holds and acknowledged stays, only what it made was fetched anew.
void raft_core::implementation::state_restored(const snapshot_meta& meta) {
  require(lacks_state, "a state was restored that was not lost");
  require(has_snapshot_entry(meta), "a state was restored that the log does not continue");
  lacks_state = false;
  restoring.reset();
  commit_up_to(meta.index);
  applied = std::max(applied, meta.index);
  restart_election_timer();
  if (leader) send(leader, snapshot_response{state.term, meta.index, meta.size, true, false});
}

/// An entry names the whole log before it (Log Matching, §5.3): so this state is what our log
/// makes.
bool raft_core::implementation::has_snapshot_entry(const snapshot_meta& meta) const {
  return meta.index >= log.base() && meta.index <= log.durable() &&
         log.matches(meta.index, meta.term);
}

}  // namespace lithair::protocol
