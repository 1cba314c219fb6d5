#pragma once

#include <cstdint>

#include "protocol/types.hpp"

namespace lithair::protocol {

enum class entry_kind : std::uint8_t {
  noop = 1,     ///< the first entry of a leader's term; commits what earlier terms left (§5.4.2)
  command = 2,  ///< a client's command; the core never looks inside
  configuration = 3,  ///< an encoded `configuration`
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
  index_t index;
  term_t term;
  entry_kind kind = entry_kind::command;
  origin from;
  payload data;
  /// Unix time by the leader that appended it, never below the entry before; 0: unknown
  std::int64_t time_us = 0;

  bool operator==(const entry&) const = default;
};

/// What an entry counts for in byte limits: its payload and the fields around it.
inline std::uint64_t footprint(const entry& x) { return x.data.size() + 48; }

/// The log from `first` up to the next run (or the last index) has entries of `term`. Runs stand in
/// rising order of both; together with the last index they tell the term of every entry.
struct term_run {
  term_t term;
  index_t first;

  bool operator==(const term_run&) const = default;
};

}  // namespace lithair::protocol
