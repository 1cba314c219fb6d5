#pragma once

/// Rules of durability broken on purpose, to show that the tests that crash nodes would notice.
/// They exist only where LITHAIR_MUTANTS is defined, which are libraries of the tests; elsewhere
/// `mutated` is just false.
namespace lithair::persistence {

/// Each breaks one rule, where the rule is kept.
enum class mutant {
  none,
  // Pending changes are not removed durably, and old ones are taken for another state's
  old_pending_is_damage,
  half_state_is_damage,  // a commit whose parts found no room leaves a state between old and new
  deletes_what_was_condemned,    // a damaged state is removed when another takes its place
  deletes_earlier_damaged_log,   // a log that is set aside takes the place of one set aside before
  swap_not_synced,               // a file is replaced by one that may not be on the disk yet
  snapshot_renamed_before_sync,  // a snapshot gets its name before its bytes are on the disk
  point_in_another_transaction,  // what a state is the state of is written after its pairs
  no_sync,                       // LMDB leaves it to the kernel when its pages reach the disk
  full_is_failed,                // no room in the middle of a transaction stops the store
  new_file_in_place,             // a data file has its name before its first pages are on the disk
  base_named_before_sync,        // a base in the directory of backups likewise
  archived_before_sync,          // entries count as archived that are not on the disk yet
  segment_named_before_sync,     // a segment has its name before its head is on the disk
  removes_what_bases_need,       // the log behind the oldest base goes with what is before it
  count
};

#ifdef LITHAIR_MUTANTS
/// Which rule is broken now; `none` at first. For one thread.
extern mutant active_mutant;
/// Whether the rule `duty` is broken now.
inline bool mutated(mutant duty) { return active_mutant == duty; }
#else
constexpr bool mutated(mutant) { return false; }
#endif

}  // namespace lithair::persistence
