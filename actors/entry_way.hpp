#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/entry.hpp"

namespace lithair::actors {

/// What a node saw of one entry's way from a client through the log to the state. Times are
/// microseconds since 1970 by this node's clock; 0: it has not happened, or not here, or is not
/// remembered.
struct entry_way {
  protocol::index_t index;
  protocol::term_t term;  ///< of the leader that appended it
  protocol::entry_kind kind = protocol::entry_kind::command;
  protocol::node_id proposed_by;  ///< whose client asked for it; none: a leader made it itself
  std::uint64_t bytes = 0;        ///< of its command
  std::string trace;              ///< of the request, as `traceparent` names it; may be empty
  std::int64_t received_us = 0;   ///< a client of this node asked for it
  std::int64_t logged_us = 0;     ///< it was handed to this node's log
  std::int64_t synced_us = 0;     ///< it was safe on this node's disk
  std::int64_t committed_us = 0;  ///< this node knew that it is committed
  std::int64_t given_us = 0;      ///< it was handed to the state
  std::int64_t applied_us = 0;    ///< the state had it
  std::int64_t answered_us = 0;   ///< the client had its answer
  /// Of a leader: when it knew that these members have it on their disks
  std::vector<std::pair<protocol::node_id, std::int64_t>> replicated_us;
};

/// What can happen to an entry, in the order in which it mostly does.
enum class way_stage : std::uint8_t {
  received,
  logged,
  synced,
  replicated,
  committed,
  given,
  applied,
  answered,
};

/// As programs name it.
std::string_view name_of(way_stage which);

/// One thing that happened to an entry.
struct way_step {
  way_stage what = way_stage::received;
  protocol::node_id node;  ///< of `replicated`: whose disk; none else
  std::int64_t at_us = 0;  ///< since 1970
  bool operator==(const way_step&) const = default;
};

/// What happened, in the order of time; what is not known is left out.
std::vector<way_step> steps_of(const entry_way& way);

/// "on node 2's disk": what happened, as the end of a sentence.
std::string in_words(const way_step& step);

/// Where the time went, in one line: "+0.1 ms handed to the log, +2.3 ms on this node's disk, …".
std::string where_time_went(const std::vector<way_step>& steps);

}  // namespace lithair::actors
