#pragma once

#include <optional>
#include <vector>

#include "protocol/entry.hpp"
#include "protocol/message.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// What must survive a crash besides the entries (Raft figure 2, "persistent state").
struct hard_state {
  /// The latest that this node knows of; never falls (§5.1).
  term_t term;
  /// Whom it gave its vote in `term`; none: nobody, so it is still free (§5.2).
  node_id voted_for;
  /// This node lost what it once promised (its directory was wiped or rolled back), or can't tell.
  /// It neither votes nor acknowledges until a leader with a majority says that it is no voter.
  bool recovering = false;

  bool operator==(const hard_state&) const = default;
};

/// One write to the log, to be made durable as a whole, in the order of tokens. When it is, the
/// driver calls `raft_core::written(token)`. Replies that promise it leave the core only then.
struct log_write {
  /// Greater than that of every write before.
  write_token token;
  /// None: term and vote are as before.
  std::optional<hard_state> state;
  std::optional<index_t> truncate_from;  ///< first remove all entries from this index on
  std::vector<entry> entries;            ///< then append these; consecutive

  bool operator==(const log_write&) const = default;
};

/// The core needs entries for a lagging peer that it no longer holds: read [first, last] from the
/// log, up to about `max_bytes` but at least one entry, and call `raft_core::fetched`.
struct entry_fetch {
  /// Whom the entries are for; given back.
  node_id peer;
  term_t term;  ///< the leader's term that asks; given back so that a late answer is recognised
  /// The peer's next entry.
  index_t first;
  /// The end of the log when it was asked; so much at most.
  index_t last;
  /// As `options::max_append_bytes`, by `footprint`.
  std::uint64_t max_bytes = 0;

  bool operator==(const entry_fetch&) const = default;
};

/// `peer` needs a snapshot, sent under this term of its leader: stamp every chunk with it, and give
/// it back with what becomes of the snapshot.
struct snapshot_want {
  /// It gets no entries until `snapshot_sent` is called, or it turns out to have what was missing.
  node_id peer;
  /// Once this term is over the transfer is to end.
  term_t term;

  bool operator==(const snapshot_want&) const = default;
};

/// The answer to a `raft_core::read`.
struct read_ready {
  /// As it was given; each is answered once.
  read_token token;
  /// The read may be answered from a state that has applied this index; none: refused.
  index_t index;
  refusal why = refusal::none;  ///< when refused; the driver may ask again

  bool operator==(const read_ready&) const = default;
};

/// This node's proposals that the leader refused: certainly not in the log.
struct proposal_refused {
  /// Of this node's run, as their origins have them.
  std::vector<std::uint64_t> serials;
  /// What the leader said, or `not_leader` when it was lost before they were sent.
  refusal why = refusal::none;
  term_t under;  ///< the term they were forwarded under

  bool operator==(const proposal_refused&) const = default;
};

/// What a node is to its group (§5.1); README.md draws how it changes.
enum class role : std::uint8_t { follower, pre_candidate, candidate, leader, learner };

/// A change of what this node is, for logs and for clients' hints.
struct role_change {
  /// As `raft_core::current_role`.
  role now = role::follower;
  /// The node's term at that moment; a later term alone is a change too.
  term_t term;
  node_id leader;  ///< none when unknown

  bool operator==(const role_change&) const = default;
};

/// What a driver must do after it called the core. Perform it in this order, see
/// protocol/README.md: hand over the write, send the messages, apply what is committed, answer
/// reads.
struct output {
  /// None: the log is as it was, and nothing is to be synced.
  std::optional<log_write> write;
  /// May leave at once: what must wait for the disk comes with a later output.
  std::vector<envelope> messages;
  /// Rose to this: entries up to here may be applied. A majority has them on disk; this node's own
  /// disk may not, and then they are in memory (`cached`).
  std::optional<index_t> commit;
  /// Answer each with `fetched`, also when the log can't be read.
  std::vector<entry_fetch> fetches;
  /// Reads of this node; those of followers are answered by messages.
  std::vector<read_ready> reads;
  /// Of proposals that `propose` had taken before; their clients may try again.
  std::vector<proposal_refused> refused;
  /// Peers whose next entry is purged: send a snapshot, every chunk stamped with the term given
  /// here (a chunk with a later term would make the sender look like that term's leader).
  std::vector<snapshot_want> snapshots_wanted;
  /// A chunk from the leader, to be stored; one at a time, so take the output after each chunk.
  std::optional<snapshot_request> snapshot_chunk;
  /// None: role, term and leader are as they were told last.
  std::optional<role_change> role;
  /// The configuration in use changed (it counts once appended, §6): connect to all of its members.
  std::optional<configuration> members;
};

}  // namespace lithair::protocol
