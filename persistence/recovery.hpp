#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// How what is restored differs from the backup.
struct restore_options {
  std::uint64_t cluster = 0;                            ///< 0: the backup's
  std::optional<protocol::configuration> members = {};  ///< none: the backup's
  /// Commits something more to the restored state, before its log begins behind it; may be none.
  std::function<void(state_store&)> amend = {};
  /// A group that the backup does not have, with the same members. None: there is no such group.
  protocol::group_id other = {};
  /// The backup with its state, of that group; empty: it has none
  std::filesystem::path other_backup = {};
  /// Commits something more to its state, at least as of which index it is; its log begins there.
  /// `restored` is done.
  std::function<void(state_store&, const state_store& restored)> amend_other = {};
};

/// Makes a new data directory for `node` out of a backup. Refuses a directory that holds anything
/// (`foreign`), and leaves nothing when it fails.
void restore_backup(const std::filesystem::path& backup, const std::filesystem::path& directory,
                    protocol::node_id node, const restore_options& how = {});

}  // namespace lithair::persistence
