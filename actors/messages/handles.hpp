#pragma once

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>

/// Handles of a node's actors by what they take. What an actor does not take can't be sent to it:
/// that does not compile. (CAF drops what has no handler, and nobody would notice.) `behavior_of`
/// in runtime/hosted.hpp checks the other side: that there is a handler for each.
///
/// Whoever needs less of an actor asks for less: any handle becomes one that takes fewer messages.
/// Answers go to whoever asked, and are listed here where an actor of a node takes them. Who only
/// passes handles on needs no more of CAF than this; else caf/typed_actor.hpp.
namespace lithair::actors {

/// Of an actor that takes at least these. None by default; it keeps the actor's memory, but not the
/// actor.
template <class... Messages>
using taking = caf::typed_actor<caf::reacts_to<Messages>...>;

struct applied;
struct apply_entries;
struct ask;
struct attend_feed;
struct archive_rest;
struct await_notes;
struct backup_taken;
struct base_kept;
struct change_members;
struct checkpoint;
struct checkpoint_now;
struct checkpointed;
struct chunk_kept;
struct chunk_read;
struct compare_at;
struct condemn_state;
struct confirm_ready;
struct control_arrived;
struct cut_log;
struct disk_failed;
struct disk_full;
struct expect_peer;
struct explain_entry;
struct feed_begins;
struct feed_consults;
struct feed_grew;
struct feed_read;
struct feed_stops;
struct fetch;
struct fetched;
struct file_opened;
struct follow;
struct forget_peer;
struct found_group;
struct give_back_memory;
struct guard_group;
struct hello;
struct inspect_node;
struct introduce_node;
struct join_cluster;
struct keep_base;
struct keep_chunk;
struct link_changed;
struct link_refused;
struct linked_by_peer;
struct log_cut;
struct log_settled;
struct make_snapshot;
struct measure_directory;
struct meet;
struct membership_lost;
struct noted;
struct nudge;
struct open_file;
struct open_port;
struct peer_control;
struct peer_left;
struct peer_message;
struct peer_piece;
struct peer_piece_ack;
struct peer_step;
struct prepare_stop;
struct probe_ready;
struct promises_lost;
struct raft_call;
struct reach;
struct reached;
struct read_chunk;
struct read_feed;
struct read_log;
struct read_published;
struct readiness;
struct receiving;
struct release_file;
struct release_state;
struct run_queries;
struct send_snapshot;
struct serve_checkpoints;
struct serve_raft;
struct settle_log;
struct ship;
struct snapshot_given_up;
struct snapshot_made;
struct snapshot_written;
struct state_damaged;
struct state_released;
struct state_replaced;
struct step_aside;
struct submit;
struct take_backup;
struct take_models;
struct take_note;
struct ticked;
struct turned_away;
struct unfollow;
struct welcome;
struct write_log;
struct write_snapshot;
struct written;

/// Who decides writes and answers questions: a group's raft actor, or the dispatcher before all.
using data_handle = taking<submit, ask>;

/// The raft actor of a group.
using raft_handle =
    taking<  // from sessions, the library and the dispatcher; probe_ready from the feed too
        submit, ask, probe_ready, inspect_node, explain_entry, change_members, raft_call,
        // from its clock, and from other groups of its node
        ticked, readiness,
        // from shippers, and meet from the gate
        peer_step, link_changed, receiving, control_arrived, promises_lost, snapshot_given_up, meet,
        // from both, and from the thread that founds a cluster
        link_refused, found_group,
        // from the log writer and the file reader
        written, disk_failed, disk_full, log_cut, fetched,
        // from the aggregate and the checkpointer
        applied, checkpoint, checkpointed, state_damaged, snapshot_made, chunk_kept, state_replaced,
        // from the thread that ends the node
        step_aside, prepare_stop>;

/// The aggregate of a group.
using aggregate_handle =
    taking<  // from the raft actor; state_damaged and checkpointed come from it as well
        apply_entries, run_queries, confirm_ready, compare_at, membership_lost, state_damaged,
        // from the checkpointer, at first by way of the raft actor
        checkpointed, release_state, state_replaced,
        // from sessions and the library: local reads
        ask,
        // from the feed
        attend_feed, read_feed,
        // from the group, the archivist, and the thread that ends the node
        serve_checkpoints, checkpoint_now>;

/// Who is told what each entry changed: the feed of a group.
using listener_handle = taking<feed_begins, feed_stops, feed_grew, feed_read>;

/// The feed of a group.
using feed_handle = taking<  // from sessions and the library
    follow, nudge, unfollow,
    // from the aggregate
    feed_begins, feed_stops, feed_grew, feed_read,
    // from the group, and from the raft actor that it named
    feed_consults, readiness>;

/// The log writer of a node.
using log_writer_handle = taking<write_log, cut_log, log_settled>;

/// Who brings a node's log where it stays.
using log_settler_handle = taking<settle_log>;

/// The file reader of a node.
using file_reader_handle =
    caf::typed_actor<caf::reacts_to<read_log>, caf::reacts_to<read_chunk>,
                     caf::reacts_to<release_file>, caf::reacts_to<measure_directory>,
                     caf::replies_to<open_file>::with<file_opened>>;

/// The note taker of a node.
using note_taker_handle = caf::typed_actor<caf::reacts_to<take_note>, caf::reacts_to<take_models>,
                                           caf::replies_to<join_cluster>::with<noted>,
                                           caf::replies_to<await_notes>::with<noted>>;

/// The checkpointer of a group.
using checkpointer_handle =
    taking<checkpoint, make_snapshot, keep_chunk, condemn_state,  // from the raft actor
           state_released, give_back_memory,                      // from the aggregate
           snapshot_written>;                                     // from the snapshot writer

/// The snapshot writer of a group.
using snapshot_writer_handle = taking<write_snapshot>;

/// The archivist of a group.
using archivist_handle = taking<take_backup, checkpointed, snapshot_made, file_opened>;

/// The log archiver of a node.
using log_archiver_handle = taking<  // from the archivist and the base keeper
    backup_taken, base_kept,
    // from the thread that ends the node
    archive_rest>;

/// The base keeper of a node.
using base_keeper_handle = taking<keep_base>;

/// The gate of a node. What other nodes send there is `hello`; turned_away is the connector's.
using gate_handle = caf::typed_actor<caf::reacts_to<expect_peer>, caf::reacts_to<forget_peer>,
                                     caf::reacts_to<guard_group>, caf::reacts_to<turned_away>,
                                     caf::replies_to<hello>::with<welcome>>;

/// Who finds the way to other nodes, and lets them in.
using connector_handle = taking<reach, introduce_node, open_port>;

/// The gate of another node: the link to it.
using remote_gate = caf::typed_actor<caf::replies_to<hello>::with<welcome>>;

/// The other node's end of a link in a group: likewise the link.
using peer_end = taking<peer_message, peer_piece, peer_piece_ack, peer_control>;

/// A link to another node.
using link_handle = caf::typed_actor<caf::replies_to<hello>::with<welcome>,
                                     caf::reacts_to<peer_message>, caf::reacts_to<peer_piece>,
                                     caf::reacts_to<peer_piece_ack>, caf::reacts_to<peer_control>>;

/// The shipper of a group for one peer.
using shipper_handle = taking<  // from the raft actor
    ship, fetch, send_snapshot, control_arrived, serve_raft,
    // from the file reader, the gate and the connector
    chunk_read, linked_by_peer, promises_lost, reached,
    // from the peer, by way of the link
    peer_message, peer_piece, peer_piece_ack, peer_control, peer_left>;

/// Who answers reads of published projections.
using publisher_handle = taking<read_published>;

}  // namespace lithair::actors
