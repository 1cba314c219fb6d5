#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "persistence/files.hpp"
#include "protocol/message.hpp"

namespace lithair::persistence {

/// A snapshot on its way in, chunk by chunk, in `DIR/snapshots/<group>.incoming`. What arrived
/// before a restart is checked and kept. Belongs to one thread.
class incoming_snapshot {
 public:
  /// `snapshots` is the data directory's `snapshots_path()`, which must exist.
  incoming_snapshot(const std::filesystem::path& snapshots, protocol::group_id group);

  /// How many bytes of this snapshot are here; whatever is here of another one is dropped.
  std::uint64_t received(const protocol::snapshot_meta& meta);

  /// Takes a chunk that begins where the bytes so far end; drops any other. Returns the bytes so
  /// far, which is where the sender goes on. Chunks are not durable, they are checked instead.
  std::uint64_t receive(const protocol::snapshot_meta& meta, std::uint64_t offset,
                        std::string_view bytes);

  /// Once all `meta.size` bytes are here: checks them all, makes the file durable and gives it its
  /// name, which is returned. Throws `damaged`, or `foreign` for bytes of another cluster, and then
  /// has dropped what was received. A `cluster` of 0 is any.
  std::filesystem::path finish(const protocol::snapshot_meta& meta, std::uint64_t cluster);

  /// Forgets and removes what was received.
  void drop();

 private:
  /// Opens the file anew for this snapshot, keeping what is sound.
  void resume(const protocol::snapshot_meta& meta);
  /// Throws unless the file is this snapshot, of this group and cluster, and sound to its end.
  void check(const protocol::snapshot_meta& meta, std::uint64_t cluster) const;

  std::filesystem::path directory_;
  protocol::group_id group_;
  /// None until a chunk or a question comes, and after the end.
  std::optional<file> file_;
  /// The snapshot that the file is of, as far as there is one.
  protocol::snapshot_meta of_;
  /// Bytes at the file's start that are of it.
  std::uint64_t received_ = 0;
};

/// The name of a complete snapshot: `DIR/snapshots/<group>-<index>.snapshot`.
std::filesystem::path snapshot_path(const std::filesystem::path& snapshots,
                                    protocol::group_id group, protocol::index_t index);

/// The complete snapshot of the group with the greatest index, by its name; none when there is
/// none. Its content is not looked at.
std::optional<std::filesystem::path> latest_snapshot(const std::filesystem::path& snapshots,
                                                     protocol::group_id group);

/// Removes what a crash left of the group's snapshots while they were written, and all complete
/// ones but the latest. For a start, when nobody writes or reads one.
void remove_superseded_snapshots(const std::filesystem::path& snapshots, protocol::group_id group);

/// Removes the group's complete snapshots of lower index.
void remove_snapshots_before(const std::filesystem::path& snapshots, protocol::group_id group,
                             protocol::index_t index);

}  // namespace lithair::persistence
