#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/files.hpp"
#include "persistence/pace.hpp"
#include "protocol/types.hpp"

/// A directory of backups, which nodes and even clusters may share: each file says in its name
/// whose it is, so nobody touches another's.
///
///     lithair-<cluster>-node<N>-group<G>-<index>.base   the state as of the index
///     lithair-<cluster>-node<N>-group<G>-<index>.log    entries from the index on
///
/// The cluster has 16 hexadecimal digits, the index 20 decimal ones. `*.new` is on its way to its
/// name.
namespace lithair::persistence {

/// What is in a file.
enum class backup_kind : std::uint8_t { base, log };

/// What a file's name says.
struct backup_name {
  std::uint64_t cluster = 0;
  protocol::group_id group;
  protocol::node_id node;  ///< who wrote it
  backup_kind kind = backup_kind::base;
  protocol::index_t index;

  auto operator<=>(const backup_name&) const = default;
};

/// Without a directory.
std::string to_string(const backup_name& name);
/// None: it is no backup's name.
std::optional<backup_name> parse_backup_name(std::string_view text);

/// One that is there.
struct backup_file {
  backup_name name;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::int64_t written_s = 0;  ///< Unix time of its last change

  auto operator<=>(const backup_file& other) const { return name <=> other.name; }
  bool operator==(const backup_file& other) const { return name == other.name; }
};

/// All complete ones in the directory, ordered by cluster, group, node, kind and index. What else
/// is there is passed over. Throws `storage_error`.
std::vector<backup_file> backup_files(const std::filesystem::path& directory);

/// Of these, those of one kind and node.
std::vector<backup_file> backup_files_of(const std::vector<backup_file>& all,
                                         const backup_name& of);

/// Copies the bytes of a snapshot file under another name, durably, reads them back from the disk,
/// checks them as `snapshot_file` does, and gives them the name `to`. Nothing is left when it
/// fails. Blocks; each piece is synced for itself, so that others who sync do not wait for all of
/// it.
void keep_base(const file& from, const std::filesystem::path& to, pace& at);

/// What of a node's own may go once the newest `keep` bases are there: older bases, and segments
/// that end before the oldest of those. Never the last base.
std::vector<std::filesystem::path> superseded_backups(const std::vector<backup_file>& all,
                                                      const backup_name& of, std::size_t keep);

/// Copies of a node's own that a crash left without their name. Whoever asks makes none meanwhile.
/// Throws `storage_error`.
std::vector<std::filesystem::path> unfinished_bases(const std::filesystem::path& directory,
                                                    const backup_name& of);

}  // namespace lithair::persistence
