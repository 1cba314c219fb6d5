#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::actors {

/// A member as a configuration entry's address tells it: what Raft carries as opaque text.
struct member_address {
  std::string host;             ///< a name or an IP address; may hold colons
  std::uint16_t http_port = 0;  ///< for clients
  std::uint16_t peer_port = 0;  ///< for other nodes
  bool promote = false;         ///< a learner that is to vote once it has caught up
  /// The index in the main group's log at which it was added: it rises each time, so that a member
  /// that was removed and added again, perhaps with another disk, is told from the one before. 0: a
  /// founder.
  std::uint64_t added = 0;

  bool operator==(const member_address&) const = default;
};

/// "10.0.0.1:8080/9080", followed by "@" and `added` unless that is 0, followed by "+" for a
/// learner that is to be promoted.
std::string to_text(const member_address& address);
/// None for what `to_text` does not make.
std::optional<member_address> parse_member_address(std::string_view text);

}  // namespace lithair::actors
