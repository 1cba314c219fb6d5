#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/entry.hpp"
#include "protocol/types.hpp"

/// The closed set of messages between the nodes of one group. Each is idempotent by term and index:
/// links may lose, repeat, delay and reorder them. The group id travels in the envelope around
/// them.
namespace lithair::protocol {

/// Asks for a vote (§5.2), or, as a pre-vote (thesis §9.6), whether a vote would be given.
struct vote_request {
  term_t term;            ///< the candidate's term; for a pre-vote the term it would campaign in
  index_t last_index;     ///< of the candidate's log
  term_t last_term;       ///< of the entry there
  bool pre = false;       ///< a pre-vote changes nobody's term or vote
  bool transfer = false;  ///< the leader asked for this election: its lease does not forbid it

  bool operator==(const vote_request&) const = default;
};

/// A voter's answer; a node that is recovering gives none. While a leader is alive there is none
/// either, unless the asker is behind, was ordered to campaign, or is no member any more.
struct vote_response {
  /// The voter's term, which an asker that is behind takes; for a granted pre-vote the term that
  /// was asked for. None: only `no_member_as_of` is told.
  term_t term;
  /// The asker has the vote, durably; for a pre-vote: it would have it.
  bool granted = false;
  /// Repeats the request's: a granted pre-vote never counts as a vote.
  bool pre = false;
  /// The asker is no member as of this index, which is committed; none: nothing is said about that.
  index_t no_member_as_of = {};
  std::int64_t clock_us = 0;  ///< what the voter's wall clock shows, as Unix time; 0: unknown

  bool operator==(const vote_response&) const = default;
};

/// Entries for a follower's log, or none: then it is a probe of where the logs agree, or tells a
/// follower that restarted what it matched before (§5.3).
struct append_request {
  /// The leader's; a receiver that is behind takes it (§5.1).
  term_t term;
  index_t prev_index;  ///< the entry before the first of `entries`
  /// Its term. A follower without this very entry takes none of `entries` (§5.3).
  term_t prev_term;
  index_t commit;  ///< the leader's commit index, which the follower takes as far as it matched
  /// The leader's read round when this was sent; the answer carries it back, or a later one (thesis
  /// §6.4).
  std::uint64_t round = 0;
  /// Consecutive, from `prev_index` + 1 on, of terms that never fall; about `max_append_bytes` at
  /// most.
  std::vector<entry> entries;

  bool operator==(const append_request&) const = default;
};

/// What a follower has of the leader's log (§5.3). One success may answer several appends.
struct append_response {
  /// The follower's term; a later one than the leader's ends its leadership (§5.1).
  term_t term;
  /// Whether the entry before those that were sent matched.
  bool success = false;
  index_t match;       ///< success: the follower's log is the leader's up to here, durably
  index_t rejected;    ///< failure: the `prev_index` that did not match
  index_t hint_index;  ///< failure: the last index at which a match is possible
  term_t hint_term;    ///< failure: the follower's term at `hint_index`
  /// The newest read round that the follower has seen; 0: only the term is told.
  std::uint64_t round = 0;

  bool operator==(const append_response&) const = default;
};

/// Keeps followers quiet and counts for read rounds; small, so that it never waits behind entries.
struct heartbeat {
  /// The leader's; a receiver that is behind takes it (§5.1).
  term_t term;
  index_t commit;           ///< never past what the follower is known to match
  std::uint64_t round = 0;  ///< 0: only tells the commit index, no answer is wanted

  bool operator==(const heartbeat&) const = default;
};

/// Says that the follower takes the sender for its leader, and nothing about entries but `match`.
struct heartbeat_response {
  /// The follower's term; a later one than the leader's ends its leadership (§5.1).
  term_t term;
  /// The heartbeat's; 0: it came from an older term, whose round counts for nothing.
  std::uint64_t round = 0;
  index_t match;              ///< as in append_response: shows the leader what was lost on the way
  std::int64_t clock_us = 0;  ///< as in vote_response

  bool operator==(const heartbeat_response&) const = default;
};

/// What a snapshot stands for: the applied state as of `index`.
struct snapshot_meta {
  /// Of the last entry that the state holds; the log goes on after it (§7).
  index_t index;
  /// Of that entry, for the consistency check of the next one.
  term_t term;
  /// In force as of `index`: the entries that brought it are not in the log any more.
  configuration members;
  std::uint64_t size = 0;      ///< bytes of the file
  std::uint64_t checksum = 0;  ///< of the file

  bool operator==(const snapshot_meta&) const = default;
};

/// One chunk of a snapshot (§7). The bytes are the driver's.
struct snapshot_request {
  /// The leader's, in which the snapshot was wanted (`snapshot_want`).
  term_t term;
  /// Of the whole snapshot, the same in all chunks.
  snapshot_meta meta;
  /// Bytes of the file before `data`.
  std::uint64_t offset = 0;
  /// The next bytes of the file, from `offset` on.
  payload data;
  /// The last chunk: with it the receiver has `meta.size` bytes.
  bool done = false;

  bool operator==(const snapshot_request&) const = default;
};

/// The receiver's driver answers each chunk; its core answers when none is needed (§7).
struct snapshot_response {
  /// The receiver's term; a later one than the leader's ends its leadership (§5.1).
  term_t term;
  index_t index;             ///< of the snapshot that is answered
  std::uint64_t offset = 0;  ///< bytes received so far: where the sender goes on
  bool installed = false;    ///< the state up to `index` is the receiver's, durably
  bool rejected = false;     ///< damaged or unwanted: start again

  bool operator==(const snapshot_response&) const = default;
};

/// The leader hands over (thesis §3.10): campaign at once, without pre-vote.
struct timeout_now {
  /// The leader's; obeyed in that term only, by a node that takes the sender for its leader.
  term_t term;

  bool operator==(const timeout_now&) const = default;
};

/// A follower asks the leader for a read index (thesis §6.4).
struct read_request {
  /// The asker's term. The leader answers whatever it is.
  term_t term;
  std::uint64_t id = 0;     ///< the follower's own number for a bundle of reads
  bool recovering = false;  ///< the asker forgot what it acknowledged, and asks if it is a voter

  bool operator==(const read_request&) const = default;
};

/// Answers one bundle: by the leader once a round confirmed it, by others at once and without
/// index.
struct read_response {
  /// Of the node that answers; an asker that is behind takes it (§5.1).
  term_t term;
  /// The request's; an answer to an older question is dropped.
  std::uint64_t id = 0;
  index_t index;            ///< none: the asked node can't answer now
  bool asker_votes = true;  ///< whether the asker is a voter as of `index` or of any change since

  bool operator==(const read_response&) const = default;
};

/// One client command on its way into the log.
struct proposal {
  /// Given back with the entry when it is applied.
  origin from;
  /// The command's bytes, which the core never looks into.
  payload data;

  bool operator==(const proposal&) const = default;
};

/// A follower passes its clients' commands to the leader. Refused unless the leader's term is
/// `term`: so once an entry of a later term is applied, what was forwarded under `term` is in the
/// log or lost.
struct propose_request {
  /// Under which the sender's clients were told that it was taken.
  term_t term;
  /// All are appended, in this order, or all are refused.
  std::vector<proposal> proposals;
  std::uint64_t number = 0;  ///< rises with each request of a sender; a repeated one is dropped

  bool operator==(const propose_request&) const = default;
};

/// Why a proposal or read is not taken. The numbers are on the wire.
enum class refusal : std::uint8_t {
  /// it is taken
  none = 0,
  not_leader = 1,    ///< no leader here in that term; certainly not in the log
  no_leader = 2,     ///< no leader is known
  busy = 3,          ///< the uncommitted part of the log is at its limit
  transferring = 4,  ///< leadership is being handed over
};

/// The proposals of that request are certainly not in the log. A serial that was refused may be
/// proposed again, so the answer names its request: a repeated answer says nothing about the later
/// one.
struct propose_response {
  term_t term;               ///< of the request
  std::uint64_t number = 0;  ///< of the request
  /// Never `none`: what is taken gets no answer but its entry.
  refusal why = refusal::none;
  /// Of all proposals of the request, as their origins have them.
  std::vector<std::uint64_t> serials;

  bool operator==(const propose_response&) const = default;
};

/// All that nodes of a group say to each other.
using message =
    std::variant<vote_request, vote_response, append_request, append_response, heartbeat,
                 heartbeat_response, snapshot_request, snapshot_response, timeout_now, read_request,
                 read_response, propose_request, propose_response>;

/// A message on its way to a member.
struct envelope {
  /// Never this node itself.
  node_id to;
  /// Sent best effort, in the order in which the core gave it.
  message content;

  bool operator==(const envelope&) const = default;
};

}  // namespace lithair::protocol
