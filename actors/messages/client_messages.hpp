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
class pace;
}  // namespace lithair::persistence

/// Between whoever speaks for clients (HTTP sessions, the library) and a node's groups: commands,
/// reads, readiness, changes of members, backups. Each answer goes to the request's sender and
/// gives its `token` back.
///
/// A sender's tokens are its own: it chooses them so that it can tell its answers apart. A request
/// may go without an answer when its receiver ends first, so whoever must not wait for ever watches
/// it or a clock.
namespace lithair::actors {

class published;

/// A command that `models::prepare` made, for the raft actor of the group that keeps its models, or
/// for the dispatcher where several groups do. The answer is `submitted`. The aggregate of
/// replicated fields sends some of its own, to have local fields forgotten: nobody hears of those.
struct submit {
  std::uint64_t token = 0;  ///< the sender's own number, given back
  std::string command;      ///< the bytes of the log entry; opaque to everybody but the models
  /// Of the request, as `traceparent` names it (W3C Trace Context), for who asks afterwards what
  /// became of it; empty: it has none
  std::string trace = {};
};

/// The answer to `submit`: from the raft actor once the command is applied on this node, certainly
/// refused, or out of time; from the dispatcher, where two groups have a part in it.
struct submitted {
  std::uint64_t token = 0;
  disposition what = disposition::done;
  /// A sentence for people when it is not `done`; empty else
  std::string reason;
  /// Index of the command's entry in the log; 0 when it is not `done`
  std::uint64_t index = 0;
  /// What the models answer; means nothing unless it is `done`
  models::outcome result;
};

/// A read of one collection. Linearizable ones and those of the leader's view go to the raft actor,
/// which learns the index that they must see; local ones go to the aggregate. Where there is a
/// dispatcher it takes all of them. The answer is `answered`.
struct ask {
  std::uint64_t token = 0;
  consistency level = consistency::linearizable;
  /// What the client has seen: the answer waits until it is applied, for at most 5 s (linearizable
  /// and leader reads: as long as any request). 0: nothing in particular
  std::uint64_t min_index = 0;
  models::query what;
  /// What must be applied according to a leader; the raft actor fills it in, whoever asks leaves it
  /// 0
  std::uint64_t read_index = 0;
};

/// The answer to `ask`, from the aggregate or from whoever refused it on the way; also the
/// publisher's to `read_published`.
struct answered {
  std::uint64_t token = 0;
  /// `unknown`: what it must see was not applied here in time
  disposition what = disposition::done;
  /// A sentence for people when it is not `done`; empty else
  std::string reason;
  /// The log index that the answered state had applied; when it is not `done`, what is applied here
  std::uint64_t applied = 0;
  /// The JSON that the client gets, or a problem; means nothing unless it is `done`
  models::outcome result;
};

/// Asks whether linearizable reads are served now, by performing one. For the raft actor; sent by
/// sessions, by the feed, which so learns how far the log goes, and by a starting node. The answer
/// is `readiness`.
struct probe_ready {
  std::uint64_t token = 0;
  std::uint64_t min_index = 0;  ///< must be applied here as well; 0: nothing more
};

/// The answer to `probe_ready`, from the raft actor, or from the aggregate when a `min_index` was
/// asked for.
struct readiness {
  std::uint64_t token = 0;
  bool ready = false;  ///< the read was done, and what it must see is applied
  /// A sentence for people when it is not ready; when it is, what they should see to all the same,
  /// or nothing
  std::string reason;
  std::uint64_t applied = 0;  ///< the log index that is applied on this node
  /// Not ready, and never will be: `min_index` is of another timeline; see
  /// models/derived/timeline.hpp
  bool elsewhere = false;
};

/// The last word on a probe with a `min_index`, which is applied if it is of this log: only the
/// state knows which numbers are. From the raft actor to the aggregate, which answers the asker
/// with `readiness`.
struct confirm_ready {
  caf::strong_actor_ptr asker;  ///< who sent the probe; none: nobody is answered
  probe_ready what;             ///< the probe as it came
};

/// A read for the aggregate to answer to its sender, once what it must see (`min_index`,
/// `read_index`) is applied.
struct run_query {
  caf::strong_actor_ptr asker;  ///< who sent the `ask`; none: nobody is answered
  ask what;                     ///< its `read_index` is filled in
  /// For how long it may wait for that; then it is answered as `unknown`
  std::uint64_t wait_ms = 0;
};

/// The reads that a turn of the raft actor released, in the order of their indexes; to the
/// aggregate, behind the entries that they must see.
struct run_queries {
  std::vector<run_query> queries;  ///< one or more
};

/// Changes members or moves leadership. Any node's raft actor takes it and passes it on to the
/// leader. The answer is `members_changed`, once the change is committed.
struct change_members {
  /// The numbers are those of `peer_control::action`, and so of the wire.
  enum class action : std::uint8_t {
    add = 1,       ///< a learner comes; it votes later if `promote` is set
    promote = 2,   ///< a learner becomes a voter, if it has caught up
    remove = 3,    ///< a member goes
    transfer = 4,  ///< leadership goes to another voter
    abort = 5,     ///< go back from a change that is not committed
    move = 6,      ///< a member is found at another address from now on
  };

  std::uint64_t token = 0;
  action what = action::add;  ///< what is to be done
  /// Whom it is about. 0: the leader chooses the successor (transfer only); of no meaning to an
  /// abort
  std::uint64_t node = 0;
  /// Where the member is found (add, move): its host, and its ports for clients and for peers
  std::string host;
  std::uint16_t http_port = 0;
  std::uint16_t peer_port = 0;
  /// Make it a voter as soon as it has caught up (add only)
  bool promote = true;
  /// Go on even if the change may never end, since of the old or of the new voters no majority is
  /// heard
  bool force = false;
};

/// The answer to `change_members`, from the raft actor that was asked.
struct members_changed {
  std::uint64_t token = 0;
  /// 200: it is committed, or was so before; 400, 404, 409: refused, and nothing changed; 503:
  /// certainly not done; 504: it may still take effect
  std::uint16_t status = 500;
  /// A sentence for people: why it was refused, or what was risked with `force`; may be empty
  std::string detail;
};

/// Asks the archivist of a group for a backup of everything applied so far; from sessions. The
/// answer is `backup_taken`.
struct take_backup {
  std::uint64_t token = 0;
  /// At which it is made as long as nobody waits for it; none: the asker does
  std::shared_ptr<persistence::pace> pace{};
};

/// The answer to `take_backup`: a snapshot file that stays readable as long as somebody holds it,
/// even when a newer one takes its place in the directory.
struct backup_taken {
  std::uint64_t token = 0;
  std::string failed;            ///< not empty: there is none, and why
  std::uint64_t cluster = 0;     ///< whose data they are; 0 when it failed
  protocol::snapshot_meta meta;  ///< as of which entry, and the file's size
  /// A snapshot file, open for reading; none when it failed
  std::shared_ptr<const persistence::file> file;
};

/// To a raft actor, from the thread that will soon end the node: if it leads, somebody else should.
/// It goes on serving; there is no answer.
struct step_aside {};

/// To a raft actor, from the thread that ends the node: finish what is in flight, hand over
/// leadership, then answer `stopped`. New writes are refused from here on. There is no limit to it:
/// the sender has one.
struct prepare_stop {};

/// The answer to `prepare_stop`: nothing of this node's clients is in flight in the group, and it
/// does not lead, unless nobody could take over.
struct stopped {};

/// Asks the publisher for a read model; from sessions. The answer is `answered`, whose body is
/// `{"data": ...}`.
struct read_published {
  std::uint64_t token = 0;                        ///< the sender's own number, given back
  consistency level = consistency::linearizable;  ///< as of any read
  /// Wait until this much is folded in, for at most 5 s; 0: nothing in particular
  std::uint64_t min_index = 0;
  std::shared_ptr<const published> what;  ///< which one; never none
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
LITHAIR_LOCAL_MESSAGE(step_aside)
LITHAIR_LOCAL_MESSAGE(prepare_stop)
LITHAIR_LOCAL_MESSAGE(stopped)
LITHAIR_LOCAL_MESSAGE(read_published)
