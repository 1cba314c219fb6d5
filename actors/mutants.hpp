#pragma once

/// Duties of a driver of Raft broken on purpose, to show that the simulator of whole nodes would
/// notice. They exist only where LITHAIR_MUTANTS is defined, which are libraries of the tests;
/// elsewhere `mutated` is just false.
namespace lithair::actors {

enum class mutant {
  none,
  /// Entries are applied, and their clients told, although no majority has them yet.
  applies_before_committing,
  /// Reads are answered from whatever is applied, and not from what they must see.
  answers_before_applying,
  /// A query that has to wait for its index is forgotten.
  drops_a_held_read,
  /// Readiness is told of what was given to the state, and not of what it has applied.
  probes_before_applying,
  /// What a peer wanted of an earlier leadership is sent as if the leader of this term sent it.
  stamps_snapshots_with_a_later_term,
  /// That a chunk of a snapshot is kept is told to whoever leads by then.
  answers_chunks_of_another_leader,
  /// A state is saved although its last entry is not durable in the log.
  checkpoints_ahead_of_the_log,
  /// Checkpoints go over whatever state is there, and not over the one that they were made upon.
  checkpoints_over_another_state,
  /// The log is purged up to what is applied, and not to what is saved.
  purges_past_the_checkpoint,
  /// The log is purged past a snapshot that is on its way to a follower.
  purges_what_a_snapshot_needs,
  /// A state disk without room counts as one that failed.
  calls_full_failed,
  /// What can't be read counts as damaged.
  calls_failed_damaged,
  /// A log without room keeps its margin, and asks for no checkpoint that would free some.
  waits_for_room,
  /// A node that asks again for a copy of the state is sent another one, from its beginning.
  begins_asked_snapshots_anew,
  /// A state of which a part of a checkpoint is written counts as damaged.
  calls_half_done_damaged,
  /// Commits that run while a snapshot is written show in it.
  snapshots_show_later_commits,
  /// A snapshot is written without the members as of its index.
  snapshots_without_members,
  /// What waits without room is written after the log was begun anew, into that log.
  writes_old_entries_into_a_new_log,
  /// That a snapshot was on its way over a link that was ended is not told to the core.
  forgets_the_snapshot_of_an_ended_way,
  /// A checkpoint leaves out what the change feed is read from.
  checkpoints_without_the_feed,
  /// A checkpoint leaves out which commands were carried out already, for those who send them
  /// again.
  checkpoints_without_answers,
  /// Committed entries are read from a log that may still hold others in their place.
  reads_back_what_is_not_durable,
  /// A piece of a long message is acknowledged and thrown away.
  piece_acknowledged_not_kept,
  /// A piece of a stream that is over is taken for one of the present stream.
  stale_piece_taken,
  /// A peer is welcomed before what was learned from it is on the disk.
  peer_met_before_noted,
  /// An answer to a change of members counts by its number alone, whoever gives it.
  takes_answers_of_anybody,
  /// A member that was added again while it was linked is not asked which directory it has.
  keeps_links_of_readded,
  /// A member that has moved is still looked for where it was.
  keeps_ways_to_old_addresses,
  /// A node that was removed goes on answering reads from what it has.
  removed_node_answers_reads,
  /// An entry of an earlier life of this node answers the request that has its serial now.
  answers_for_earlier_lives,
  /// What a command dates, and what expires by it, goes by the clock of the node that proposed it.
  dates_by_the_proposer,
  /// A group beyond the first keeps the members that it was founded with.
  other_groups_keep_their_members,
  /// A node that is out of the main group goes on leading others, and hears nothing of members.
  leads_groups_of_strangers,
  /// A removal is called done while other groups may still count on who was removed.
  removes_from_the_main_group_alone,
  /// A directory that the main group admits is admitted in every group.
  registry_admits_by_the_main_group,
  /// A stream goes on behind an event of the time before a restore as if it were one of this log.
  resumes_across_restores,
  /// A member that says that it was added again with another directory has all that it sends
  /// counted at once.
  counts_answers_of_readded,
  count
};

#ifdef LITHAIR_MUTANTS
/// Which rule is broken now; `none` at first. For one thread.
extern mutant active_mutant;
inline bool mutated(mutant duty) { return active_mutant == duty; }
#else
constexpr bool mutated(mutant) { return false; }
#endif

}  // namespace lithair::actors
