#pragma once

/// Rules of Raft broken on purpose, to show that the simulator would notice. They exist only where
/// LITHAIR_MUTANTS is defined, which is one library of the tests; elsewhere `mutated` is just
/// false.
namespace lithair::protocol {

/// Each breaks one rule, where the rule is kept.
enum class mutant {
  none,
  commits_old_terms_by_counting,    ///< §5.4.2, figure 8
  forgets_its_vote,                 ///< §5.2: the vote is never written
  speaks_before_durable,            ///< figure 2: answers do not wait for the disk
  acknowledges_before_durable,      ///< the match is told before the entries are on the disk
  votes_for_shorter_logs,           ///< §5.4.1
  truncates_on_late_appends,        ///< §5.3: a repeated prefix removes what follows it
  reads_without_a_round,            ///< thesis §6.4, step 2
  reads_before_its_first_commit,    ///< thesis §6.4, step 1
  takes_old_answers_for_the_round,  ///< any answer confirms the round under way
  follows_commit_unchecked,         ///< a heartbeat commits what was never compared
  counts_one_majority_when_joint,   ///< §6
  counts_learners,                  ///< thesis §4.2.1
  changes_members_at_once,          ///< two changes under way; before an own commit (2015)
  counts_truncated_writes,          ///< an old completion makes new entries durable (ABA)
  installs_over_its_log,            ///< a late snapshot replaces acknowledged entries
  proposes_repeated_requests,       ///< a repeated request is taken twice
  refuses_what_it_took,             ///< an old leader calls refused what is in its log
  votes_after_losing_its_disk,      ///< a wiped node votes again
  keeps_the_lease_in_transfers,     ///< thesis §6.4.1 with §3.10
  leads_without_state,              ///< votes for a campaign still count after the state was lost
  heeds_repeated_answers,           ///< an old refusal is taken for one of a later request
  votes_again_after_recovering,     ///< in a term in which a forgotten vote may have been given
  heeds_old_transfers,              ///< news of another term's snapshot counts for this one's
  begins_changes_that_cannot_end,   ///< although a majority of the old or new voters is silent
  aborts_what_it_inherited,         ///< goes back from a joint change of an earlier leader
  gives_up_what_still_moves,   ///< sends again and again what takes longer than an election timeout
  dates_by_the_leaders_clock,  ///< and not by the clocks of a majority
  leaves_gone_leaders_early,   ///< although they may still answer reads from a lease
  count
};

#ifdef LITHAIR_MUTANTS
/// Which rule is broken now; `none` at first. For one thread.
extern mutant active_mutant;
/// Whether the rule `duty` is broken now; asked at the place that keeps it.
inline bool mutated(mutant duty) { return active_mutant == duty; }
#else
constexpr bool mutated(mutant) { return false; }
#endif

}  // namespace lithair::protocol
