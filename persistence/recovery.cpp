#include "persistence/recovery.hpp"

#include <string>

#include "persistence/data_directory.hpp"
#include "persistence/files.hpp"
#include "persistence/lmdb_log_store.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/state_directory.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;
using protocol::group_id;

namespace {

/// Whether the log has the state's last entry, or begins right after it.
bool log_continues(const log_store& log, group_id group, const applied_point& point) {
  if (!point.index) return true;
  const auto there = log.point_at(group, point.index);
  return there && there->term == point.term;
}

/// A snapshot is installed where nothing of the log before it is needed any more.
void begin_log_after(log_store& log, group_id group, const applied_point& point) {
  log.reset(group, {point.index, point.term, point.members, 0, 0});
}

/// A log with nothing in it behind the state.
void begin_group(log_store& log, group_id group, const applied_point& point) {
  begin_log_after(log, group, point);
  group_write begin{group, {}};
  // The term of the state's last entry has been, so it may not come again. The node has voted for
  // nobody in it.
  begin.write.state = protocol::hard_state{point.term, {}};
  log.write(std::span(&begin, 1));
}

void check_meeting(const protocol::restored_state& log, group_id group,
                   const applied_point& point) {
  // Entries between the two are in neither, and only a snapshot could bring them.
  if (log.snapshot_index <= point.index) return;
  throw storage_error(storage_errc::damaged,
                      "the log of group " + std::to_string(group.value) + " begins after entry " +
                          std::to_string(log.snapshot_index.value) + ", but the state ends at " +
                          std::to_string(point.index.value));
}

fs::path place_for_building(const fs::path& directory) {
  auto out = fs::absolute(directory).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  out += ".restoring";
  return out;
}

}  // namespace

protocol::restored_state recover(log_store& log, const state_store& state, group_id group) {
  const auto point = state.applied();
  auto out = log.restore(group);
  check_meeting(out, group, point);
  // The log lacks the state's last entry: a snapshot was installed, and the log not yet reset to
  // it.
  if (!log_continues(log, group, point)) {
    begin_log_after(log, group, point);
    out = log.restore(group);
  }
  out.applied = point.index;
  return out;
}

void restore_backup(const fs::path& backup, const fs::path& directory, protocol::node_id node,
                    const restore_options& how) {
  const snapshot_file from(backup);
  std::optional<snapshot_file> other;
  if (!how.other_backup.empty()) other.emplace(how.other_backup);
  // All of it, before anything is made.
  from.verify();
  if (other) other->verify();
  if (fs::exists(directory) && !(fs::is_directory(directory) && fs::is_empty(directory)))
    throw storage_error(storage_errc::foreign, directory.string() + " holds something already");
  // Beside the directory and renamed at the end: what has the name is complete.
  const auto place = place_for_building(directory);
  remove_path(place);
  try {
    const data_directory made(place, node, how.cluster != 0 ? how.cluster : from.header().cluster);
    state_directory states(made.state_path(), from.header().group);
    states.install(from, how.members);
    const auto state = states.open();
    if (how.amend) how.amend(*state);
    const auto point = state->applied();
    lmdb_log_store log(made.log_path());
    begin_group(log, from.header().group, point);
    if (how.other) {
      state_directory others(made.state_path(), how.other);
      if (other) others.install(*other, how.members);
      const auto beside = others.open();
      how.amend_other(*beside, *state);
      begin_group(log, how.other, beside->applied());
    }
  } catch (...) {
    remove_path(place);
    throw;
  }
  move_file(place, place.parent_path() / place.stem());
}

}  // namespace lithair::persistence
