#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace lithair::protocol {

/// A node as the configuration knows it.
struct member {
  /// Unique among the members of a set; the same in both sets of a joint configuration.
  node_id id;
  bool voter = true;    ///< false: a learner, which receives the log and counts for no quorum
  std::string address;  ///< opaque to the core: where drivers find the node

  bool operator==(const member&) const = default;
};

/// The members of a group, sorted by id. While `outgoing` is not empty the configuration is joint
/// (Raft thesis §4.3): elections and commits need a majority of the voters of both sets.
struct configuration {
  /// The new members, or all there are when the configuration is not joint.
  std::vector<member> members;
  /// The members before a change of voters that is under way; empty otherwise.
  std::vector<member> outgoing;

  /// Whether two majorities decide.
  bool joint() const { return !outgoing.empty(); }
  /// A node that neither founded nor joined a group knows no members, and takes messages from
  /// anybody.
  bool empty() const { return members.empty(); }
  /// Whether `id` is a member of either set, voter or learner.
  bool contains(node_id id) const;
  /// Whether `id` votes in either set.
  bool is_voter(node_id id) const;
  /// The member `id` of the new set, else of the outgoing one, else null. Owned by this object.
  const member* find(node_id id) const;

  bool operator==(const configuration&) const = default;
};

/// Sorts by id, as a configuration wants them. None when there is no voter, an id is missing, or an
/// id occurs twice.
std::optional<std::vector<member>> normalized(std::vector<member> members);

/// Whether the same nodes vote in both. Then one is reached from the other in a single step,
/// without a joint configuration: the majorities are the same.
bool same_voters(const std::vector<member>& a, const std::vector<member>& b);

/// The payload of a configuration entry. The bytes stay readable for later versions: they are in
/// logs.
std::string encode(const configuration& members);
/// None for bytes that `encode` never made, and for a configuration without members.
std::optional<configuration> decode_configuration(std::string_view bytes);

}  // namespace lithair::protocol
