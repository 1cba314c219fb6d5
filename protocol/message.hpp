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

struct vote_response {
  term_t term;  ///< the voter's term; for a granted pre-vote the term that was asked for
  bool granted = false;
  bool pre = false;
  /// The asker is no member as of this index, which is committed; none: nothing is said about that.
  index_t no_member_as_of = {};
  std::int64_t clock_us = 0;  ///< what the voter's wall clock shows, as Unix time; 0: unknown

  bool operator==(const vote_response&) const = default;
};

/// Entries for a follower's log, or none: then it is a heartbeat or a probe.
struct append_request {
  term_t term;
  index_t prev_index;  ///< the entry before the first of `entries`
  term_t prev_term;
  index_t commit;  ///< the leader's commit index, which the follower takes as far as it matched
  /// The leader's read round when this was sent; the answer carries it back
  std::uint64_t round = 0;
  std::vector<entry> entries;

  bool operator==(const append_request&) const = default;
};

struct append_response {
  term_t term;
  bool success = false;
  index_t match;       ///< success: the follower's log is the leader's up to here, durably
  index_t rejected;    ///< failure: the `prev_index` that did not match
  index_t hint_index;  ///< failure: the last index at which a match is possible
  term_t hint_term;    ///< failure: the follower's term at `hint_index`
  std::uint64_t round = 0;

  bool operator==(const append_response&) const = default;
};

/// Keeps followers quiet and counts for read rounds; small, so that it never waits behind entries.
struct heartbeat {
  term_t term;
  index_t commit;           ///< never past what the follower is known to match
  std::uint64_t round = 0;  ///< 0: only tells the commit index, no answer is wanted

  bool operator==(const heartbeat&) const = default;
};

struct heartbeat_response {
  term_t term;
  std::uint64_t round = 0;
  index_t match;              ///< as in append_response: shows the leader what was lost on the way
  std::int64_t clock_us = 0;  ///< as in vote_response

  bool operator==(const heartbeat_response&) const = default;
};

/// What a snapshot stands for: the applied state as of `index`.
struct snapshot_meta {
  index_t index;
  term_t term;
  configuration members;
  std::uint64_t size = 0;      ///< bytes of the file
  std::uint64_t checksum = 0;  ///< of the file

  bool operator==(const snapshot_meta&) const = default;
};

/// One chunk of a snapshot (§7). The bytes are the driver's.
struct snapshot_request {
  term_t term;
  snapshot_meta meta;
  std::uint64_t offset = 0;
  payload data;
  bool done = false;

  bool operator==(const snapshot_request&) const = default;
};

struct snapshot_response {
  term_t term;
  index_t index;             ///< of the snapshot that is answered
  std::uint64_t offset = 0;  ///< bytes received so far: where the sender goes on
  bool installed = false;    ///< the state up to `index` is the receiver's, durably
  bool rejected = false;     ///< damaged or unwanted: start again

  bool operator==(const snapshot_response&) const = default;
};

/// The leader hands over (thesis §3.10): campaign at once, without pre-vote.
struct timeout_now {
  term_t term;

  bool operator==(const timeout_now&) const = default;
};

/// A follower asks the leader for a read index (thesis §6.4).
struct read_request {
  term_t term;
  std::uint64_t id = 0;     ///< the follower's own number for a bundle of reads
  bool recovering = false;  ///< the asker forgot what it acknowledged, and asks if it is a voter

  bool operator==(const read_request&) const = default;
};

struct read_response {
  term_t term;
  std::uint64_t id = 0;
  index_t index;            ///< none: the asked node can't answer now
  bool asker_votes = true;  ///< whether the asker is a voter as of `index` or of any change since

  bool operator==(const read_response&) const = default;
};

/// One client command on its way into the log.
struct proposal {
  origin from;
  payload data;

  bool operator==(const proposal&) const = default;
};

/// A follower passes its clients' commands to the leader. Refused unless the leader's term is
/// `term`: so once an entry of a later term is applied, what was forwarded under `term` is in the
/// log or lost.
struct propose_request {
  term_t term;
  std::vector<proposal> proposals;
  std::uint64_t number = 0;  ///< rises with each request of a sender; a repeated one is dropped

  bool operator==(const propose_request&) const = default;
};

enum class refusal : std::uint8_t {
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
  refusal why = refusal::none;
  std::vector<std::uint64_t> serials;

  bool operator==(const propose_response&) const = default;
};

using message =
    std::variant<vote_request, vote_response, append_request, append_response, heartbeat,
                 heartbeat_response, snapshot_request, snapshot_response, timeout_now, read_request,
                 read_response, propose_request, propose_response>;

/// A message on its way to a member.
struct envelope {
  node_id to;
  message content;

  bool operator==(const envelope&) const = default;
};

}  // namespace lithair::protocol
