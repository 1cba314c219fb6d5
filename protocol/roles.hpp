#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "protocol/message.hpp"
#include "protocol/progress.hpp"
#include "protocol/types.hpp"

/// What a node has in each of its roles, and in no other.
namespace lithair::protocol {

/// A read asked for by a follower.
struct remote_read {
  node_id asker;
  /// Of the asker's question; its answer carries it back.
  std::uint64_t id;
  /// The asker wants to know whether it is a voter (`start_anew`).
  bool recovering;

  bool operator==(const remote_read&) const = default;
};

/// Reads that share one confirmation of leadership.
struct read_bundle {
  /// Of this node's own driver.
  std::vector<read_token> local;
  std::vector<remote_read> remote;

  bool empty() const { return local.empty() && remote.empty(); }
};

/// What only a leader owns; gone when it steps down.
struct leading {
  /// All members but us, and removed ones until they know it or are given up.
  std::vector<progress> peers;
  std::uint64_t heartbeat_tick = 0;  ///< of the last broadcast
  /// Of our own entries that are not committed: the limit on what waits counts them.
  std::uint64_t uncommitted_bytes = 0;
  index_t counted_after;  ///< entries after this one are in `uncommitted_bytes`

  // Reads: one round at a time, and what waits for the next.
  std::uint64_t round = 0;  ///< the newest that was broadcast
  std::deque<std::pair<std::uint64_t, std::uint64_t>> round_ticks;  ///< round, tick it was sent
  std::optional<std::uint64_t> lease_tick;  ///< a majority answered what was sent at this tick
  read_bundle waiting;
  read_bundle confirming;
  std::uint64_t confirming_round = 0;  ///< 0: none
  index_t confirming_index;

  // Handing over.
  node_id transfer_target;
  std::uint64_t transfer_tick = 0;
  bool transfer_told = false;  ///< the target was asked to campaign
  /// Someone may campaign despite our lease, for the rest of the term
  bool lease_given_up = false;

  // What may go wrong meanwhile.
  index_t joint_index;  ///< of the joint change that this leader began last
  std::uint64_t joint_tick = 0;
  index_t behind_index;           ///< what was committed and not on our own disk
  std::uint64_t behind_tick = 0;  ///< when that was noticed, or leadership was last offered for it

  /// The peer of this id; null for us and for strangers. Valid until `peers` changes.
  progress* find(node_id id);
};

/// The requests to propose that this node saw as leader of `term`, also after it stepped down: a
/// repeated one must neither be taken twice nor be called refused when it was taken.
struct seen_requests {
  struct sender {
    node_id id;
    std::uint64_t session;  ///< of the sender's process
    /// The greatest number seen; what is lower is a repetition, or too late to be told from one.
    std::uint64_t newest;
  };

  /// True when this is not a repetition, as far as numbers tell.
  bool first_time(node_id from, std::uint64_t number);

  term_t term;
  /// One for each process that sent any in this term.
  std::vector<sender> senders;
};

/// The requests to propose that this node sent to the leader of `term`, as far as it does not know
/// what became of them.
struct sent_requests {
  /// Keeps it, and forgets the first ones beyond so many bytes: these are not sent again.
  void add(const propose_request& request, std::uint64_t max_bytes);
  /// The leader appended the request whose first proposal this is. A request before it was taken as
  /// well, or comes too late to be.
  void taken(const origin& first);
  void refused(std::uint64_t number);
  void forget_first();

  term_t term;
  std::deque<propose_request> all;  ///< in the order of their numbers; their bytes are shared
  std::uint64_t bytes = 0;
};

/// The requests to propose that this node made and that were answered: an answer that is repeated
/// may name serials that were proposed again since.
struct answered_requests {
  /// True when this answer is the first to the request of that number, as far as is remembered.
  bool first_time(std::uint64_t number);

  std::uint64_t forgotten = 0;  ///< the greatest number that is not remembered any more
  /// Of answers that were taken, the newest 1024.
  std::set<std::uint64_t> numbers;
};

/// What only a candidate owns.
struct campaigning {
  /// In a term of its own; else it only asks whether one would be won (thesis §9.6)
  bool real = false;
  std::vector<std::pair<node_id, bool>> votes;  ///< the answers, its own vote included
  /// Tick. Until then a pre-vote is asked for again: others may hear later that the leader is gone
  std::uint64_t asks_until = 0;
};

/// What only a follower (or learner) owns; begins anew with each term.
struct following {
  index_t verified;                ///< our log is the leader's up to here
  index_t answered;                ///< the match that the leader was told last
  bool answer = false;             ///< tell the leader what matches, with the next output
  std::uint64_t round = 0;         ///< the newest round to answer
  std::vector<proposal> forwards;  ///< for the leader, with the next output

  // Reads through the leader: one bundle on the way, and what waits for the next.
  std::vector<read_token> waiting;
  std::vector<read_token> asked;
  std::uint64_t asked_id = 0;  ///< 0: none on the way
  std::uint64_t asked_tick = 0;
};

}  // namespace lithair::protocol
