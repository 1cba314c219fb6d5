#pragma once

#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/entry.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// The configurations in the log: a node uses the newest one, committed or not, as soon as it is in
/// its log (§6), and returns to the one before when the entry is truncated away.
class member_log {
 public:
  /// `base`: in force before the log begins; may be empty.
  member_log(index_t base_index, configuration base);

  /// The newest in the log, which is the one in use.
  const configuration& current() const { return versions_.back().members; }
  /// Of the entry that `current` comes from.
  index_t current_index() const { return versions_.back().index; }
  /// The configuration in force as of `index`: the newest whose entry is not after it, at least the
  /// base. All references are valid until the log of members changes.
  const configuration& as_of(index_t index) const;

  /// Whether `id` votes in any of the configurations from the one in force at `index` on.
  bool voter_since(index_t index, node_id id) const;

  /// Whether `id` is a member in any of the known configurations.
  bool ever_held(node_id id) const;

  /// The entry at `index` is a configuration; indexes rise.
  void append(index_t index, configuration members);
  /// Forgets configurations of entries from this index on, as the log does. True when the current
  /// configuration changed.
  bool truncate(index_t from);
  /// Forgets what nobody asks for any more: the configurations that were replaced at or before this
  /// index. The one in force there becomes the base.
  void purge(index_t through);

 private:
  /// A configuration and the index of the entry that brought it.
  struct version {
    index_t index;
    configuration members;
  };

  std::vector<version> versions_;  ///< never empty; rising indexes
};

}  // namespace lithair::protocol
