#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "actors/embedded/caller.hpp"

namespace lithair::actors {

/// The records of a cluster itself (models/schema/cluster_records.hpp) as any of its nodes reads
/// and writes them. A write names the version that it was made from, and is refused by the log's
/// order when another was first: so what comes of two that decide at once is what one decides after
/// the other.
///
///     read(name) ─▶ value, version ─▶ decide ─▶ write(name, new value, version) ─▶ done
///                                        ▲                  │ 412: another one was first
///                                        └──────────────────┘
///
/// A handle; a copy speaks through the same actor, and what is asked when the last one goes is
/// answered 503 or 504. Thread-safe; the rules of `caller` hold.
class cluster_records {
 public:
  struct record {
    std::string value;          ///< JSON; empty: there is none
    std::uint64_t version = 0;  ///< 0: there is none
  };
  /// Called once, on a loop's thread, where it must not block; or on that which asks, once the node
  /// has stopped.
  using on_read = std::function<void(models::result<record>)>;
  using on_written = std::function<void(models::result<std::uint64_t>)>;

  explicit cluster_records(node& of);

  /// As of now, whichever node leads; or as `level` says. 503, 504: it could not be told.
  void read(std::string_view name, on_read done,
            consistency level = consistency::linearizable) const;
  /// `value`: JSON but null, at most what an item takes. `version`: what the record must be of, 0:
  /// there must be none. The version it is of then. 412: it is of another; 503: certainly not
  /// written; 504: it may or may not be.
  void write(std::string_view name, std::string_view value, std::uint64_t version,
             on_written done) const;

 private:
  caller through_;
};

}  // namespace lithair::actors
