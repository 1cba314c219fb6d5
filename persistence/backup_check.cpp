#include "persistence/backup_check.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <set>
#include <utility>

#include "persistence/archive_chain.hpp"
#include "persistence/own_group.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;
using protocol::index_t;
using protocol::node_id;

namespace {

std::string time_text(std::int64_t time_us) {
  if (time_us == 0) return "an unknown time";
  const auto seconds = static_cast<std::time_t>(time_us / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  auto fraction = std::to_string(1'000'000 + time_us % 1'000'000);
  fraction.front() = '.';
  return std::string(text, size) + fraction + "Z";
}

std::string span_text(index_t first, index_t last) {
  return first == last
             ? "entry " + std::to_string(first.value)
             : "entries " + std::to_string(first.value) + " to " + std::to_string(last.value);
}

void read_base(checked_backup& into) {
  const snapshot_file from(into.path);
  from.verify();
  into.base = from.header();
  if (into.name &&
      (into.name->index != into.base->point.index || into.name->cluster != into.base->cluster ||
       into.name->group != into.base->group))
    into.damage = into.path.string() + " has another file's name";
}

void read_segment(checked_backup& into) {
  archive_reader from(into.path);
  while (from.next()) {
    if (from.entries().empty()) continue;
    const auto& last = from.entries().back();
    if (!into.first) {
      into.first = from.entries().front().index;
      into.first_time_us = from.entries().front().time_us;
    }
    into.last = last.index;
    into.last_time_us = std::max(into.last_time_us, last.time_us);
  }
  into.ending = from.ending();
  const auto& origin = from.origin();
  if (into.name && (into.name->index != origin.after + 1 || into.name->node != origin.node ||
                    into.name->cluster != origin.cluster || into.name->group != origin.group))
    into.damage = into.path.string() + " has another file's name";
}

checked_backup check(const fs::path& path) {
  checked_backup made;
  made.path = path;
  made.name = parse_backup_name(path.filename().string());
  made.bytes = file(path, file::mode::read).size();
  try {
    if (made.name && made.name->kind == backup_kind::log)
      read_segment(made);
    else
      read_base(made);
  } catch (const storage_error& error) {
    if (error.code() == storage_errc::foreign && !made.name) throw;
    made.damage = error.what();
  }
  return made;
}

/// Whose entries follow each other.
struct lineage {
  std::uint64_t cluster;
  protocol::group_id group;
  node_id node;  // whose own group it is; none: all members have it

  auto operator<=>(const lineage&) const = default;
};

lineage lineage_of(const backup_name& name) {
  return {name.cluster, name.group, name.group == own_group ? name.node : node_id{}};
}

std::string to_text(const lineage& of) {
  char cluster[17];
  std::snprintf(cluster, sizeof cluster, "%016llx", static_cast<unsigned long long>(of.cluster));
  return std::string("cluster ") + cluster +
         (of.node ? ", what node " + std::to_string(of.node.value) + " has for itself"
                  : ", group " + std::to_string(of.group.value));
}

/// From the oldest sound base on, as far as entries follow; then from the next that goes further.
void find_ranges(const std::vector<backup_file>& all, const lineage& of, backup_report& into) {
  const auto& [cluster, group, node] = of;
  std::vector<const checked_backup*> bases;
  for (const auto& each : into.files)
    if (each.base && each.name && each.damage.empty() && lineage_of(*each.name) == of)
      bases.push_back(&each);
  std::ranges::sort(bases, {}, [](const auto* x) { return x->base->point.index; });
  const archive_chain chain(all, cluster, group, node);
  restorable_range* open = nullptr;
  std::optional<index_t> goes_on;
  for (const auto* each : bases) {
    const auto& point = each->base->point;
    if (open != nullptr && point.index <= open->last) continue;
    if (open != nullptr)
      into.problems.push_back(span_text(open->last + 1, point.index - 1) +
                              " are not archived: no restore between " +
                              std::to_string(open->last.value) + " and " +
                              std::to_string(point.index.value) + " is possible");
    restorable_range range{cluster, group, node, point.index, point.index};
    chain.walk(point.index, {}, [&](const entry_view& entry, const archive_origin&) {
      if (entry.index == point.index) range.first_time_us = range.last_time_us = entry.time_us;
      return false;
    });
    const auto end = chain.walk(point.index + 1, point.term,
                                [](const entry_view&, const archive_origin&) { return true; });
    range.last = end.next - 1;
    range.last_time_us = std::max(range.last_time_us, end.time_us);
    into.ranges.push_back(range);
    open = &into.ranges.back();
    goes_on = end.goes_on;
  }
  if (goes_on)
    into.problems.push_back(span_text(open->last + 1, *goes_on - 1) +
                            " are not archived, and no base is behind them: what follows is of no "
                            "use before the next base");
  if (bases.empty() && !chain.segments().empty())
    into.problems.emplace_back("no sound base is there, and entries alone restore nothing");
}

backup_report check_directory(const fs::path& path) {
  backup_report made;
  const auto all = backup_files(path);
  if (all.empty())
    throw storage_error(storage_errc::foreign, path.string() + " holds no backup of Lithair");
  std::set<lineage> lineages;
  for (const auto& each : all) {
    lineages.insert(lineage_of(each.name));
    made.files.push_back(check(each.path));
    if (!made.files.back().damage.empty()) made.problems.push_back(made.files.back().damage);
  }
  for (const auto& each : lineages) find_ranges(all, each, made);
  return made;
}

std::string line_of(const checked_backup& one) {
  auto made = one.path.filename().string() + "  " + std::to_string(one.bytes) + " bytes  ";
  if (!one.damage.empty()) return made + "DAMAGED: " + one.damage;
  if (one.base)
    return made + "base as of index " + std::to_string(one.base->point.index.value) + ", term " +
           std::to_string(one.base->point.term.value) + ", " +
           std::to_string(one.base->point.pairs) + " pairs";
  if (!one.first) return made + "log without entries yet";
  made += "log, " + span_text(one.first, one.last) + ", " + time_text(one.first_time_us) + " to " +
          time_text(one.last_time_us);
  if (one.ending == archive_ending::torn)
    made += "; something not whole behind that, where it was being written";
  return made;
}

}  // namespace

backup_report verify_backup(const fs::path& path) {
  if (fs::is_directory(path)) return check_directory(path);
  backup_report made;
  made.files.push_back(check(path));
  if (!made.files.back().damage.empty()) made.problems.push_back(made.files.back().damage);
  return made;
}

std::string to_text(const backup_report& report) {
  std::string made;
  for (const auto& each : report.files) made += line_of(each) + '\n';
  for (const auto& each : report.ranges)
    made += to_text(lineage{each.cluster, each.group, each.node}) +
            ": restorable to each index from " + std::to_string(each.first.value) + " (" +
            time_text(each.first_time_us) + ") to " + std::to_string(each.last.value) + " (" +
            time_text(each.last_time_us) + ")\n";
  for (const auto& each : report.problems) made += "PROBLEM: " + each + '\n';
  if (report.is_sound()) made += "sound\n";
  return made;
}

}  // namespace lithair::persistence
