#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/consistency.hpp"
#include "actors/messages/local_message.hpp"
#include "models/service.hpp"
#include "protocol/core.hpp"
#include "protocol/types.hpp"

namespace lithair::persistence {
class file;
}

/// Between whoever speaks for clients (HTTP sessions, the library) and a node's groups: commands,
/// reads, readiness, changes of members, backups. Each answer goes to the request's sender and
/// gives its `token` back.
namespace lithair::actors {

class published;

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

/// Reads, for the aggregate to answer their senders once it has applied the `min_index` of each.
struct run_query {
  caf::strong_actor_ptr asker;
  ask what;
  std::uint64_t wait_ms = 0;  ///< for that at most
};

struct run_queries {
  std::vector<run_query> queries;
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

/// Finish what is in flight, hand over leadership, then answer `stopped` to the sender.
struct prepare_stop {};

struct stopped {};

/// Asks the publisher for a read model; the answer is `answered`, whose body is `{"data": ...}`.
struct read_published {
  std::uint64_t token = 0;
  consistency level = consistency::linearizable;
  std::uint64_t min_index = 0;  ///< wait until this much is folded in, for at most 5 s
  std::shared_ptr<const published> what;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(submit)
LITHAIR_LOCAL_MESSAGE(submitted)
LITHAIR_LOCAL_MESSAGE(ask)
LITHAIR_LOCAL_MESSAGE(answered)
LITHAIR_LOCAL_MESSAGE(probe_ready)
LITHAIR_LOCAL_MESSAGE(readiness)
LITHAIR_LOCAL_MESSAGE(confirm_ready)
LITHAIR_LOCAL_MESSAGE(run_queries)
LITHAIR_LOCAL_MESSAGE(change_members)
LITHAIR_LOCAL_MESSAGE(members_changed)
LITHAIR_LOCAL_MESSAGE(take_backup)
LITHAIR_LOCAL_MESSAGE(backup_taken)
LITHAIR_LOCAL_MESSAGE(prepare_stop)
LITHAIR_LOCAL_MESSAGE(stopped)
LITHAIR_LOCAL_MESSAGE(read_published)
