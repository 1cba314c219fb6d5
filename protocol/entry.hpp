#pragma once

#include <cstdint>

#include "protocol/types.hpp"

namespace lithair::protocol {

/// What an entry is for. The numbers are on disks and on the wire, so they stay.
enum class entry_kind : std::uint8_t {
  noop = 1,     ///< the first entry of a leader's term; commits what earlier terms left (§5.4.2)
  command = 2,  ///< a client's command; the core never looks inside
  /// An encoded `configuration`, in use from the moment it is in a log, committed or not (§6).
  configuration = 3,
};

/// Who proposed an entry. When a node applies an entry of its own origin it knows that its client's
/// proposal was committed, whichever leader put it into the log.
struct origin {
  node_id node;              ///< none for entries made by a leader itself
  std::uint64_t serial = 0;  ///< unique in that run
  /// A random number of the process that proposed it. A node that was wiped, or started from an old
  /// copy, counts again as it did before: only a run tells its requests from those of its earlier
  /// lives. 0: of an older version.
  std::uint64_t run = 0;

  bool operator==(const origin&) const = default;
};

/// One entry of the replicated log.
struct entry {
  /// Its place: one more than that of the entry before.
  index_t index;
  /// Of the leader that appended it; index and term together name one entry for good (§5.3, the Log
  /// Matching Property).
  term_t term;
  /// Says how `data` is to be read.
  entry_kind kind = entry_kind::command;
  /// Whose proposal it was, for the node that waits for it to be applied.
  origin from;
  /// The command, the encoded configuration, or nothing for a noop.
  payload data;
  /// Unix time by the leader that appended it, never below the entry before; 0: unknown
  std::int64_t time_us = 0;

  bool operator==(const entry&) const = default;
};

/// What an entry counts for in byte limits: its payload and the fields around it.
inline std::uint64_t footprint(const entry& one) { return one.data.size() + 48; }

/// The log from `first` up to the next run (or the last index) has entries of `term`. Runs stand in
/// rising order of both; together with the last index they tell the term of every entry.
struct term_run {
  /// All entries from `first` up to the next run have it.
  term_t term;
  /// The first entry of that term; only it is told, the last follows from the next run.
  index_t first;

  bool operator==(const term_run&) const = default;
};

}  // namespace lithair::protocol
