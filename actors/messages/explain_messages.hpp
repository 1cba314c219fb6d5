#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actors/entry_way.hpp"
#include "actors/messages/local_message.hpp"
#include "protocol/entry.hpp"

namespace lithair::actors {

/// Asks a group's raft actor what became of one entry; from sessions. The answer is
/// `entry_explained`.
struct explain_entry {
  std::uint64_t token = 0;  ///< the sender's own number, given back
  protocol::index_t index;  ///< the entry's
};

/// The raft actor's answer to `explain_entry`.
struct entry_explained {
  std::uint64_t token = 0;        ///< of the question
  protocol::node_id node;         ///< who answers
  protocol::group_id group;       ///< whose log it is
  protocol::index_t index;        ///< as it was asked
  protocol::index_t first, last;  ///< of the log that this node has now
  std::optional<entry_way> way;   ///< none: it is too long ago
  /// None: it is no longer in the log, or not yet, or could not be read
  std::optional<protocol::entry> content;
  /// Why nothing can be told: a sentence; empty: something can
  std::string failed;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(explain_entry)
LITHAIR_LOCAL_MESSAGE(entry_explained)
