#pragma once

#include <optional>
#include <vector>

#include "persistence/lmdb_transaction.hpp"
#include "protocol/core.hpp"

/// Reading the log back, with every check there is: each record's checksum, that no index is
/// missing and that terms never fall. All throw `storage_error` where something is damaged.
namespace lithair::persistence {

/// The whole log of `group`, in one pass; but for `applied`, which is not in a log. `at` is left
/// anywhere, here and below.
protocol::restored_state restore_log(lmdb_cursor& at, protocol::group_id group);

/// As `log_store::read`.
std::vector<protocol::entry> read_entries(lmdb_cursor& at, protocol::group_id group,
                                          protocol::index_t first, protocol::index_t last,
                                          std::uint64_t max_bytes);

/// Where the log begins; none when it was never purged.
std::optional<protocol::snapshot_meta> find_snapshot_point(lmdb_cursor& at,
                                                           protocol::group_id group);

/// The last configuration entry up to `index`; none when there is none in the log.
std::optional<protocol::configuration> find_members_as_of(lmdb_cursor& at, protocol::group_id group,
                                                          protocol::index_t index);

}  // namespace lithair::persistence
