#include "apps/lithair/restore_plan.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "models/value/timestamp.hpp"
#include "persistence/backup_files.hpp"
#include "persistence/own_group.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;
using persistence::archive_end;
using persistence::backup_file;
using persistence::backup_kind;
using protocol::index_t;

[[noreturn]] void refuse(const std::string& sentence) { throw std::runtime_error(sentence); }

std::string time_text(std::int64_t time_us) {
  return time_us == 0 ? "an unknown time" : to_string(models::timestamp{time_us});
}

std::string said_too(const std::vector<std::string>& trouble) {
  std::string made;
  for (const auto& each : trouble) made += "; " + each;
  return made;
}

/// Whose backups are looked for.
struct lineage {
  std::uint64_t cluster = 0;  // 0: of the one that there is
  protocol::group_id group;
  protocol::node_id node = {};  // whose own group it is; none: all members have it
};

/// The group that every cluster has.
constexpr protocol::group_id main_group{1};

/// The bases in a directory, newest first. A directory of several clusters does not say which of
/// them is meant.
std::vector<backup_file> bases_in(const fs::path& directory, const lineage& of,
                                  const std::vector<backup_file>& files) {
  std::vector<backup_file> found;
  std::set<std::uint64_t> clusters;
  for (const auto& each : files) {
    const auto& name = each.name;
    if (name.kind != backup_kind::base || name.group != of.group) continue;
    if ((of.node && name.node != of.node) || (of.cluster != 0 && name.cluster != of.cluster))
      continue;
    found.push_back(each);
    clusters.insert(name.cluster);
  }
  if (found.empty() && of.node)
    refuse(directory.string() + " holds no base of it (--backup-local keeps them)");
  if (found.empty()) refuse(directory.string() + " holds no base of a backup (*.base)");
  if (clusters.size() > 1)
    refuse(
        fmt::format("{} holds backups of {} clusters; name the base to begin with, a file of "
                    "the right one",
                    directory.string(), clusters.size()));
  std::ranges::sort(found,
                    [](const auto& a, const auto& b) { return a.name.index > b.name.index; });
  return found;
}

fs::path directory_of(const fs::path& from) {
  if (fs::is_directory(from)) return from;
  return from.has_parent_path() ? from.parent_path() : ".";
}

/// When an entry of the main group was proposed, as it is archived.
std::int64_t time_of(const fs::path& directory, std::uint64_t cluster, index_t index) {
  std::int64_t found = 0;
  const persistence::archive_chain chain(persistence::backup_files(directory), cluster, main_group);
  chain.walk(index, {}, [&](const persistence::entry_view& entry, const auto&) {
    found = entry.time_us;
    return false;
  });
  if (found == 0)
    refuse(
        fmt::format("it is restored by time, and that of entry {} is not archived in {}; say "
                    "--until with a time",
                    index.value, directory.string()));
  return found;
}

/// Makes a plan step by step.
class planner {
 public:
  /// Of the main group.
  planner(const fs::path& from, const std::optional<moment>& until)
      : until_(until), directory_(directory_of(from)) {
    const bool whole = fs::is_directory(from);
    if (!whole) take_given_base(from);
    if (whole || until_)
      look_around({made_.header.cluster, whole ? main_group : made_.header.group}, whole);
  }
  /// Of what a node has for itself; nothing but a time may be asked for.
  planner(const fs::path& directory, const lineage& of, const std::optional<moment>& until)
      : until_(until), directory_(directory), ends_anywhere_(true) {
    look_around(of, true);
  }

  restore_plan make() {
    if (until_ && until_->index) target_ = index_t{*until_->index};
    if (until_ && !until_->index) target_ = at_time(until_->time_us);
    if (bases_.empty())
      check_given_base();
    else
      choose_base();
    made_.target = made_.header.point.index;
    made_.models = made_.header.point.extra;
    if (made_.log) read_log();
    return std::move(made_);
  }

 private:
  void take_given_base(const fs::path& file) {
    made_.base = file;
    made_.header = persistence::snapshot_file(file).header();
    if (made_.header.group == persistence::own_group)
      refuse(file.string() +
             " is of what a node had for itself; begin with a base of what all nodes have, and say "
             "--local-of besides");
  }

  void look_around(lineage of, bool chooses) {
    files_ = persistence::backup_files(directory_);
    if (chooses) {
      bases_ = bases_in(directory_, of, files_);
      of.cluster = bases_.front().name.cluster;
    }
    made_.log.emplace(files_, of.cluster, of.group, of.node);
  }

  index_t at_time(std::int64_t time_us) {
    const auto found = made_.log->last_until(time_us);
    const bool is_enough = found.doubt.empty() || (ends_anywhere_ && !found.has_gap);
    if (found.index && is_enough) return found.index;
    refuse(fmt::format("{} can't be restored: {}{}", time_text(time_us), found.doubt, extent()));
  }

  // What there is, for who asked for something else.
  std::string extent() const {
    const auto base = bases_.empty() ? made_.header.point.index : bases_.front().name.index;
    const auto end = made_.log->walk(base + 1, {}, [](const auto&, const auto&) { return true; });
    const auto last = end.next - 1;
    return fmt::format("; behind the base as of {} it ends at index {}{}", base.value, last.value,
                       end.time_us == 0 ? "" : ", " + time_text(end.time_us));
  }

  void check_given_base() {
    persistence::snapshot_file(made_.base).verify();
    if (target_ && made_.header.point.index > *target_)
      refuse(
          fmt::format("{} is as of index {}, which is behind index {}; begin with an earlier "
                      "base",
                      made_.base.string(), made_.header.point.index.value, target_->value));
  }

  // A damaged one is passed over, since an earlier one and a longer log give the same.
  void choose_base() {
    std::string damage;
    for (const auto& each : bases_) {
      if (target_ && each.name.index > *target_) continue;
      try {
        const persistence::snapshot_file file(each.path);
        file.verify();
        made_.base = each.path;
        made_.header = file.header();
        return;
      } catch (const persistence::storage_error& error) {
        if (error.code() != persistence::storage_errc::damaged &&
            error.code() != persistence::storage_errc::foreign)
          throw;
        damage = error.what();
        made_.remarks.push_back("passed over, for it is damaged: " + damage);
      }
    }
    if (!damage.empty()) refuse("no sound base is there: " + damage);
    refuse(fmt::format("no base is as early as index {}; the oldest is as of {}", target_->value,
                       bases_.back().name.index.value));
  }

  // All of it, before anything is made.
  void read_log() {
    const auto& point = made_.header.point;
    if (target_ && *target_ == point.index) return;
    const auto end = made_.log->walk(
        point.index + 1, point.term,
        [this](const persistence::entry_view& entry, const persistence::archive_origin& from) {
          made_.models = from.models;
          return !target_ || entry.index < *target_;
        });
    const auto last = end.next - 1;
    if (target_ && last < *target_) refuse(why_not_so_far(end));
    if (!target_ && end.goes_on) refuse(why_not_so_far(end));
    made_.target = last;
    for (const auto& each : end.trouble) made_.remarks.push_back(each);
  }

  std::string why_not_so_far(const archive_end& end) const {
    const auto last = end.next.value - 1;
    const auto trouble = said_too(end.trouble);
    if (end.goes_on)
      return fmt::format(
          "the archived log has a gap: entries {} to {} are not there{}; --until {} restores what "
          "is before it",
          end.next.value, end.goes_on->value - 1, trouble, last);
    return fmt::format("the archived log ends at index {}{}, before index {}{}", last,
                       end.time_us == 0 ? "" : ", " + time_text(end.time_us), target_->value,
                       trouble);
  }

  std::optional<moment> until_;
  fs::path directory_;
  bool ends_anywhere_ = false;  // what is archived counts for all later times
  std::vector<backup_file> files_;
  std::vector<backup_file> bases_;  // to choose from; none: it is given
  std::optional<index_t> target_;   // none: all there is
  restore_plan made_;
};

}  // namespace

restore_plan plan_restore(const fs::path& from, const std::optional<moment>& until) {
  return planner(from, until).make();
}

restore_plan plan_local_restore(const fs::path& from, const std::optional<moment>& until,
                                const restore_plan& main, protocol::node_id node) {
  const auto directory = directory_of(from);
  const auto cluster = main.header.cluster;
  try {
    std::optional<moment> when;
    // All there is beside all there is.
    if (until || !fs::is_directory(from))
      when =
          moment{std::nullopt, until && !until->index ? until->time_us
                                                      : time_of(directory, cluster, main.target)};
    return planner(directory, {cluster, persistence::own_group, node}, when).make();
  } catch (const std::runtime_error& error) {
    refuse(fmt::format("local data of node {}: {}", node.value, error.what()));
  }
}

}  // namespace lithair::apps
