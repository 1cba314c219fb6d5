#include "persistence/salvage.hpp"

#include <algorithm>

#include "persistence/files.hpp"
#include "persistence/recovery.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw storage_error(storage_errc::damaged,
                      why + "; no other member is known that could repair it: restore a backup into "
                            "a new directory, with --restore FILE --data-dir DIR");
}

bool is_damage(const storage_error& error) {
  return error.code() == storage_errc::damaged;
}

// -- the log -----------------------------------------------------------------------------------

fs::path mark_of(const data_directory& directory) {
  return directory.path() / "log-lost";
}

fs::path damaged_place(const data_directory& directory) {
  return directory.path() / "damaged-log";
}

/// Where a node has been part of a cluster, its log was written: it can't be empty.
void require_log(const data_directory& directory) {
  if (directory.identity().cluster == 0 || fs::exists(directory.log_path() / "data.mdb")) return;
  throw storage_error(storage_errc::damaged, directory.log_path().string() + " is missing");
}

std::unique_ptr<lmdb_log_store> open_checked(const data_directory& directory,
                                             const lmdb_options& options,
                                             std::span<const protocol::group_id> groups) {
  require_log(directory);
  auto log = std::make_unique<lmdb_log_store>(directory.log_path(), options);
  for (const auto group : groups) (void)log->restore(group);
  return log;
}

/// From here on the old log is not used any more, whatever happens.
void condemn_log(const data_directory& directory, const std::string& why) {
  remove_path(damaged_place(directory));
  replace_file(mark_of(directory), why + '\n');
}

/// A new log takes the place of one that was condemned. When this was interrupted before, what is in
/// that place is either still the old one or a part of the new one.
std::unique_ptr<lmdb_log_store> begin_anew(const data_directory& directory,
                                           const lmdb_options& options,
                                           std::span<const protocol::group_id> groups) {
  const auto place = directory.log_path();
  if (fs::exists(damaged_place(directory)))
    remove_path(place);
  else if (fs::exists(place))
    move_file(place, damaged_place(directory));
  make_directory(place);
  auto log = std::make_unique<lmdb_log_store>(place, options);
  std::vector<group_write> states;
  for (const auto group : groups) {
    states.push_back({group, {}});
    states.back().write.state = protocol::hard_state{{}, {}, true};
  }
  log->write(states);
  remove_path(mark_of(directory));
  sync_directory(directory.path());
  return log;
}

// -- the state ---------------------------------------------------------------------------------

opened_state open_sound(state_directory& states, log_store& log, protocol::group_id group,
                        const lmdb_options& options) {
  opened_state out;
  out.state = states.open(options);
  out.restored = recover(log, *out.state, group);
  // A log that was begun anew knows no term; the state's is the least that there was.
  auto& hard = out.restored.state;
  hard.term = std::max(hard.term, out.restored.snapshot_term);
  return out;
}

}  // namespace

opened_log open_log(const data_directory& directory, const lmdb_options& options,
                    std::span<const protocol::group_id> groups, bool has_peers) {
  auto lost = read_file(mark_of(directory));
  if (!lost) {
    try {
      return {open_checked(directory, options, groups), {}};
    } catch (const storage_error& error) {
      if (!is_damage(error)) throw;
      if (!has_peers) refuse(error.what());
      lost = error.what();
      condemn_log(directory, *lost);
    }
  }
  if (lost->ends_with('\n')) lost->pop_back();
  if (!has_peers) refuse(*lost);
  return {begin_anew(directory, options, groups), *lost};
}

opened_state open_state(state_directory& states, log_store& log, protocol::group_id group,
                        const lmdb_options& options, bool has_peers) {
  std::string why;
  try {
    return open_sound(states, log, group, options);
  } catch (const storage_error& error) {
    if (!is_damage(error)) throw;
    why = error.what();
  }
  opened_state out;
  out.restored = log.restore(group);
  const bool log_is_whole = !out.restored.snapshot_index;
  if (!log_is_whole && !has_peers) refuse(why);
  out.state = states.begin_anew(options);
  (log_is_whole ? out.rebuilt : out.lost) = why;
  out.restored.applied = out.restored.snapshot_index;
  return out;
}

}  // namespace lithair::persistence
