#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/node/group.hpp"
#include "actors/node/surroundings.hpp"
#include "actors/storage/backup_board.hpp"

namespace lithair::actors {

/// A node's scheduled backups of one of its groups: the two actors that make them. Owned by the
/// composition, made and ended by its thread.
class backups {
 public:
  /// What it is made for; pointers outlive it.
  struct setup {
    backup_config config;  ///< with a directory
    protocol::node_id node;
    std::string models;                      ///< of the node, as text
    std::function<std::uint64_t()> cluster;  ///< 0 until known; any thread
    const persistence::log_store* log = nullptr;
    std::uint64_t log_margin = 0;  ///< entries that it keeps behind a checkpoint, about
    surroundings where;
    std::shared_ptr<backup_board> board;  ///< where it tells how it stands
    /// How far the group's log reached when it was opened, where nobody else has it
    protocol::index_t reached = protocol::index_t{UINT64_MAX};
  };

  /// Spawns them. `of` has begun.
  backups(const setup& s, const group& of);

  std::vector<caf::actor> actors() const;
  /// Has what is settled archived, for at most so long.
  void settle(caf::scoped_actor& self, std::uint32_t limit_ms);
  /// Ends them and returns when they have ended; before the group does.
  void end(caf::scoped_actor& self);

 private:
  protocol::group_id group_;
  base_keeper_handle keeper_;
  log_archiver_handle archiver_;
};

}  // namespace lithair::actors
