#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace lithair::protocol {

/// A node as the configuration knows it.
struct member {
  node_id id;
  bool voter = true;    ///< false: a learner, which receives the log and counts for no quorum
  std::string address;  ///< opaque to the core: where drivers find the node

  bool operator==(const member&) const = default;
};

/// The members of a group, sorted by id. While `outgoing` is not empty the configuration is joint
/// (Raft thesis §4.3): elections and commits need a majority of the voters of both sets.
struct configuration {
  std::vector<member> members;
  std::vector<member> outgoing;

  bool joint() const { return !outgoing.empty(); }
  bool empty() const { return members.empty(); }
  /// Of either set.
  bool contains(node_id id) const;
  /// Whether `id` votes in either set.
  bool is_voter(node_id id) const;
  /// The member `id` of the new set, else of the outgoing one, else null.
  const member* find(node_id id) const;

  bool operator==(const configuration&) const = default;
};

/// Sorts by id. None when there is no voter, an id is missing, or an id occurs twice.
std::optional<std::vector<member>> normalized(std::vector<member> members);

/// Whether the same nodes vote in both.
bool same_voters(const std::vector<member>& a, const std::vector<member>& b);

/// The payload of a configuration entry; `decode` is none for bytes that `encode` never made.
std::string encode(const configuration& x);
std::optional<configuration> decode_configuration(std::string_view bytes);

}  // namespace lithair::protocol
