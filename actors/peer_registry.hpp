#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include "protocol/types.hpp"

namespace lithair::actors {

/// Remembers which data directory each peer came with. A member whose directory was wiped or replaced has
/// forgotten its votes and what it acknowledged: under its old id it could help elect a leader that lacks
/// committed entries. So it is refused until the cluster has removed it and adds it again.
///
///     DIR/peers := "self" SP hex NL "members-as-of" SP index NL { node SP hex NL }*
///
/// Owned by the node; after construction only used on loop 0. Throws storage_error.
class peer_registry {
 public:
  /// Reads `file`; the first time, draws this directory's own incarnation.
  explicit peer_registry(std::filesystem::path file);

  /// A random number that this data directory has had from its beginning.
  std::uint64_t own() const { return own_; }

  /// Whether `node` came with the directory it had before; the first one it comes with is remembered, durably.
  [[nodiscard]] bool admit(std::uint64_t node, std::uint64_t incarnation);

  /// The committed members as of `index`: whoever is not among them may come with another directory next time.
  void members_committed(protocol::index_t index, const std::set<std::uint64_t>& nodes);

 private:
  void save() const;

  std::filesystem::path file_;
  std::uint64_t own_ = 0;
  std::uint64_t members_as_of_ = 0;
  std::map<std::uint64_t, std::uint64_t> known_;
};

}  // namespace lithair::actors
