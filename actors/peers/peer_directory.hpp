#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/types.hpp"

namespace lithair::actors {

/// How much of what a node sends counts.
enum class trust : std::uint8_t {
  none,      ///< it is refused
  requests,  ///< what it asks is answered; its answers, which tell of its disk, count for nothing
  full,
};

/// Said by a node without a cluster to another one; both wait for somebody to found it.
inline constexpr std::string_view no_cluster_yet = "it is part of no cluster yet";

/// Why a node that was wiped is refused, and what to do.
inline std::string why_another_directory(std::uint64_t node) {
  return "the data directory of node " + std::to_string(node) +
         " is not the one it had before; remove the node from the cluster, then add it again";
}

/// What a node says of itself in a hello or a welcome.
struct introduction {
  std::uint64_t node = 0;
  std::uint64_t cluster = 0;  ///< that it is part of; 0: none yet
  protocol::group_id group;   ///< that the link is for
  std::uint64_t incarnation = 0;
  const std::string& schema;  ///< its models, as text of a model file
  const std::string& proof;
};

/// What the ends of all links of a node ask before they take a peer, and what they tell of it. The
/// node's; on loop 0 and without waiting for the disk. What it notes is on the disk once the note
/// taker has said so.
class peer_directory {
 public:
  virtual ~peer_directory() = default;

  /// The id of the cluster; 0 until it is known. Any thread.
  virtual std::uint64_t cluster() const = 0;
  /// The models that this node serves, as it tells them: text of a model file.
  virtual std::string models() const = 0;
  /// Why one that says this is refused before anything is learned from it: it does not know the
  /// cluster's secret, or serves models that do not fit; empty: it is not. Takes note of its
  /// models.
  [[nodiscard]] virtual std::string why_not_meet(const introduction& who) = 0;
  /// It is part of no cluster, and neither is this node: one of them may found it.
  virtual void met_without_cluster(std::uint64_t node, const std::string& proof) = 0;

  /// The rest is as in peer_registry.
  [[nodiscard]] virtual trust admit(std::uint64_t node, protocol::group_id group,
                                    std::uint64_t incarnation, const std::string& proof) = 0;
  virtual std::string present(std::uint64_t node, protocol::group_id group) const = 0;
  virtual std::optional<std::string> examine(std::uint64_t node, protocol::group_id group,
                                             std::uint64_t incarnation,
                                             const std::string& proof) = 0;
  virtual void promised(std::uint64_t node, protocol::group_id group, std::uint64_t term,
                        std::uint64_t match) = 0;
  virtual void link_lost(std::uint64_t node) = 0;
};

}  // namespace lithair::actors
