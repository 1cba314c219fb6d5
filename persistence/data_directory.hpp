#pragma once

#include <cstdint>
#include <filesystem>

#include "persistence/files.hpp"
#include "persistence/log_store.hpp"

namespace lithair::persistence {

/// The directory of one node, held for this process alone while the object lives.
///
///     DIR/lock        locked by the process that uses DIR; a killed one leaves it unlocked
///     DIR/identity    who DIR belongs to, as text
///     DIR/tls/        certificates of a node with --secure, which are not this class's
///     DIR/founder     the cluster that this node founded, as a decimal number; none: it did not
///     DIR/log/        the log environment
///     DIR/state/      one directory per group, see `state_directory`
///     DIR/snapshots/  snapshot files, complete and incoming
class data_directory {
 public:
  /// Opens or creates, and counts a boot. Without `node` the directory must exist, and is whoever's
  /// it is; `cluster` 0 is any. Creates nothing when `path` holds something else or belongs to
  /// another node or cluster. Throws `storage_error`: locked, foreign, bad_format, damaged, access,
  /// full, io.
  data_directory(const std::filesystem::path& path, protocol::node_id node,
                 std::uint64_t cluster = 0);

  /// As on the disk: this boot is counted, and the cluster is what the node last joined.
  const persistence::identity& identity() const { return identity_; }
  /// Absolute, and without "." or "..".
  const std::filesystem::path& path() const { return path_; }
  /// The three directories exist once the object does.
  std::filesystem::path log_path() const { return path_ / "log"; }
  std::filesystem::path state_path() const { return path_ / "state"; }
  std::filesystem::path snapshots_path() const { return path_ / "snapshots"; }

  /// The node became part of this cluster; durable when it returns. Throws `foreign` when it
  /// belongs to another one already.
  void join(std::uint64_t cluster);
  /// The same for a cluster that this node founds. It may then write the first entry of the
  /// cluster's log, also after a crash that came before it did; nobody else may.
  void found(std::uint64_t cluster);
  /// Whether this node founded the cluster that it is part of, in this directory's life.
  bool founded() const;

 private:
  /// Reads the identity or makes a new one, compares it with what is wanted, and counts the boot.
  void claim(protocol::node_id node, std::uint64_t cluster);
  /// Makes the identity durable.
  void save() const;

  std::filesystem::path path_;
  /// Held as long as the object lives; the kernel lets go of it when the process ends.
  file lock_;
  persistence::identity identity_;
};

/// Whether a data directory lives at `path`; false too for a missing or an empty one.
bool holds_data(const std::filesystem::path& path);

}  // namespace lithair::persistence
