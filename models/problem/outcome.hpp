#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "models/problem/problem.hpp"

namespace lithair::models {

/// A value or why the client is refused. Nothing here throws for what a client sent.
template <class T>
using result = tl::expected<T, problem>;

/// What became of an item of which another group keeps a part; see models/command/local_fields.hpp.
struct written_part {
  std::uint16_t status = 200;  ///< of the operation: 200, 201 or 204
  std::string record;          ///< as it is now; empty: gone
  /// Of a repeated request, where the item can't be told any more as it was: `record` has its key
  /// alone
  bool key_only = false;
};

/// What the client of a command is told. The same on every node.
struct outcome {
  std::uint16_t status = 500;  ///< of HTTP
  std::string body;            ///< JSON: the item, or a problem when status >= 400; empty for 204
  std::uint64_t version = 0;   ///< the item's ETag: the log index of its last change; 0: none
  std::string location;        ///< of a created item: its key as text, percent-encoded for a path
  bool replayed = false;  ///< the stored answer to an earlier request of the same Idempotency-Key
  bool minimal = false;   ///< the body tells of some items no more than their keys
  /// One for each operation, if any of them is of a collection that this schema holds a part of.
  std::vector<written_part> parts = {};
  /// Also of the item's ETag: tells the body from others of this version, see
  /// models/state/variant.hpp; 0: the version does
  std::uint64_t variant = 0;
};

}  // namespace lithair::models
