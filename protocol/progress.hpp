#pragma once

#include <cstdint>
#include <deque>

#include "protocol/status.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// How one follower's log stands, as its leader knows it, and what is on the way to it.
///
///              answer matches                     next entry is purged
///     probe ─────────────────▶ replicate     probe ───────────────▶ snapshot
///       ▲  rejected, unreachable,  │            ▲      installed, failed   │
///       └── or nothing is acked ◀──┘            └──────────────────────────┘
///
/// probe: one append at a time, to find where the logs agree. replicate: appends are pipelined, as
/// many as the window of bytes allows. snapshot: no appends, the driver sends a snapshot.
class progress {
 public:
  using mode = peer_status::mode;

  /// Begins as a probe at `first`, with a full election timeout from `now` before it counts as
  /// silent.
  progress(node_id peer, index_t first, std::uint64_t now)
      : id(peer), next(first), contact(now), advance(now) {}

  /// Of the follower or learner; never this node.
  node_id id;
  index_t match;  ///< durable there, known from its answers
  index_t next;   ///< the first entry to send
  /// Changed by the functions below only.
  mode state = mode::probe;
  bool paused = false;              ///< in probe: an answer is awaited, until the next sign of life
  bool fetching = false;            ///< the driver reads `next` from the log for this peer
  bool verify = false;              ///< the peer forgot what matches (it restarted): tell it again
  index_t told;                     ///< the commit index that it certainly could take from us
  std::uint64_t round = 0;          ///< the newest round it answered
  std::uint64_t believed_from = 0;  ///< answers to older rounds are of a disk that it lost
  std::uint64_t contact = 0;        ///< tick of its last answer
  bool heard = false;         ///< it answered this leader; until then `contact` is only hoped for
  std::uint64_t advance = 0;  ///< tick at which `match` last rose or the window was empty
  std::uint64_t moving = 0;   ///< tick at which the link last said that it moves what was sent
  /// The next entry is larger than the window: it goes when nothing else is on the way
  bool alone = false;
  index_t snapshot;    ///< of the one under way to it, or that it had and has not caught up since
  index_t departs_at;  ///< the change that removed it; it still gets the log up to there
  std::uint64_t departs_by = 0;  ///< tick at which it is given up

  /// Of the pipelined appends that are not acknowledged, by `footprint`.
  std::uint64_t inflight_bytes() const { return inflight_bytes_; }
  /// Whether there are any; a probe does not count.
  bool inflight() const { return !window_.empty(); }

  /// Entries up to `last` were sent, pipelined.
  void sent(index_t last, std::uint64_t bytes, std::uint64_t now);
  /// The peer's log agrees up to `index`, durably. True when that is news.
  bool acknowledged(index_t index, std::uint64_t now);
  /// The peer lost its disk. What it says counts from answers to this round on.
  void forget(std::uint64_t from_round);
  /// Back to probing from `from`, at least after `match`. What is on the way counts as lost; a
  /// fetch whose answer is awaited counts for nothing.
  void probe_from(index_t from);
  /// The logs agree up to `match`: sends on from there, without waiting for answers.
  void replicate();
  /// Its next entry is gone from the log: sends nothing until `probe_from`.
  void await_snapshot();

 private:
  struct sent_append {
    /// The last entry in it; it is acknowledged once `match` reaches it.
    index_t last;
    /// Of its entries, by `footprint`.
    std::uint64_t bytes;
  };

  /// Forgets what is on the way.
  void clear_window();

  /// Under way and not acknowledged, oldest first.
  std::deque<sent_append> window_;
  /// The sum over `window_`.
  std::uint64_t inflight_bytes_ = 0;
};

}  // namespace lithair::protocol
