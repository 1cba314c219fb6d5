#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/types.hpp"

namespace lithair::actors {

/// How much of what a node sends counts.
enum class trust : std::uint8_t {
  none,      ///< it is refused
  requests,  ///< what it asks is answered; its answers, which tell of its disk, count for nothing
  full,
};

/// What the ends of all links of a node ask before they take a peer, and what they tell of it. The
/// node's; on loop 0 and without waiting for the disk. What it notes is on the disk once the note
/// taker has said so.
class peer_directory {
 public:
  virtual ~peer_directory() = default;

  /// The id of the cluster; 0 until it is known. Any thread.
  virtual std::uint64_t cluster() const = 0;
  /// Why a node that serves these models (the text of a model file) can't work with this one;
  /// empty: it can.
  virtual std::string why_other_models(const std::string& schema) const = 0;

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
