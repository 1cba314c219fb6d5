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

/// Logs that were set aside: `damaged-log`, then `damaged-log-2` and so on. None is ever removed here.
fs::path damaged_place(const data_directory& directory, unsigned number) {
  const std::string name = "damaged-log";
  return directory.path() / (number <= 1 ? name : name + '-' + std::to_string(number));
}

fs::path unused_place(const data_directory& directory) {
  unsigned number = 1;
  while (fs::exists(damaged_place(directory, number))) ++number;
  return damaged_place(directory, number);
}

/// What the mark says: why, and in its second line where the log goes.
struct lost_log {
  std::string why;
  fs::path place;
};

lost_log read_mark(const data_directory& directory, const std::string& text) {
  const auto end = text.find('\n');
  auto name = end == std::string::npos ? std::string() : text.substr(end + 1);
  if (name.ends_with('\n')) name.pop_back();
  return {text.substr(0, end), name.empty() ? damaged_place(directory, 1) : directory.path() / name};
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
lost_log condemn_log(const data_directory& directory, std::string why) {
  std::replace(why.begin(), why.end(), '\n', ' ');
  lost_log lost{std::move(why), unused_place(directory)};
  replace_file(mark_of(directory), lost.why + '\n' + lost.place.filename().string() + '\n');
  return lost;
}

/// A new log takes the place of one that was condemned. When this was interrupted before, what is in
/// that place is either still the old one or a part of the new one.
std::unique_ptr<lmdb_log_store> begin_anew(const data_directory& directory,
                                           const lmdb_options& options,
                                           std::span<const protocol::group_id> groups, const fs::path& old) {
  const auto place = directory.log_path();
  if (fs::exists(old))
    remove_path(place);
  else if (fs::exists(place))
    move_file(place, old);
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

std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t out = 0;
  std::error_code ignored;
  for (fs::recursive_directory_iterator at{directory, ignored}, end; at != end; at.increment(ignored))
    if (at->is_regular_file(ignored)) out += at->file_size(ignored);
  return out;
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
  lost_log lost;
  if (const auto mark = read_file(mark_of(directory))) {
    lost = read_mark(directory, *mark);
  } else {
    try {
      return {open_checked(directory, options, groups), {}};
    } catch (const storage_error& error) {
      if (!is_damage(error)) throw;
      if (!has_peers) refuse(error.what());
      lost = condemn_log(directory, error.what());
    }
  }
  if (!has_peers) refuse(lost.why);
  return {begin_anew(directory, options, groups, lost.place), lost.why};
}

std::vector<set_aside_copy> set_aside(const data_directory& directory) {
  std::vector<set_aside_copy> out;
  for (unsigned number = 1; fs::exists(damaged_place(directory, number)); ++number)
    out.push_back({damaged_place(directory, number), "a log that was damaged", bytes_in(damaged_place(directory, number))});
  std::error_code missing;
  for (const auto& group : fs::directory_iterator(directory.state_path(), missing)) {
    for (const auto& entry : fs::directory_iterator(group.path(), missing)) {
      if (!entry.path().filename().string().starts_with(set_aside_prefix)) continue;
      auto why = read_file(entry.path() / "damaged").value_or("a state that was damaged");
      out.push_back({entry.path(), why.substr(0, why.find('\n')), bytes_in(entry.path())});
    }
  }
  return out;
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
