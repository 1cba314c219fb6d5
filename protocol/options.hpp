#pragma once

#include <cstdint>
#include <string>

namespace lithair::protocol {

/// The core counts time in ticks; the driver says how long one is (10 ms by default).
struct options {
  /// Ticks without contact after which a follower asks for an election: drawn anew each time from
  /// [min, max). Too close to `heartbeat_ticks`: needless elections; too long: slow failover.
  std::uint32_t election_min_ticks = 15;
  /// More than min, or two candidates stay in step and split their votes for ever (§5.2).
  std::uint32_t election_max_ticks = 30;
  /// Ticks between two contacts of the leader with a silent follower; less than
  /// `election_min_ticks`. Also how long a follower waits before it repeats a question to the
  /// leader.
  std::uint32_t heartbeat_ticks = 5;
  /// The largest append message, in bytes of entries: heartbeats never wait behind more than this.
  std::uint64_t max_append_bytes = std::uint64_t{192} << 10;
  /// Bytes sent to one peer and not yet acknowledged; bounds the memory that a slow peer costs.
  std::uint64_t max_inflight_bytes = std::uint64_t{1024} << 10;
  /// Bytes of entries not yet committed; proposals beyond it are refused as `busy`.
  std::uint64_t max_uncommitted_bytes = std::uint64_t{64} << 20;
  /// Bytes of entries that this node's own disk has not taken yet; beyond it a leader refuses
  /// proposals as `busy`, even while the others commit them: a disk that hangs must not fill the
  /// memory.
  std::uint64_t max_unsynced_bytes = std::uint64_t{64} << 20;
  /// Bytes of durable, applied entries kept in memory for followers that lag a little.
  std::uint64_t max_cached_bytes = std::uint64_t{16} << 20;
  /// Reads from the leader's lease, without a round: wrong when clocks drift by more than
  /// `lease_drift_percent` between nodes. Ticks must be those of a clock that goes on while the
  /// machine is suspended (CLOCK_BOOTTIME), taken just before the output is: the core knows no
  /// other time.
  bool lease_reads = false;
  /// By how much one node's clock may run faster than another's; it makes a lease so much shorter
  /// (thesis §6.4.1). Less than 100.
  std::uint32_t lease_drift_percent = 10;
  /// This node waits this many times longer before it campaigns (1: like all others). Nodes that
  /// should rather not lead get 2 or more, at the price of a slower failover to them.
  std::uint32_t priority_delay = 1;
  /// A learner becomes a voter only when it lacks at most this many entries, has acknowledged some
  /// and was heard from lately, so that no majority depends on a node that can't acknowledge yet.
  /// Too small: refused under load.
  std::uint64_t max_promotion_lag = 1024;

  /// Empty when the options make sense together, else one sentence saying what does not.
  std::string validate() const;
};

}  // namespace lithair::protocol
