#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages/local_message.hpp"
#include "models/problem/outcome.hpp"
#include "persistence/overlay_layer.hpp"
#include "persistence/state_store.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {
class pace;
}

/// Between the raft actor, the aggregate, which has the state, and the checkpointer, which makes it
/// durable and replaces it.
///
/// Two things are held back here. A checkpoint waits in the raft actor until the log is durable up
/// to it; applying waits in the aggregate while checkpoints are slow.
namespace lithair::actors {

/// From the raft actor to the aggregate: committed entries in log order, which follow the last that
/// were given. The answer is `applied`, later where the memory is full.
struct apply_entries {
  std::vector<protocol::entry> entries;  ///< one or more, consecutive
};

/// What became of a command of this node's own clients.
struct command_result {
  std::uint64_t serial = 0;  ///< the number it was submitted under in this process
  std::uint64_t index = 0;   ///< of its entry
  models::outcome result;    ///< for whoever asked
};

/// The aggregate's answer to `apply_entries`.
struct applied {
  protocol::index_t through;  ///< the last entry that is applied
  /// Of the entry there; none: nothing was applied
  protocol::term_t term;
  /// Of commands of this node's own origin and run, in log order; nobody here waits for others
  std::vector<command_result> results;
  /// Why applying can't go on until the next start; empty: it can. Damage is told by
  /// `state_damaged` instead
  std::string stopped;
  /// As in state_damaged
  std::uint64_t replacements = 0;
};

/// The aggregate's changes up to a point, for the checkpointer to make durable; the answer is
/// `checkpointed`. It goes by way of the raft actor, which holds it back until the log is durable
/// up to there, or has no room to become so: a start that finds the state ahead begins the log anew
/// after it.
struct checkpoint {
  std::shared_ptr<const persistence::overlay_layer> layer;  ///< frozen: any thread may read it
  persistence::applied_point point;  ///< as of which the state is, once the layer is in it
  /// As of which the state below the layer is; the layer goes over no other, for it may have been
  /// replaced meanwhile
  protocol::index_t over;
};

/// The answer to `checkpoint`, from the checkpointer, or from the raft actor while the log can't be
/// written. The aggregate passes it on to the raft actor and to whoever sent `checkpoint_now`.
struct checkpointed {
  /// The durable state is that as of here, unless it failed
  protocol::index_t index;
  /// Why it is not; empty: it is
  std::string failed;
  /// full: no room, or not now, and it is tried again; disk: it failed, and the group goes out of
  /// service; damage: the state is not what was written, and is fetched anew.
  enum class trouble : std::uint8_t { none, full, disk, damage } what = trouble::none;
  /// Of the whole state as of there, the same on every node; 0 when it failed
  std::uint64_t digest = 0;
};

/// Asks the aggregate to checkpoint what is not durable yet; from the raft actor (a snapshot needs
/// it), the archivist, and the thread that ends the node. Answered with `checkpointed`, which may
/// be that of a checkpoint that was under way.
struct checkpoint_now {};

/// From the raft actor: asks the aggregate for a checkpoint as of just this index, when it gets
/// there and is making none. Its digest is what nodes compare.
struct compare_at {
  protocol::index_t index;  ///< not applied yet; one that is applied already is forgotten
};

/// Asks the checkpointer for a snapshot file; from the raft actor and the archivist. The answer is
/// `snapshot_made`. One that is there already does, if it is as of `at_least`.
struct make_snapshot {
  protocol::index_t at_least;  ///< what it must have applied; none: anything
  /// At which it is written as long as nobody waits for it; none: the asker does
  std::shared_ptr<persistence::pace> pace{};
};

/// The checkpointer's answer to `make_snapshot`.
struct snapshot_made {
  protocol::snapshot_meta meta;  ///< as of which entry, and the file's size; empty when it failed
  std::string path;              ///< of the file, which stays until a newer one is made
  std::string failed;            ///< not empty: there is none, and why
  bool damaged = false;          ///< it failed because the state is
  /// It failed for now (no room, no checkpoint yet, a new state comes): nothing is wrong that time
  /// does not mend
  bool later = false;
};

/// From the raft actor: a chunk from the leader, for the checkpointer to keep. The answer is
/// `chunk_kept`, and after the last chunk, once the state is replaced, `state_replaced`; or
/// `disk_failed` where the new state can't be opened.
struct keep_chunk {
  protocol::snapshot_request chunk;  ///< as the core gave it out
};

/// The checkpointer's answer to `keep_chunk`. It says how far the file goes here, so that a leader
/// that begins anew goes on from there.
struct chunk_kept {
  protocol::snapshot_meta meta;  ///< of which snapshot
  /// Bytes from its beginning that are here
  std::uint64_t received = 0;
  /// Why the snapshot can't be used; empty: it can
  std::string failed;
  protocol::term_t term;  ///< that the chunk came in
};

/// From the checkpointer to the aggregate: let go of the state below, for it is replaced; answered
/// with `state_released`. Queries are refused until the new one comes, with `state_replaced`.
struct release_state {};

/// The aggregate's answer to `release_state`: it reads the old state no more, so its files may go.
struct state_released {};

/// From the raft actor to the checkpointer: the state in use is damaged, and is not to be used
/// after a restart either. No answer.
struct condemn_state {
  std::string reason;  ///< a sentence, noted in the directory
  /// As in state_damaged
  std::uint64_t replacements = 0;
};

/// Something of the durable state is not what was written: it is not to be answered from, and
/// replaced. From the aggregate, which read it, to the raft actor; to the aggregate from the raft
/// actor, which heard of it from others, and the checkpointer, which copied it.
struct state_damaged {
  std::string reason;  ///< a sentence
  /// How many states had been replaced in this process when it was found: word of an earlier one
  /// means nothing any more
  std::uint64_t replacements = 0;
};

/// From the checkpointer to the aggregate and to the raft actor that gave it the chunks: a snapshot
/// is in the state's place, durably.
struct state_replaced {
  protocol::snapshot_meta meta;                           ///< of which snapshot
  std::shared_ptr<const persistence::state_store> state;  ///< opened; never none
  /// The time of the log as the state tells it, microseconds since 1970; 0: it tells none
  std::int64_t time_us = 0;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(apply_entries)
LITHAIR_LOCAL_MESSAGE(applied)
LITHAIR_LOCAL_MESSAGE(checkpoint)
LITHAIR_LOCAL_MESSAGE(checkpointed)
LITHAIR_LOCAL_MESSAGE(checkpoint_now)
LITHAIR_LOCAL_MESSAGE(compare_at)
LITHAIR_LOCAL_MESSAGE(make_snapshot)
LITHAIR_LOCAL_MESSAGE(snapshot_made)
LITHAIR_LOCAL_MESSAGE(keep_chunk)
LITHAIR_LOCAL_MESSAGE(chunk_kept)
LITHAIR_LOCAL_MESSAGE(release_state)
LITHAIR_LOCAL_MESSAGE(state_released)
LITHAIR_LOCAL_MESSAGE(condemn_state)
LITHAIR_LOCAL_MESSAGE(state_damaged)
LITHAIR_LOCAL_MESSAGE(state_replaced)
