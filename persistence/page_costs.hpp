#pragma once

#include <cstdint>

#include "persistence/lmdb_transaction.hpp"
#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// What changes cost in pages that LMDB holds in memory until it commits: about, and rather too
/// much. Pairs that lie beside each other share their pages, so that a run of new keys costs what
/// it weighs, and keys from all over the map a page each.
class page_costs {
 public:
  /// Of changes to what that reader sees; it is moved, and must outlive this.
  explicit page_costs(lmdb_cursor& map) : map_(map) {}

  /// Of the next change; keys rise from call to call. Throws `storage_error` as the cursor does.
  std::uint64_t of(const change_view& change);

 private:
  lmdb_cursor& map_;
  bool begun_ = false;
  /// Whether the cursor is at a pair: the first one behind the last change.
  bool has_next_ = false;
};

}  // namespace lithair::persistence
