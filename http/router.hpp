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
  nowhere,
  malformed,  ///< the path's percent-encoding is broken
  server,     ///< "*": the server as a whole
  index,
  livez,
  readyz,
  status,
  cluster,
  leader,
  members,
  member,
  promote,
  abort,
  transfer,
  raft_vote,
  raft_append,
  raft_install,
  admin_snapshot,
  admin_backup,
  metrics,
  openapi,
  docs,
  items,
  item,
  count,
  random_id,
  history,
  bulk,
  transaction,
  projections,
  projection,
  stream,
};
inline constexpr std::size_t endpoint_count = static_cast<std::size_t>(endpoint::stream) + 1;

/// A word for metrics and logs; of a fixed set, never made from input.
std::string_view name_of(endpoint x);

/// What an endpoint takes, besides OPTIONS and with HEAD where there is GET.
method_set methods_of(endpoint x);

/// Where a path leads.
struct matched {
  endpoint what = endpoint::nowhere;
  const models::collection* target = nullptr;
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

  matched match(std::string_view path) const;

 private:
  struct place {
    endpoint what = endpoint::nowhere;
    const models::collection* target = nullptr;
    std::size_t depth = 0;  // segments of its path
  };
  struct hashed : std::hash<std::string_view> {
    using is_transparent = void;
  };

  matched below(const place& parent, std::string_view name) const;
  matched below(const place& above, std::string_view name, std::string_view detail) const;
  void add(std::string_view path, endpoint what, const models::collection* target);
  const place* find(std::string_view path, std::size_t depth) const;

  std::unordered_map<std::string, place, hashed, std::equal_to<>> places_;
};

}  // namespace lithair::http
