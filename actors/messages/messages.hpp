#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/fwd.hpp>

#include "actors/messages/peer_messages.hpp"
#include "actors/meters.hpp"
#include "models/service.hpp"
#include "persistence/overlay_layer.hpp"
#include "persistence/state_store.hpp"
#include "protocol/core.hpp"

/// The messages between actors that stay in one process; those that cross the network are in
/// peer_messages.hpp.
namespace lithair::persistence {
class file;
class snapshot_file;
}  // namespace lithair::persistence

namespace lithair::actors {

// -- HTTP sessions and the library: requests to the group's raft actor, answers to their sender --

/// What happened to a request, before any question of its content.
enum class disposition : std::uint8_t {
  done,         ///< it was carried out (or refused by the models); see `result`
  unavailable,  ///< 503: certainly not applied; no leader, or full
  unknown,      ///< 504: the outcome is unknown
};

/// A command that `models::prepare` made; the answer is `submitted`.
struct submit {
  std::uint64_t token = 0;  ///< the sender's own number, given back
  std::string command;
};

struct submitted {
  std::uint64_t token = 0;
  disposition what = disposition::done;
  std::string reason;       ///< when not done: a sentence
  std::uint64_t index = 0;  ///< log index of the command, when done
  models::outcome result;
};

enum class consistency : std::uint8_t { linearizable, leader, local };

/// A read; the answer is `answered`.
struct ask {
  std::uint64_t token = 0;
  consistency level = consistency::linearizable;
  /// What the client has seen: wait until it is applied, for at most 5 s
  std::uint64_t min_index = 0;
  models::query what;
  std::uint64_t read_index = 0;  ///< what a leader says must be applied; the raft actor's
};

struct answered {
  std::uint64_t token = 0;
  disposition what = disposition::done;
  std::string reason;
  std::uint64_t applied = 0;  ///< the index that the answered state had applied
  models::outcome result;
};

/// Asks how the node stands; the answer is `node_status`.
struct inspect_node {
  std::uint64_t token = 0;
};

struct member_status {
  std::uint64_t id = 0;
  std::string addr;       ///< HTTP address
  std::string peer_addr;  ///< middleman address
  std::string role;       ///< "leader", "follower", "learner", "unknown"
  bool voter = true;
  bool connected = false;
  std::uint64_t match = 0;
  std::uint64_t lag_entries = 0;
  std::int64_t lag_ms = -1;           ///< -1: unknown (only the leader knows)
  std::int64_t last_contact_ms = -1;  ///< -1: unknown
};

/// A directory or file that could not be used and was not removed, for it may be the last copy of
/// something.
struct set_aside_part {
  std::string path;
  std::string reason;
  std::uint64_t bytes = 0;
};

struct node_status {
  std::uint64_t token = 0;
  protocol::status raft;
  std::uint64_t cluster = 0;
  std::string addr;
  std::string leader_addr;  ///< HTTP address; empty when unknown
  std::uint64_t applied = 0;
  std::uint64_t pending = 0;   ///< proposals in flight
  bool ready = false;          ///< serves linearizable reads now
  std::uint64_t compared = 0;  ///< the last index at which the state was found equal to a peer's
  std::uint64_t diverged = 0;  ///< the first index at which it was not; 0: none
  std::uint64_t diverged_from = 0;  ///< that peer
  std::vector<set_aside_part>
      set_aside;          ///< what was damaged and is kept beside the data, of the whole node
  std::string trouble;    ///< what is damaged, lost, full or failed here, and what is done about it
  std::string not_ready;  ///< why not
  std::int64_t uptime_ms = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t log_map_bytes = 0;   ///< that the log's LMDB map may hold now
  std::uint64_t log_used_bytes = 0;  ///< of them in use
  std::vector<member_status> members;
  std::shared_ptr<const group_meters> meters;  ///< of the group; may be none
  std::shared_ptr<const log_meters> log;       ///< of the node's log; may be none
};

/// Asks whether linearizable reads are served now: performs one. The answer is `readiness`.
struct probe_ready {
  std::uint64_t token = 0;
  std::uint64_t min_index = 0;
};

struct readiness {
  std::uint64_t token = 0;
  bool ready = false;
  std::string reason;  ///< when not ready
  std::uint64_t applied = 0;
  /// Not ready, since `min_index` is of another timeline; see models/derived/timeline.hpp
  bool elsewhere = false;
};

/// The last word on a probe with a `min_index`, which is applied if it is of this log: the state's
/// (raft actor to aggregate, which answers with `readiness`).
struct confirm_ready {
  caf::strong_actor_ptr asker;
  probe_ready what;
};

/// Changes members or moves leadership, on any node; the answer is `members_changed`, once it is
/// committed.
struct change_members {
  enum class action : std::uint8_t {
    add = 1,
    promote = 2,
    remove = 3,
    transfer = 4,
    abort = 5,  ///< go back from a change that is not committed
    move = 6,   ///< a member is found at another address from now on
  };

  std::uint64_t token = 0;
  action what = action::add;
  std::uint64_t node = 0;  ///< transfer: 0 lets the leader choose
  std::string host;        ///< add, move: where the member is found
  std::uint16_t http_port = 0;
  std::uint16_t peer_port = 0;
  bool promote = true;  ///< add: make it a voter as soon as it has caught up
  bool force =
      /// Also when the change may never end, since a majority of the old or new voters is silent
      false;
};

struct members_changed {
  std::uint64_t token = 0;
  std::uint16_t status =
      500;             ///< 200; 400, 404, 409: refused; 503: certainly not done; 504: unknown
  std::string detail;  ///< a sentence: why it was refused, or what was risked
};

/// A Raft message that came over HTTP, in its envelope; the answer is `raft_answered`.
struct raft_call {
  std::uint64_t token = 0;
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id from;
  protocol::node_id to;
  protocol::message content;
};

struct raft_answered {
  std::uint64_t token = 0;
  /// Else: why the message was not taken (and changed nothing), or 504
  std::uint16_t status = 200;
  std::string code;
  std::string detail;  ///< a sentence, when refused
  // The core's answer in its envelope.
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id from;
  protocol::node_id to;
  protocol::message content;
};

/// Asks the archivist for a backup of everything applied so far; the answer is `backup_taken`.
struct take_backup {
  std::uint64_t token = 0;
};

struct backup_taken {
  std::uint64_t token = 0;
  std::string failed;  ///< not empty: there is none, and why
  std::uint64_t cluster = 0;
  protocol::snapshot_meta meta;
  std::shared_ptr<const persistence::file> file;  ///< a snapshot file, open for reading
};

// -- within a node -------------------------------------------------------------------------------

/// Some ticks of Raft's time passed; 0: a tick is due, ask the clock.
struct ticked {
  std::uint32_t count = 1;
};

/// Raft messages from a peer whose identity the link has checked.
struct peer_step {
  protocol::node_id from;
  std::vector<protocol::message> messages;
};

/// Raft messages to a peer, for its shipper.
struct ship {
  std::vector<protocol::message> messages;
};

/// A change of members that came from a peer, or an answer to ours; and one for a peer's shipper to
/// send.
struct control_arrived {
  protocol::node_id from;
  peer_control content;
};

/// Entries that the core lacks, for a peer's shipper to read from the log.
struct fetch {
  protocol::entry_fetch what;
};
struct fetched {
  protocol::entry_fetch what;
  std::vector<protocol::entry> entries;
};

/// The same for the file reader, which tells `asker` what it read: `fetched` or `disk_failed`.
struct read_log {
  protocol::group_id group;
  protocol::entry_fetch what;
  caf::actor asker;
};

/// What was sent to the peer is still on its way, and getting there.
struct receiving {
  protocol::node_id peer;
};

/// For the file reader: bytes of a snapshot file, to be answered with `chunk_read`. The file is
/// opened by the first and given back with each answer.
struct read_chunk {
  std::string path;
  std::shared_ptr<const persistence::snapshot_file> file;
  std::uint64_t offset = 0;
  std::size_t most = 0;      ///< 0: only open it
  std::uint64_t number = 0;  ///< the asker's own, given back
};
struct chunk_read {
  std::string path;
  std::shared_ptr<const persistence::snapshot_file> file;
  std::uint64_t offset = 0;
  std::string bytes;
  std::string failed;  ///< not empty: it can't be read, and why
  std::uint64_t number = 0;
};
/// For the file reader: a file to be closed there.
struct release_file {
  std::shared_ptr<const persistence::snapshot_file> file;
};
/// For the file reader: what the node's directory takes on the disk is to be counted anew.
struct measure_directory {};

/// For the note taker: the text that DIR/peers is to hold.
struct take_note {
  std::string text;
};
/// For the note taker: make the cluster this node's, if it has none; answered with `noted`.
struct join_cluster {
  std::uint64_t cluster = 0;
};
/// For the note taker: answered with `noted` once all that was to be noted before is on the disk.
struct await_notes {};
struct noted {
  std::string failed;  ///< not empty: it is not, and why
};

/// A node that no configuration here names wants to be linked in this group (gate to raft actor).
/// It calls again.
struct meet {
  protocol::node_id peer;
};

/// A peer's link came up or went down.
struct link_changed {
  protocol::node_id peer;
  bool up = false;
};

/// For the log writer; the answer is `written` or `disk_failed`.
struct write_log {
  protocol::group_id group;
  protocol::log_write write;
};
struct written {
  protocol::write_token token;
};
struct disk_failed {
  std::string reason;
};
/// Follows what was found damaged in the log while the node runs: opening it finds all that is, and
/// mends it.
inline constexpr const char* damaged_log_advice =
    "; restart this node, so that it is mended from the other members";
/// There is no room for what waits to be written, which is tried again; no reason: now there is.
struct disk_full {
  std::string reason;
};
/// A peer knows more of this node than its directory does: that is an old copy.
struct promises_lost {
  std::string reason;
};
/// Something of the durable state is not what was written: it is not to be answered from, and
/// replaced.
struct state_damaged {
  std::string reason;
};

/// Committed entries in log order, for the aggregate; the answer is `applied`.
struct apply_entries {
  std::vector<protocol::entry> entries;
};
struct command_result {
  std::uint64_t serial = 0;
  std::uint64_t index = 0;
  models::outcome result;
};
struct applied {
  protocol::index_t through;
  protocol::term_t term;                ///< of the entry there
  std::vector<command_result> results;  ///< of commands of this node's own origin
  std::string stopped;                  ///< applying can't go on, and why
};

/// The aggregate's changes up to a point, for the checkpointer to make durable; the answer is
/// `checkpointed`. It goes by way of the raft actor, which holds it back until the log is durable
/// up to there: a saved state that was ahead of the log would have no log to go on with.
struct checkpoint {
  std::shared_ptr<const persistence::overlay_layer> layer;
  persistence::applied_point point;
  protocol::index_t over;  ///< as of which the state below the layer is; it goes over no other
};
struct checkpointed {
  protocol::index_t index;  ///< the durable state is that as of here
  std::string failed;       ///< not empty: it is not, and why
  enum class trouble : std::uint8_t { none, full, disk, damage } what = trouble::none;
  std::uint64_t digest = 0;  ///< of the whole state as of there
};
/// Asks the aggregate to checkpoint what is not durable yet; answered with `checkpointed`.
struct checkpoint_now {};

/// Asks the aggregate for a checkpoint as of just this index, when it gets there and is making
/// none.
struct compare_at {
  protocol::index_t index;
};

/// Asks the checkpointer for a snapshot file; the answer is `snapshot_made`. One that is there
/// already does, if it is as of `at_least`.
struct make_snapshot {
  protocol::index_t at_least;
};
struct snapshot_made {
  protocol::snapshot_meta meta;
  std::string path;
  std::string failed;
  bool damaged = false;  ///< it failed because the state is
  bool later = false;    ///< it failed for now: nothing is wrong that time does not mend
};
/// For a peer's shipper: send that file. It tells the raft actor when it is given up; that it is
/// installed, the peer tells the core itself.
struct send_snapshot {
  protocol::term_t term;
  protocol::snapshot_meta meta;
  std::string path;
};
struct snapshot_given_up {
  protocol::node_id peer;
  protocol::term_t term;  ///< that it was sent in
  protocol::index_t index;
};

/// A chunk from the leader, for the checkpointer to keep. The answer is `chunk_kept`, and after the
/// last chunk, once the state is replaced, `state_replaced`.
struct keep_chunk {
  protocol::snapshot_request chunk;
};
struct chunk_kept {
  protocol::snapshot_meta meta;
  std::uint64_t received = 0;  ///< bytes so far
  std::string failed;          ///< the snapshot can't be used, and why
  protocol::term_t term;       ///< that the chunk came in
};
/// To the aggregate: let go of the state below, for it is replaced; answered with `state_released`,
/// while queries are refused. Then comes the new one.
struct release_state {};
struct state_released {};
/// To the checkpointer: the state in use is damaged; not to be used after a restart either.
struct condemn_state {
  std::string reason;
};
struct state_replaced {
  protocol::snapshot_meta meta;
  std::shared_ptr<const persistence::state_store> state;
  std::int64_t time_us = 0;  ///< of the log, as the state tells it
};

/// For the log writer: forget entries up to the point, or begin anew after it; the answer is
/// `log_cut`.
struct cut_log {
  protocol::group_id group;
  protocol::snapshot_meta
      point;  ///< to forget up to it, its index is enough: the rest is in the log
  bool begin_anew = false;
};
struct log_cut {
  protocol::snapshot_meta point;
  bool begun_anew = false;
};

/// Reads, for the aggregate to answer their senders once it has applied the `min_index` of each.
struct run_query {
  caf::strong_actor_ptr asker;
  ask what;
  std::uint64_t wait_ms = 0;  ///< for that at most
};
struct run_queries {
  std::vector<run_query> queries;
};

/// Finish what is in flight, hand over leadership, then answer `stopped` to the sender.
struct prepare_stop {};
struct stopped {};

/// The members go on without this node, so its state grows old and is not to be answered from, and
/// why. No reason: it is a member again.
struct membership_lost {
  std::string reason;
};

}  // namespace lithair::actors

#define LITHAIR_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::name)
LITHAIR_LOCAL_MESSAGE(submit)
LITHAIR_LOCAL_MESSAGE(membership_lost)
LITHAIR_LOCAL_MESSAGE(submitted)
LITHAIR_LOCAL_MESSAGE(ask)
LITHAIR_LOCAL_MESSAGE(answered)
LITHAIR_LOCAL_MESSAGE(inspect_node)
LITHAIR_LOCAL_MESSAGE(node_status)
LITHAIR_LOCAL_MESSAGE(probe_ready)
LITHAIR_LOCAL_MESSAGE(readiness)
LITHAIR_LOCAL_MESSAGE(change_members)
LITHAIR_LOCAL_MESSAGE(members_changed)
LITHAIR_LOCAL_MESSAGE(raft_call)
LITHAIR_LOCAL_MESSAGE(raft_answered)
LITHAIR_LOCAL_MESSAGE(take_backup)
LITHAIR_LOCAL_MESSAGE(backup_taken)
LITHAIR_LOCAL_MESSAGE(ticked)
LITHAIR_LOCAL_MESSAGE(peer_step)
LITHAIR_LOCAL_MESSAGE(ship)
LITHAIR_LOCAL_MESSAGE(control_arrived)
LITHAIR_LOCAL_MESSAGE(fetch)
LITHAIR_LOCAL_MESSAGE(fetched)
LITHAIR_LOCAL_MESSAGE(read_log)
LITHAIR_LOCAL_MESSAGE(receiving)
LITHAIR_LOCAL_MESSAGE(read_chunk)
LITHAIR_LOCAL_MESSAGE(chunk_read)
LITHAIR_LOCAL_MESSAGE(release_file)
LITHAIR_LOCAL_MESSAGE(measure_directory)
LITHAIR_LOCAL_MESSAGE(take_note)
LITHAIR_LOCAL_MESSAGE(join_cluster)
LITHAIR_LOCAL_MESSAGE(await_notes)
LITHAIR_LOCAL_MESSAGE(noted)
LITHAIR_LOCAL_MESSAGE(link_changed)
LITHAIR_LOCAL_MESSAGE(meet)
LITHAIR_LOCAL_MESSAGE(confirm_ready)
LITHAIR_LOCAL_MESSAGE(write_log)
LITHAIR_LOCAL_MESSAGE(written)
LITHAIR_LOCAL_MESSAGE(disk_failed)
LITHAIR_LOCAL_MESSAGE(disk_full)
LITHAIR_LOCAL_MESSAGE(state_damaged)
LITHAIR_LOCAL_MESSAGE(promises_lost)
LITHAIR_LOCAL_MESSAGE(condemn_state)
LITHAIR_LOCAL_MESSAGE(apply_entries)
LITHAIR_LOCAL_MESSAGE(applied)
LITHAIR_LOCAL_MESSAGE(checkpoint)
LITHAIR_LOCAL_MESSAGE(checkpointed)
LITHAIR_LOCAL_MESSAGE(checkpoint_now)
LITHAIR_LOCAL_MESSAGE(compare_at)
LITHAIR_LOCAL_MESSAGE(make_snapshot)
LITHAIR_LOCAL_MESSAGE(snapshot_made)
LITHAIR_LOCAL_MESSAGE(send_snapshot)
LITHAIR_LOCAL_MESSAGE(snapshot_given_up)
LITHAIR_LOCAL_MESSAGE(keep_chunk)
LITHAIR_LOCAL_MESSAGE(chunk_kept)
LITHAIR_LOCAL_MESSAGE(release_state)
LITHAIR_LOCAL_MESSAGE(state_released)
LITHAIR_LOCAL_MESSAGE(state_replaced)
LITHAIR_LOCAL_MESSAGE(cut_log)
LITHAIR_LOCAL_MESSAGE(log_cut)
LITHAIR_LOCAL_MESSAGE(run_queries)
LITHAIR_LOCAL_MESSAGE(prepare_stop)
LITHAIR_LOCAL_MESSAGE(stopped)
#undef LITHAIR_LOCAL_MESSAGE
