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

/// Between the raft actor, the aggregate, which has the state, and the checkpointer, which makes it
/// durable and replaces it.
namespace lithair::actors {

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

/// Something of the durable state is not what was written: it is not to be answered from, and
/// replaced.
struct state_damaged {
  std::string reason;
};

struct state_replaced {
  protocol::snapshot_meta meta;
  std::shared_ptr<const persistence::state_store> state;
  std::int64_t time_us = 0;  ///< of the log, as the state tells it
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
