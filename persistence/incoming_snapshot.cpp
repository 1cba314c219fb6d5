#include "persistence/incoming_snapshot.hpp"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "persistence/fault_points.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;
using protocol::group_id;
using protocol::index_t;
using protocol::snapshot_meta;

namespace {

constexpr std::string_view suffix = ".snapshot";

/// The index in the name of a complete snapshot of the group.
std::optional<index_t> index_in(const fs::path& path, group_id group) {
  const auto name = path.filename().string();
  const auto prefix = std::to_string(group.value) + '-';
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  if (name.size() <= prefix.size() + suffix.size()) return std::nullopt;
  const auto digits =
      std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  std::uint64_t index = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return index_t{index};
}

}  // namespace

incoming_snapshot::incoming_snapshot(const fs::path& snapshots, group_id group)
    : directory_(snapshots), group_(group) {}

std::uint64_t incoming_snapshot::received(const snapshot_meta& meta) {
  if (!file_ || of_ != meta) resume(meta);
  return received_;
}

/// Keeps what is on the disk as far as it is sound, if it is of this snapshot at all.
void incoming_snapshot::resume(const snapshot_meta& meta) {
  const auto path = directory_ / (std::to_string(group_.value) + ".incoming");
  received_ = 0;
  try {
    if (fs::exists(path)) {
      const snapshot_file partial(path);
      // The header holds the checksum of the whole file, so an equal one is of the same bytes.
      if (meta_of(partial.header()) == meta) received_ = partial.sound_length();
    }
  } catch (const storage_error&) {
    // A header that is cut off, or damaged: nothing of it can be used.
    received_ = 0;
  }
  file_.emplace(path, file::mode::create_or_open);
  // What follows the sound part would be taken for received the next time.
  file_->truncate(received_);
  of_ = meta;
}

std::uint64_t incoming_snapshot::receive(const snapshot_meta& meta, std::uint64_t offset,
                                         std::string_view bytes) {
  // Repeated, early or of another snapshot. The answer tells the sender where to go on.
  if (received(meta) != offset || bytes.size() > meta.size - received_) return received_;
  file_->write(offset, bytes);
  received_ += bytes.size();
  reach(fault_point::receive_chunk);
  return received_;
}

fs::path incoming_snapshot::finish(const snapshot_meta& meta, std::uint64_t cluster) {
  if (received(meta) != meta.size)
    throw storage_error(storage_errc::damaged, "the snapshot has not arrived as a whole");
  try {
    // Before it has a name that says it is complete.
    check(meta, cluster);
  } catch (const storage_error&) {
    // A second attempt would find the same bytes; so it begins with none.
    drop();
    throw;
  }
  // The bytes first, then the name: what has the name is whole after any crash.
  file_->sync();
  reach(fault_point::receive_before_rename);
  auto complete = snapshot_path(directory_, group_, meta.index);
  move_file(file_->path(), complete);
  // From here on it is a complete snapshot like any other; the next one begins a new file.
  file_.reset();
  received_ = 0;
  return complete;
}

void incoming_snapshot::check(const snapshot_meta& meta, std::uint64_t cluster) const {
  const snapshot_file arrived(file_->path());
  const auto& header = arrived.header();
  if (header.group != group_ || (cluster != 0 && header.cluster != cluster))
    throw storage_error(storage_errc::foreign, "the snapshot is of another cluster or group");
  if (meta_of(header) != meta)
    throw storage_error(storage_errc::damaged, "the snapshot is not the one that was announced");
  arrived.verify();
}

void incoming_snapshot::drop() {
  if (file_) remove_path(file_->path());
  file_.reset();
  received_ = 0;
}

fs::path snapshot_path(const fs::path& snapshots, group_id group, index_t index) {
  return snapshots /
         (std::to_string(group.value) + '-' + std::to_string(index.value) + std::string(suffix));
}

std::optional<fs::path> latest_snapshot(const fs::path& snapshots, group_id group) {
  std::optional<fs::path> out;
  index_t latest;
  for (const auto& entry : fs::directory_iterator(snapshots)) {
    const auto index = index_in(entry.path(), group);
    if (!index || (out && *index < latest)) continue;
    out = entry.path();
    latest = *index;
  }
  return out;
}

void remove_superseded_snapshots(const fs::path& snapshots, group_id group) {
  const auto begin = std::to_string(group.value) + '-';
  const auto unfinished = std::string(suffix) + ".new";
  std::vector<fs::path> spent;
  for (const auto& entry : fs::directory_iterator(snapshots)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(unfinished)) spent.push_back(entry.path());
  }
  for (const auto& each : spent) remove_path(each);
  if (const auto latest = latest_snapshot(snapshots, group))
    remove_snapshots_before(snapshots, group, *index_in(*latest, group));
}

void remove_snapshots_before(const fs::path& snapshots, group_id group, index_t index) {
  for (const auto& entry : fs::directory_iterator(snapshots)) {
    const auto found = index_in(entry.path(), group);
    if (found && *found < index) remove_path(entry.path());
  }
}

}  // namespace lithair::persistence
