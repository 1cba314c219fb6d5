#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "persistence/data_directory.hpp"
#include "persistence/journaled_log_store.hpp"
#include "persistence/set_aside.hpp"
#include "persistence/state_directory.hpp"

/// Opening what a node kept, where some of it may be damaged. Whatever is damaged is never used:
/// with other members it is begun anew so that they can fill it, and with none opening is refused.
namespace lithair::persistence {

/// The log of a node, sound, and what was lost of an earlier one.
struct opened_log {
  /// Never null.
  std::unique_ptr<journaled_log_store> log;
  std::string lost;  ///< why the log was begun anew; empty: it is all there
};

/// Opens the log and reads all of it. A damaged one, or one that is missing although the node has
/// been part of a cluster, took acknowledgements and votes with it: it is set aside as
/// `DIR/damaged-log` (or `damaged-log-2` …), and in the new one each of `groups` is `recovering`,
/// durably and in one step as seen after a crash. Without `has_peers` it throws `damaged` instead,
/// with what to do. The groups that this node has `alone` are copied into the new log; if something
/// of them is damaged, or the log is missing, it throws as well.
opened_log open_log(const data_directory& directory, const lmdb_options& options,
                    std::span<const protocol::group_id> groups, bool has_peers,
                    std::span<const protocol::group_id> alone = {},
                    const journal_options& journal = {});

/// The state of a group and what its core starts from, in agreement with the log.
struct opened_state {
  /// Never null; empty when it is lost, or made again from the log.
  std::unique_ptr<lmdb_state_store> state;
  /// What a core starts with; `applied` is the state's index, or where the log begins when the
  /// state is lost or made again.
  protocol::restored_state restored;
  /// Why the state is gone, and a snapshot is needed before anything is applied; empty: it is
  /// there.
  std::string lost;
  std::string rebuilt;  ///< why it is made again from the log, which reaches back to its beginning
};

/// Opens a group's state and brings it and the (sound) log into agreement, as `recover`. A damaged
/// state is set aside and begun anew: either the log makes all of it again, or it is `lost`. When
/// it is lost and there are no peers this throws `damaged`, with what to do, and the state is left
/// as it is.
opened_state open_state(state_directory& states, log_store& log, protocol::group_id group,
                        const lmdb_options& options, bool has_peers);

}  // namespace lithair::persistence
