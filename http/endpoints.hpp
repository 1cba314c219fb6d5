#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Where paths lead: the first half of the table that the server and its description are read from.
/// `operations.hpp` has the other half, what each of them takes and answers.
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
  certificates,    ///< /cluster/certificates
  tokens,          ///< /cluster/tokens
  revoke_tokens,   ///< /cluster/tokens/revoke
  authority,       ///< /cluster/authority
  raft_vote,       ///< /raft/vote
  raft_append,     ///< /raft/append-entries
  raft_install,    ///< /raft/install-snapshot
  access_tokens,   ///< /_admin/tokens
  access_token,    ///< /_admin/tokens/{number}
  admin_snapshot,  ///< /_admin/snapshot
  admin_backup,    ///< /_admin/backup
  explained,       ///< /_admin/explain/{index}
  dashboard,       ///< /_admin
  dashboard_file,  ///< /_admin/{file}
  live,            ///< /_admin/live
  admin_models,    ///< /_admin/models
  metrics,         ///< /metrics
  openapi,         ///< /openapi.json
  docs,            ///< /docs
  docs_part,       ///< /docs/{name}
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

/// How its path is made.
enum class root : std::uint8_t {
  none,        ///< no path leads there
  fixed,       ///< `paths`, as they are
  collection,  ///< a collection's path, and `below` behind it
  item,        ///< an item's path, and `below` behind it
  member,      ///< a member's path, and `below` behind it
  token,       ///< that of an access token
  entry,       ///< that of an entry of the log
  projection,  ///< that of a projection
  docs_part,   ///< that of a page of the documentation, or of what pages need
  dashboard,   ///< that of a file of the dashboard
};

/// All that is fixed about where an endpoint is.
struct endpoint_facts {
  std::string_view name;  ///< for metrics and logs; of a fixed set, never made from input
  root at = root::none;
  std::array<std::string_view, 2> paths{};  ///< of `fixed`; the second may be empty
  std::string_view below{};                 ///< one more segment; empty: none
  /// One body may hold many items, or entries of a log, and so may be as long as those of `_bulk`.
  bool takes_bulk = false;
};

/// The row of this endpoint.
const endpoint_facts& facts_of(endpoint where);
/// A word for metrics and logs.
inline std::string_view name_of(endpoint where) { return facts_of(where).name; }
/// See `endpoint_facts::takes_bulk`.
inline bool takes_bulk(endpoint where) { return facts_of(where).takes_bulk; }

}  // namespace lithair::http
