#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/schema/schema.hpp"

namespace lithair::actors {

/// A read model of a program's own that is served over HTTP; see publication.hpp for how to make
/// one. Any thread, unless said otherwise.
class published {
 public:
  /// The model as of an index: all changes up to there are folded in, and nothing else.
  struct picture {
    std::uint64_t applied = 0;  ///< the index
    std::string json;           ///< one JSON value
  };

  /// Shared by the server and whoever made it; the last one ends it.
  virtual ~published() = default;

  /// Served at /api/projections/{name}. The view lives as long as the object.
  virtual std::string_view name() const = 0;
  /// Whose events are folded in: the group that keeps it tells how far a read must see.
  virtual const models::collection& from() const = 0;
  /// As of here it would be read now; 0: it is being built.
  virtual std::uint64_t applied() const = 0;
  /// It follows no more, for good: the node has stopped, or it could not go on.
  virtual bool has_ended() const = 0;
  /// Has it look soon how far the changes have come, where those were none of its collection.
  virtual void hurry() const = 0;
  /// What it is now. Only on the loop on which it is folded, so that it is as of a whole entry.
  /// Throws what the program's own code throws.
  virtual picture read() const = 0;
};

}  // namespace lithair::actors
