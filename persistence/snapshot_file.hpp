#pragma once

#include <cstdint>
#include <filesystem>

#include "persistence/files.hpp"
#include "persistence/pace.hpp"
#include "persistence/state_store.hpp"
#include "protocol/message.hpp"

/// The state of a group as of one index, as a file: what is shipped to a peer that lags too far,
/// and what an operator keeps as backup. It does not depend on LMDB or on the machine. Its bytes,
/// as a grammar, are in README.md.
namespace lithair::persistence {

/// What the file says about itself at its start.
struct snapshot_header {
  /// Which cluster the state is of; restoring a backup may replace it.
  std::uint64_t cluster = 0;
  /// Which Raft group the state is of.
  protocol::group_id group;
  /// What the pairs are the state of, their digest and count included.
  applied_point point;
  std::uint64_t length = 0;    ///< bytes of the file
  std::uint64_t checksum = 0;  ///< of the header, and thereby of everything

  bool operator==(const snapshot_header&) const = default;
};

/// What the Raft core calls it.
protocol::snapshot_meta meta_of(const snapshot_header& header);

/// Writes the state in `from` to `path`, durably: a crash leaves the whole file or, at most,
/// another one beside it that the next attempt overwrites. Call it on the thread that commits to
/// `from`: nobody may commit meanwhile. Throws `damaged`, and leaves nothing, when the state is not
/// what its digest says. Without a pace it hurries.
snapshot_header write_snapshot(const state_store& from, protocol::group_id group,
                               std::uint64_t cluster, const std::filesystem::path& path,
                               pace* at = nullptr);

/// A snapshot file that is read. Opening checks the header, `read` all the rest.
class snapshot_file {
 public:
  /// Throws `storage_error`: access, damaged, bad_format, or foreign for a file that is no
  /// snapshot.
  explicit snapshot_file(const std::filesystem::path& path);

  /// Checked when the file was opened.
  const snapshot_header& header() const { return header_; }

  /// Visits all pairs in key order, each part checked before it is shown; throws `damaged`. Holds
  /// about 64 KiB, or one pair when that is larger.
  void read(const pair_visitor& visit) const;
  /// The same without a visitor.
  void verify() const;

  /// Up to `most` bytes from `offset`, for shipping.
  std::string bytes(std::uint64_t offset, std::size_t most) const {
    return file_.read(offset, most);
  }
  /// How much of the file, from its start, is whole and sound; for one that is still being
  /// received.
  std::uint64_t sound_length() const;

 private:
  /// All of the header behind its size. Throws `damaged`.
  void parse_fields(std::string_view bytes);

  file file_;
  snapshot_header header_;
  /// Where the frames begin.
  std::uint64_t header_size_ = 0;
  /// What the heads of all frames must come to.
  std::uint64_t frames_checksum_ = 0;
};

}  // namespace lithair::persistence
