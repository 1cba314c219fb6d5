#pragma once

#include <map>
#include <string>

#include "actors/config.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// Whether a node that is part of no cluster is to found one. All members may be started with the
/// same flags, so one of them has to be the one who does: the first, by its number, of those that
/// were told to (`init`). It does once a majority of the members, itself among them, have said that
/// they are part of no cluster either, and all before it that they were not told to. So a member
/// that was wiped founds nothing beside a cluster that goes on: the others are part of one, and say
/// so. Nobody else founds, and who was met joins what it founded.
///
///     1 (init)          2 (init)          3 (init)
///        │◀── hello: none ──┤                 │       a majority is there
///        ├── founds X       │                 │       X durable, then the first entry of the log
///        ├── welcome: X ──▶ │                 │
///        ├──────────── welcome: X ──────────▶ │       however late it comes
///
/// Decided on loop 0, of what peers said in this run; remembers nothing. What is founded stays
/// founded: who founded it is in the data directory (data_directory::found).
class founding {
 public:
  /// What the operator told this node; outlives it.
  explicit founding(const node_config& config) : config_(config) {}

  /// A member that is part of no cluster spoke: whether it was told to found one. Others than
  /// members count for nothing.
  void met(protocol::node_id member, bool told_to_found);
  /// Whether this node founds the cluster now.
  bool is_due() const;
  /// For whom or what it waits while it is part of no cluster, and what helps: a sentence without a
  /// full stop at the end.
  std::string why_waiting() const;

 private:
  const peer_address* first_before_us() const;

  const node_config& config_;
  std::map<protocol::node_id, bool> met_;  // members without a cluster, and whether they may found
};

}  // namespace lithair::actors
