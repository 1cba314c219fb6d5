#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/schema/schema.hpp"

namespace lithair::actors {

/// A read model of a program's own that is served over HTTP; see publication.hpp for how to make
/// one. Any thread.
class published {
 public:
  /// The model as of an index: all changes up to there are folded in, and nothing else.
  struct picture {
    std::uint64_t applied = 0;
    std::string json;
  };

  virtual ~published() = default;

  /// Served at /api/projections/{name}.
  virtual std::string_view name() const = 0;
  /// Whose events are folded in.
  virtual const models::collection& from() const = 0;
  /// As of here it would be read now; 0: it is being built.
  virtual std::uint64_t applied() const = 0;
  /// It follows no more, for good.
  virtual bool has_ended() const = 0;
  /// Has it look soon how far the changes have come.
  virtual void hurry() const = 0;
  /// On the loop on which it is folded. Throws what the program's own code throws.
  virtual picture read() const = 0;
};

}  // namespace lithair::actors
