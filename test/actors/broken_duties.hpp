#pragma once

#include <cstdint>
#include <ostream>

#include "actors/mutants.hpp"

namespace lithair::test {

/// A duty of the driver that is broken on purpose, and what then must fail: a test in this room,
/// the simulator of whole nodes within so many seeds from the first one on, or both.
struct broken_duty {
  actors::mutant duty;
  const char* name;
  const char* test;      ///< by its path; none: no test of one actor could tell
  std::uint64_t within;  ///< seeds; 0: chance brings it up too rarely to wait for it
};

inline std::ostream& operator<<(std::ostream& out, const broken_duty& x) { return out << x.name; }

/// Each one, in the order of `mutant`.
inline const broken_duty broken_duties[] = {
    {actors::mutant::applies_before_committing, "applies before committing", nullptr, 10},
    {actors::mutant::answers_before_applying, "answers reads before applying",
     "reads_of_an_index/"
     "a_read_is_answered_from_a_state_that_has_applied_its_index_while_applying_is_held_back",
     20},
    {actors::mutant::drops_a_held_read, "drops a held read",
     "reads_of_an_index/"
     "a_read_is_answered_from_a_state_that_has_applied_its_index_while_applying_is_held_back",
     20},
    {actors::mutant::probes_before_applying, "says that it is ready before it is",
     "drivers/readiness_is_told_once_its_index_is_applied", 120},
    {actors::mutant::stamps_snapshots_with_a_later_term, "stamps snapshots with a later term",
     "drivers/a_snapshot_that_is_ready_after_its_leader_stepped_down_is_not_sent", 0},
    {actors::mutant::answers_chunks_of_another_leader, "answers chunks of another leader",
     "drivers/a_chunk_that_was_kept_is_told_to_no_other_leader_than_its_own", 0},
    {actors::mutant::checkpoints_ahead_of_the_log, "checkpoints ahead of the log",
     "drivers/a_checkpoint_waits_until_the_log_is_durable_up_to_it", 0},
    {actors::mutant::checkpoints_over_another_state, "checkpoints over another state",
     "checkpointers/changes_go_over_no_other_state_than_the_one_they_were_made_upon", 0},
    {actors::mutant::purges_past_the_checkpoint, "purges past the checkpoint", nullptr, 30},
    {actors::mutant::purges_what_a_snapshot_needs, "purges what a snapshot needs",
     "drivers/while_a_snapshot_is_made_nothing_is_purged_that_it_may_need", 0},
    {actors::mutant::calls_full_failed, "calls a full disk failed",
     "log_writers/a_purge_without_room_is_tried_again_and_fails_nothing", 0},
    {actors::mutant::calls_failed_damaged, "calls what can't be read damaged",
     "what_an_aggregate_can_not_read/a_state_that_can_not_be_read_is_not_called_damaged", 0},
    {actors::mutant::waits_for_room, "waits for room that nobody makes",
     "drivers/a_log_without_room_asks_for_a_checkpoint_and_keeps_nothing_behind_it", 0},
    {actors::mutant::begins_asked_snapshots_anew, "begins snapshots anew that are asked for again",
     "drivers/a_node_that_asks_again_for_a_copy_of_the_state_gets_the_one_that_is_made", 0},
    {actors::mutant::calls_half_done_damaged, "calls a half of a checkpoint damaged",
     "checkpointers/"
     "what_has_no_room_is_neither_failed_nor_damaged_and_no_snapshot_is_made_of_a_half",
     0},
    {actors::mutant::snapshots_show_later_commits, "shows later commits in snapshots",
     "checkpointers/checkpoints_go_on_while_a_snapshot_is_written_and_do_not_show_in_it", 0},
    {actors::mutant::snapshots_without_members, "writes snapshots without members",
     "what_a_checkpoint_holds/a_state_is_saved_with_the_members_as_of_its_index", 20},
    {actors::mutant::writes_old_entries_into_a_new_log, "writes old entries into a new log",
     "log_writers/what_waits_without_room_is_not_written_into_the_log_that_is_begun_anew", 0},
    {actors::mutant::forgets_the_snapshot_of_an_ended_way,
     "forgets the snapshot that was on an ended way",
     "drivers/a_member_that_moves_while_it_is_sent_a_snapshot_is_sent_one_at_its_new_address", 0},
    {actors::mutant::checkpoints_without_the_feed, "makes checkpoints without the feed",
     "checkpointers/a_checkpoint_saves_whatever_was_changed", 40},
    {actors::mutant::checkpoints_without_answers, "forgets at restart what it carried out",
     "checkpointers/a_checkpoint_saves_whatever_was_changed", 0},
    {actors::mutant::reads_back_what_is_not_durable, "reads back what is not durable",
     "drivers/what_is_committed_and_not_yet_on_the_disk_is_not_read_from_there", 0},
    {actors::mutant::piece_acknowledged_not_kept, "acknowledges pieces that it throws away",
     "pieces/messages_arrive_whole_and_in_order_whenever_acknowledged", 0},
    {actors::mutant::stale_piece_taken, "takes stale pieces",
     "pieces/pieces_of_a_stream_that_is_over_are_dropped", 0},
    {actors::mutant::peer_met_before_noted, "meets peers before they are noted",
     "gates/a_peer_is_welcomed_only_once_what_was_learned_from_it_is_noted", 0},
    {actors::mutant::takes_answers_of_anybody, "takes answers of anybody",
     "changing_members/only_the_leader_that_was_asked_answers_a_change", 0},
    {actors::mutant::keeps_links_of_readded, "keeps the links of whoever was added again",
     "drivers/a_member_that_is_added_again_greets_again", 0},
    {actors::mutant::keeps_ways_to_old_addresses, "looks for members where they were",
     "drivers/a_member_that_has_moved_is_looked_for_at_its_new_address", 0},
    {actors::mutant::removed_node_answers_reads, "answers reads although it was removed",
     "drivers/a_node_that_was_removed_says_so_to_everybody_who_asks_it_anything", 40},
    {actors::mutant::answers_for_earlier_lives, "answers for its earlier lives",
     "raft_actors/a_request_is_not_answered_by_one_of_an_earlier_life_of_its_node", 0},
    {actors::mutant::dates_by_the_proposer, "dates by the proposer's clock",
     "raft_actors/what_a_node_with_a_wrong_clock_does_is_dated_rightly", 10},
    {actors::mutant::other_groups_keep_their_members, "lets other groups keep their members",
     nullptr, 40},
    {actors::mutant::leads_groups_of_strangers, "leads groups of strangers",
     "drivers/a_node_that_the_main_group_removed_leaves_the_others_to_its_members", 0},
    {actors::mutant::removes_from_the_main_group_alone, "removes from the main group alone",
     "changing_members/a_removal_is_done_once_no_other_group_counts_on_the_member", 0},
    {actors::mutant::registry_admits_by_the_main_group, "admits directories by the main group",
     "peer_registries/"
     "another_directory_is_refused_in_each_group_until_that_group_has_removed_the_node",
     0},
    {actors::mutant::resumes_across_restores, "resumes streams across restores",
     "feeds/a_position_between_two_lives_of_the_data_is_gone", 0},
    {actors::mutant::counts_answers_of_readded,
     "counts the answers of whoever says that it was added again",
     "shippers/of_a_peer_that_was_added_again_unseen_only_requests_are_taken_until_that_is_known",
     0},
};

}  // namespace lithair::test
