#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "persistence/log_store.hpp"
#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// What a node starts from: the log of a group and its durable state, brought into agreement. A
/// crash between the two of a snapshot's installation leaves a log that knows nothing of the state;
/// then the log is begun anew after it. Throws `damaged` when the log begins later than the state
/// ends.
protocol::restored_state recover(log_store& log, const state_store& state,
                                 protocol::group_id group);

/// Makes a new data directory out of a backup: for `node`, with these `members` (the backup's when
/// none), as part of `cluster` (the backup's when 0). Refuses a directory that holds anything
/// (`foreign`), and leaves nothing when it fails.
void restore_backup(const std::filesystem::path& backup, const std::filesystem::path& directory,
                    protocol::node_id node, std::uint64_t cluster = 0,
                    const std::optional<protocol::configuration>& members = std::nullopt);

}  // namespace lithair::persistence
