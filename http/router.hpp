#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/endpoints.hpp"
#include "models/schema/schema.hpp"

namespace lithair::http {

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
