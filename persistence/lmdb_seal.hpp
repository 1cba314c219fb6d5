#pragma once

#include <cstdint>
#include <filesystem>

#include "persistence/files.hpp"

namespace lithair::persistence {

/// The checksums of an LMDB file's two meta pages, in a small file beside it, as of the last
/// commit.
///
/// LMDB opens whichever meta page has the higher transaction number and looks sound to it; a
/// flipped bit there can take it back by one commit, to a state that is sound in itself. The seal
/// tells. It is not synced: after a power loss it may be older than the data file, and then vouches
/// for nothing; it is never newer.
class lmdb_seal {
 public:
  /// Opens or creates `directory`/seal; the data file need not be there yet.
  explicit lmdb_seal(const std::filesystem::path& directory);

  /// Throws `storage_error{damaged}` when the data file is not the one that was sealed, or a later
  /// one. Without a sound seal nothing is known, and nothing thrown.
  void check() const;

  /// Whether the data file is as of the last `renew`.
  bool is_current() const;

  /// After each commit. Throws what reading the one file and writing the other throw.
  void renew();

 private:
  std::filesystem::path data_path_;
  /// Kept open, for it is written after each commit.
  file seal_;
};

}  // namespace lithair::persistence
