#include "persistence/salvage.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "persistence/files.hpp"
#include "persistence/lmdb_transaction.hpp"
#include "persistence/log_recovery.hpp"
#include "persistence/mutants.hpp"
#include "persistence/recovery.hpp"
#include "persistence/set_aside.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw storage_error(storage_errc::damaged,
                      why +
                          "; no other member is known that could repair it: restore a backup into "
                          "a new directory, with --restore FILE --data-dir DIR");
}

[[noreturn]] void refuse_local_data(const std::string& why) {
  throw storage_error(storage_errc::damaged,
                      why +
                          "; it holds local data that no other node has: to go on without that, "
                          "remove this node from the cluster and add it again with an empty "
                          "directory");
}

bool is_damage(const storage_error& error) { return error.code() == storage_errc::damaged; }

// -- the log -------------------------------------------------------------------------------------

fs::path mark_of(const data_directory& directory) { return directory.path() / "log-lost"; }

/// A log that is not used any more, and where it goes.
struct condemned_log {
  std::string why;
  std::string place;
};

/// A name that none has that was set aside before: it may be the last copy of something.
std::string unused_place(const data_directory& directory) {
  std::string name = "damaged-log";
  if (mutated(mutant::deletes_earlier_damaged_log)) {
    remove_path(directory.path() / name);
    return name;
  }
  for (int n = 2; fs::exists(directory.path() / name); ++n)
    name = "damaged-log-" + std::to_string(n);
  return name;
}

/// Where a node has been part of a cluster, its log was written: it can't be empty.
void require_log(const data_directory& directory) {
  if (directory.identity().cluster == 0 || fs::exists(directory.log_path() / "data.mdb")) return;
  throw storage_error(storage_errc::damaged, directory.log_path().string() + " is missing");
}

std::unique_ptr<journaled_log_store> open_checked(const data_directory& directory,
                                                  const lmdb_options& options,
                                                  std::span<const protocol::group_id> groups,
                                                  std::span<const protocol::group_id> alone,
                                                  const journal_options& journal) {
  require_log(directory);
  auto log = std::make_unique<journaled_log_store>(directory.log_path(), options, journal);
  // Reads every record: damage that showed later would find the node voting with this log.
  for (const auto some : {groups, alone})
    for (const auto group : some) (void)log->restore(group);
  return log;
}

/// What is in a log that is damaged elsewhere: of its pages only those are looked at that are read.
class damaged_log {
 public:
  damaged_log(const fs::path& place, lmdb_options options)
      : env_(place, with_least_check(options)) {
    const auto mark = find_journal_mark();
    if (mark.journal == 0) return;
    journal_ring(place / "journal", mark, false, [this](std::string_view body) {
      for (const auto& change : decode_body(body)) take(change);
    });
  }

  /// All of the group's records were read, and are sound.
  protocol::restored_state restore(protocol::group_id group) const {
    lmdb_reader from(env_);
    auto out = restore_log(from, group);
    if (const auto found = unmoved_.find(group); found != unmoved_.end()) found->second.amend(out);
    return out;
  }

  /// Of a group that `restore` found sound. The other log has nothing of it yet.
  void copy(protocol::group_id group, log_store& to) const {
    const auto found = restore(group);
    if (found.snapshot_index)
      to.reset(group, {found.snapshot_index, found.snapshot_term, found.snapshot_members, 0, 0});
    group_write next{group, {}};
    next.write.state = found.state;
    for (auto first = found.snapshot_index + 1;; next = {group, {}}) {
      next.write.entries = read(group, first, found.last_index);
      to.write(std::span(&next, 1));
      if (next.write.entries.empty()) return;
      first = next.write.entries.back().index + 1;
    }
  }

 private:
  static constexpr std::uint64_t copied_at_once = 4 << 20;

  static lmdb_options with_least_check(lmdb_options options) {
    options.check_all_up_to = 0;
    return options;
  }

  journal_mark find_journal_mark() const {
    lmdb_reader from(env_);
    return lmdb_log_store::mark_of(from);
  }

  void take(const log_change& change) {
    const auto group = std::visit([](const auto& each) { return each.group; }, change);
    if (!unmoved_.contains(group)) {
      lmdb_reader from(env_);
      unmoved_.emplace(group, unmoved_log(lmdb_log_store::bounds_of(from, group)));
    }
    unmoved_.at(group).take_again(change);
  }

  /// Some of [first, last]; none once `first` is behind it.
  std::vector<protocol::entry> read(protocol::group_id group, protocol::index_t first,
                                    protocol::index_t last) const {
    if (first > last) return {};
    const auto unmoved = unmoved_.find(group);
    if (unmoved != unmoved_.end() && unmoved->second.cut()) {
      const auto cut = *unmoved->second.cut();
      if (first >= cut) return unmoved->second.read(first, last, copied_at_once);
      last = std::min(last, cut - 1);
    }
    lmdb_reader from(env_);
    return read_entries(from, group, first, last, copied_at_once);
  }

  lmdb_environment env_;
  std::map<protocol::group_id, unmoved_log> unmoved_;
};

/// Nobody could fill these again: they must be there, or a person has to say that they need not be.
void require_local_data(const fs::path& log, const lmdb_options& options,
                        std::span<const protocol::group_id> alone, const std::string& why) {
  if (alone.empty()) return;
  if (!fs::exists(log / "data.mdb")) refuse_local_data(why);
  try {
    const damaged_log old(log, options);
    for (const auto group : alone) (void)old.restore(group);
  } catch (const storage_error& error) {
    if (!is_damage(error)) throw;
    refuse_local_data(error.what());
  }
}

/// From here on the old log is not used any more, whatever happens.
condemned_log condemn_log(const data_directory& directory, const std::string& why) {
  condemned_log out{why, unused_place(directory)};
  // Durable before anything moves: after a crash the old log must not be taken for sound again.
  replace_file(mark_of(directory), out.why + '\n' + out.place + '\n');
  return out;
}

std::optional<condemned_log> find_condemned(const data_directory& directory) {
  const auto text = read_file(mark_of(directory));
  if (!text) return std::nullopt;
  const auto end = text->find('\n');
  condemned_log out{text->substr(0, end), {}};
  if (end != std::string::npos)
    out.place = text->substr(end + 1, text->find('\n', end + 1) - end - 1);
  if (out.place.empty()) out.place = "damaged-log";
  return out;
}

/// A new log takes the place of one that was condemned. When this was interrupted before, what is
/// in that place is either still the old one or a part of the new one.
std::unique_ptr<journaled_log_store> begin_anew(const data_directory& directory,
                                                const lmdb_options& options,
                                                std::span<const protocol::group_id> groups,
                                                std::span<const protocol::group_id> alone,
                                                const journal_options& journal,
                                                const condemned_log& condemned) {
  const auto place = directory.log_path();
  const auto aside = directory.path() / condemned.place;
  // The old one is safe already; what is here is a new one that was not finished.
  if (fs::exists(aside))
    remove_path(place);
  else if (fs::exists(place))
    move_file(place, aside);
  require_local_data(aside, options, alone, condemned.why);
  if (fs::exists(aside)) note_damage(aside, condemned.why);
  make_directory(place);
  auto log = std::make_unique<journaled_log_store>(place, options, journal);
  std::vector<group_write> states;
  for (const auto group : groups) {
    states.push_back({group, {}});
    states.back().write.state = protocol::hard_state{{}, {}, true};
  }
  // The new log must say that it forgot before it is used, or the node would vote a second time.
  log->write(states);
  if (!alone.empty()) {
    const damaged_log old(aside, options);
    for (const auto group : alone) old.copy(group, *log);
  }
  // Last: until then every start begins the log anew.
  remove_file(mark_of(directory));
  return log;
}

}  // namespace

opened_log open_log(const data_directory& directory, const lmdb_options& options,
                    std::span<const protocol::group_id> groups, bool has_peers,
                    std::span<const protocol::group_id> alone, const journal_options& journal) {
  auto lost = find_condemned(directory);
  if (!lost) {
    try {
      return {open_checked(directory, options, groups, alone, journal), {}};
    } catch (const storage_error& error) {
      // A disk that is full or does not answer is no reason to give anything up.
      if (!is_damage(error)) throw;
      // Alone a node must not begin anew: what it acknowledged would be gone for good.
      if (!has_peers) refuse(error.what());
      // Before anything moves: what refuses the start must find it as it was.
      require_local_data(directory.log_path(), options, alone, error.what());
      lost = condemn_log(directory, error.what());
    }
  }
  if (!has_peers) refuse(lost->why);
  return {begin_anew(directory, options, groups, alone, journal, *lost), lost->why};
}

opened_state open_state(state_directory& states, log_store& log, protocol::group_id group,
                        const lmdb_options& options, bool has_peers) {
  opened_state out;
  std::string why;
  try {
    out.state = states.open(options);
    out.restored = recover(log, *out.state, group);
    // A log that was begun anew knows no term; the state's is the least that there was.
    auto& hard = out.restored.state;
    hard.term = std::max(hard.term, out.restored.snapshot_term);
    return out;
  } catch (const storage_error& error) {
    if (!is_damage(error)) throw;
    why = error.what();
  }
  out.restored = log.restore(group);
  // From its first entry on it makes every state, also the one that is gone.
  const bool log_is_whole = !out.restored.snapshot_index;
  if (!log_is_whole && !has_peers) refuse(why);
  // An empty one, as an earlier start left it, is as good as a new one, and nothing to keep.
  if (!out.state || out.state->applied() != applied_point{}) {
    out.state.reset();
    out.state = states.begin_anew(options, why);
  }
  (log_is_whole ? out.rebuilt : out.lost) = why;
  out.restored.applied = out.restored.snapshot_index;
  return out;
}

}  // namespace lithair::persistence
