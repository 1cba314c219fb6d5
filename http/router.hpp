#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/request.hpp"
#include "models/schema/schema.hpp"

namespace lithair::http {

/// Every kind of thing that a path can lead to.
enum class endpoint : std::uint8_t {
  nowhere,         ///< the path leads nowhere: 404
  malformed,       ///< the path's percent-encoding is broken
  server,          ///< "*": the server as a whole
  index,           ///< /
  livez,           ///< /livez, /health: the process is there
  readyz,          ///< /readyz, /ready: it serves
  status,          ///< /status
  cluster,         ///< /cluster
  leader,          ///< /raft/leader
  members,         ///< /cluster/members
  member,          ///< /cluster/members/{id}
  promote,         ///< /cluster/members/{id}/promote
  abort,           ///< /cluster/members/abort
  transfer,        ///< /cluster/transfer
  raft_vote,       ///< /raft/vote
  raft_append,     ///< /raft/append-entries
  raft_install,    ///< /raft/install-snapshot
  admin_snapshot,  ///< /_admin/snapshot
  admin_backup,    ///< /_admin/backup
  metrics,         ///< /metrics
  openapi,         ///< /openapi.json
  docs,            ///< /docs
  items,           ///< a collection's path
  item,            ///< {path}/{key}
  count,           ///< {path}/count
  random_id,       ///< {path}/random-id
  history,         ///< {path}/{key}/history
  bulk,            ///< {path}/_bulk
  transaction,     ///< /api/_txn
  projections,     ///< /api/projections
  projection,      ///< /api/projections/{name}
  stream,          ///< {path}/stream
};
/// For tables with a row for each.
inline constexpr std::size_t endpoint_count = static_cast<std::size_t>(endpoint::stream) + 1;

/// A word for metrics and logs; of a fixed set, never made from input.
std::string_view name_of(endpoint where);

/// What an endpoint takes, besides OPTIONS and with HEAD where there is GET. Nothing for `nowhere`
/// and `malformed`.
method_set methods_of(endpoint where);

/// Whether one body may hold many items, or entries of a log, and so may be as long as those of
/// `_bulk`.
bool takes_bulk(endpoint where);

/// Where a path leads.
struct matched {
  endpoint what = endpoint::nowhere;
  const models::collection* target = nullptr;  ///< of a collection's routes, else none
  std::string key;  ///< of an item, a member, a projection: percent-decoded, any bytes
};

/// From paths to endpoints: a table of the fixed paths and the collections'. Segments are decoded
/// one by one, so
/// "%2f" is data in an id, never a separator, and ".." goes nowhere else. Immutable; any thread.
class router {
 public:
  /// `schema` must outlive the router. Throws std::runtime_error when a collection's path is one of
  /// ours.
  explicit router(const models::schema& schema);

  /// `path` is still percent-encoded. A path that is too deep, or ends in a slash, is nowhere.
  matched match(std::string_view path) const;

 private:
  /// What a known path stands for.
  struct place {
    endpoint what = endpoint::nowhere;
    const models::collection* target = nullptr;
    std::size_t depth = 0;  // segments of its path
  };
  /// So that paths are looked up as views.
  struct hashed : std::hash<std::string_view> {
    using is_transparent = void;
  };

  matched below(const place& parent, std::string_view name) const;  ///< one segment below
  /// Two segments below.
  matched below(const place& above, std::string_view name, std::string_view detail) const;
  /// Throws when the path is taken.
  void add(std::string_view path, endpoint what, const models::collection* target);
  const place* find(std::string_view path, std::size_t depth) const;

  std::unordered_map<std::string, place, hashed, std::equal_to<>> places_;
};

}  // namespace lithair::http
