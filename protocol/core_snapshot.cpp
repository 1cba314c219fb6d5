#include <algorithm>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

void raft_core::implementation::purged(index_t index) {
  // What leaves the log must be in the state: applied, and so committed (§7).
  require(index <= applied, "the log was purged past what is applied");
  require(index <= log.durable(), "the log was purged past what is on the disk");
  log.purge(index);
  history.purge(index);
}

// -- at the sender -------------------------------------------------------------------------------

/// What a peer will ask for next must still be there when it has its snapshot, or it needs another
/// one, and so on without end while there is load. A peer that fell silent may not fill the disk of
/// the others.
index_t raft_core::implementation::purge_floor() const {
  index_t floor{UINT64_MAX};
  if (!leads()) return floor;
  for (const progress& peer : lead().peers) {
    bool waits = peer.state == progress::mode::snapshot;
    bool silent = now - peer.contact >= 4 * std::uint64_t{opts.election_max_ticks};
    if (silent || (!waits && !peer.snapshot)) continue;
    index_t has = std::max(peer.snapshot, peer.match);
    // As long as nobody said which snapshot it will be, it may be one as old as the log's
    // beginning.
    floor = std::min(floor, waits && !peer.snapshot ? log.base() : has);
  }
  return floor;
}

void raft_core::implementation::snapshot_started(node_id id, term_t term, index_t index) {
  progress* peer = term == state.term ? peer_of_leader(id) : nullptr;
  if (peer != nullptr && peer->state == progress::mode::snapshot && index <= log.last())
    peer->snapshot = index;
}

void raft_core::implementation::snapshot_sent(node_id id, term_t term, index_t index,
                                              bool installed) {
  bool ours = term == state.term || mutated(mutant::heeds_old_transfers);
  progress* peer = ours ? peer_of_leader(id) : nullptr;
  if (peer == nullptr || index > log.last() || peer->state != progress::mode::snapshot) return;
  // News of an earlier transfer must not end the one that is under way.
  if (peer->snapshot && peer->snapshot != index && !mutated(mutant::heeds_old_transfers)) return;
  peer->snapshot = installed ? index : index_t{};
  // The next probe shows whether it really agrees there. When that is purged meanwhile, or the
  // transfer failed, another snapshot is wanted; after a failure not before a sign of life.
  peer->probe_from(installed ? index + 1 : peer->match + 1);
  peer->paused = !installed;
  ship_wanted = true;
}

void raft_core::implementation::on(node_id from, const snapshot_response& response) {
  if (!heed_answer(from, response.term)) return;
  if (response.installed || response.rejected) {
    snapshot_sent(from, state.term, response.index, response.installed);
  }
}

// -- at the receiver -----------------------------------------------------------------------------

/// A snapshot is only taken when our log lacks its last entry: then nothing that we acknowledged is
/// lost when it replaces the log (§7).
void raft_core::implementation::on(node_id from, snapshot_request chunk) {
  const index_t index = chunk.meta.index;
  if (!heed_leader(from, chunk.term)) {
    // A leader of an older term learns that it is none any more (§5.1).
    if (chunk.term < state.term) send(from, snapshot_response{state.term, index, 0, false, true});
    return;
  }
  // The driver replaces log and state just now; until it is done nothing else may touch them.
  if (installing) return;
  bool has = index <= commit || log.matches(index, chunk.meta.term);
  if (mutated(mutant::installs_over_its_log)) has = index <= commit;
  if (has) {
    // The snapshot is of committed entries, and ours is the same up to there (Log Matching, §5.3).
    follow().verified = std::max(follow().verified, index);
    commit_up_to(index);
    // "Installed" promises that it is here after a crash, so it waits for our disk.
    if (log.durable() < index) return;
    // The log has it all, but the state that it made is gone: this is what the driver asked for.
    if (lacks_state && index >= log.base()) {
      // One that is complete is being put in place; another one would come too late.
      if (restoring) return;
      if (chunk.done) restoring = chunk.meta;
      out.snapshot_chunk = std::move(chunk);
      return;
    }
    return send(from, snapshot_response{state.term, index, chunk.meta.size, true, false});
  }
  if (chunk.done) installing = chunk.meta;
  out.snapshot_chunk = std::move(chunk);
}

void raft_core::implementation::snapshot_installed(const snapshot_meta& meta) {
  require(installing && installing->index == meta.index && installing->term == meta.term,
          "a snapshot was installed that was not handed out");
  require(meta.index > commit, "a snapshot would replace committed entries");
  installing.reset();
  lacks_state = false;
  // Nothing of our log is kept: it lacks the snapshot's last entry, so what follows there is not
  // known to be the leader's (§7, figure 13).
  log.reset(meta.index, meta.term);
  history = member_log{meta.index, meta.members};
  commit = applied = told_commit = meta.index;
  follow().verified = meta.index;
  follow().answered = index_t{};
  members_changed();
  restart_election_timer();
  if (leader) send(leader, snapshot_response{state.term, meta.index, meta.size, true, false});
}

void raft_core::implementation::snapshot_failed(const snapshot_meta& meta) {
  bool expected = installing && installing->index == meta.index && installing->term == meta.term;
  if (!expected && (installing || !lacks_state)) return;
  installing.reset();
  restoring.reset();
  if (leader) send(leader, snapshot_response{state.term, meta.index, 0, false, true});
}

}  // namespace lithair::protocol
