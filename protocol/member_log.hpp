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

  const configuration& current() const { return versions_.back().members; }
  /// Of the entry that `current` comes from.
  index_t current_index() const { return versions_.back().index; }
  /// The configuration in force as of `index`, at least the base.
  const configuration& as_of(index_t index) const;

  /// Whether `id` votes in any of the configurations from the one in force at `index` on.
  bool voter_since(index_t index, node_id id) const;

  /// Whether `id` is a member in any of the known configurations.
  bool ever_held(node_id id) const;

  void append(index_t index, configuration members);
  /// True when the current configuration changed.
  bool truncate(index_t from);
  void purge(index_t through);

 private:
  struct version {
    index_t index;
    configuration members;
  };

  std::vector<version> versions_;  ///< never empty; rising indexes
};

}  // namespace lithair::protocol
