#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <caf/typed_actor.hpp>

#include "actors/links/handshake.hpp"
#include "actors/messages/handles.hpp"
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

/// Why a node, or a program, that does not know the cluster's secret is refused, and what to do.
inline std::string why_unproven(std::uint64_t node) {
  if (node > highest_node)
    return "the program does not prove that it knows the cluster token; give it the same one";
  return "node " + std::to_string(node) +
         " does not prove that it knows the cluster token; start it with --cluster-token and the "
         "same file";
}

/// What a node says of itself in a hello or a welcome.
struct introduction {
  std::uint64_t node = 0;
  std::uint64_t cluster = 0;  ///< that it is part of; 0: none yet
  const std::string& schema;  ///< its models, as text of a model file
};

/// What the ends of all links of a node ask before they take a peer, and what they tell of it. The
/// node's; on loop 0 and without waiting for the disk. What it notes is on the disk once the note
/// taker has said so.
class peer_directory {
 public:
  virtual ~peer_directory() = default;

  /// The id of the cluster; 0 until it is known. Any thread.
  virtual std::uint64_t cluster() const = 0;
  /// The code that proves over a text that this node knows the cluster's secret; none: there is no
  /// secret, and nobody has to prove anything. Valid as long as this.
  virtual std::function<std::string(std::string_view)> code() const = 0;
  /// The models that this node serves, as it tells them: text of a model file. Always the same.
  virtual std::string models() const = 0;
  /// Why one that says this is refused before anything is learned from it: it serves models that do
  /// not fit; empty: it is not. Takes note of its models.
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

/// Who this node is to its peers, at both ends of every link: the same for all shippers and the
/// gate of a node.
struct link_identity {
  protocol::node_id self;         ///< this node
  std::string schema;             ///< the served models, as text of a model file
  std::uint64_t incarnation = 0;  ///< of our data directory
  /// The note taker: makes a peer's cluster ours, and puts on the disk what `peers` remembers.
  note_taker_handle notes;
  /// Outlives all links; asked on loop 0, where nothing waits for the disk.
  peer_directory* peers = nullptr;
};

}  // namespace lithair::actors
