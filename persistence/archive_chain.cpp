#include "persistence/archive_chain.hpp"

#include <algorithm>
#include <set>

#include "persistence/storage_error.hpp"

namespace lithair::persistence {

using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

namespace {

/// What a directory can't help about its files: they are damaged, gone, or another program's.
bool is_about_file(storage_errc code) {
  return code == storage_errc::damaged || code == storage_errc::foreign ||
         code == storage_errc::bad_format || code == storage_errc::access;
}

/// A walk under way: goes from file to file.
class walker {
 public:
  walker(const std::vector<backup_file>& segments, const archive_chain::visitor& visit,
         index_t first, term_t before)
      : segments_(segments), visit_(visit), term_before_(before) {
    made_.next = first;
  }

  archive_end run() {
    while (!made_.stopped) {
      const auto* segment = best();
      if (segment == nullptr) break;
      tried_.insert(segment);
      node_ = segment->name.node;
      try {
        read(*segment);
      } catch (const storage_error& error) {
        if (!is_about_file(error.code())) throw;
        made_.trouble.emplace_back(error.what());
      }
    }
    for (const auto& each : segments_)
      if (each.name.index > made_.next && (!made_.goes_on || each.name.index < *made_.goes_on))
        made_.goes_on = each.name.index;
    return std::move(made_);
  }

 private:
  // Of those that may have what comes next: one of the same node, and the latest, which has the
  // least in front of it.
  const backup_file* best() const {
    const backup_file* found = nullptr;
    for (const auto& each : segments_) {
      if (each.name.index > made_.next || tried_.contains(&each)) continue;
      const auto rank = [this](const backup_file& x) {
        return std::pair{x.name.node == node_, x.name.index};
      };
      if (found == nullptr || rank(each) > rank(*found)) found = &each;
    }
    return found;
  }

  // The same index and term is the same entry; so one before what comes next tells whether this
  // file is of the same log.
  bool is_of_this_log(index_t index, term_t term, const backup_file& from) {
    const auto known = made_.term ? made_.term : term_before_;
    if (index + 1 != made_.next || !known || !term || term == known) return true;
    made_.trouble.push_back(from.path.string() + " is of another log: entry " +
                            std::to_string(index.value) + " has term " +
                            std::to_string(term.value) + " there, and not " +
                            std::to_string(known.value));
    return false;
  }

  void read(const backup_file& from) {
    archive_reader reader(from.path);
    const auto& origin = reader.origin();
    if (!is_of_this_log(origin.after, origin.term, from)) return;
    while (reader.next()) {
      for (const auto& each : reader.entries()) {
        if (each.index < made_.next) {
          if (!is_of_this_log(each.index, each.term, from)) return;
          continue;
        }
        ++made_.next;
        made_.term = each.term;
        made_.time_us = std::max(made_.time_us, each.time_us);
        made_.stopped = !visit_(each, origin);
        if (made_.stopped) return;
      }
    }
    if (reader.ending() == archive_ending::torn)
      made_.trouble.push_back(from.path.string() + " is not whole behind byte " +
                              std::to_string(reader.offset()) + ", where it was being written");
  }

  const std::vector<backup_file>& segments_;
  const archive_chain::visitor& visit_;
  term_t term_before_;
  archive_end made_;
  node_id node_;
  std::set<const backup_file*> tried_;
};

/// The time of the first entry; none where it can't be read, or there is none.
std::optional<std::int64_t> begins_at(const backup_file& segment) {
  try {
    archive_reader reader(segment.path);
    if (reader.next() && !reader.entries().empty()) return reader.entries().front().time_us;
  } catch (const storage_error& error) {
    if (!is_about_file(error.code())) throw;
  }
  return std::nullopt;
}

}  // namespace

archive_chain::archive_chain(const std::vector<backup_file>& all, std::uint64_t cluster,
                             protocol::group_id group, node_id only) {
  for (const auto& each : all)
    if (each.name.kind == backup_kind::log && each.name.cluster == cluster &&
        each.name.group == group && (!only || each.name.node == only))
      segments_.push_back(each);
}

archive_end archive_chain::walk(index_t first, term_t before, const visitor& visit) const {
  return walker(segments_, visit, first, before).run();
}

archived_moment archive_chain::last_until(std::int64_t time_us) const {
  archived_moment made;
  // Times rise along the log, so the segments behind begin later.
  std::optional<index_t> from;
  for (const auto& each : segments_) {
    if (from && each.name.index <= *from) continue;
    if (const auto begins = begins_at(each); begins && *begins <= time_us) from = each.name.index;
  }
  if (!from) {
    made.doubt = "no entry of the archived log is as early as that";
    return made;
  }
  bool later = false;
  std::int64_t latest = 0;
  const auto end = walk(*from, {}, [&](const entry_view& entry, const archive_origin&) {
    later = entry.time_us > time_us;
    if (!later) made.index = entry.index;
    latest = std::max(latest, entry.time_us);
    return !later;
  });
  if (later || latest == time_us) return made;
  made.has_gap = end.goes_on.has_value();
  made.doubt = "the archived log ends before that";
  if (end.goes_on)
    made.doubt = "the archived log has a gap there: entries " + std::to_string(end.next.value) +
                 " to " + std::to_string(end.goes_on->value - 1) + " are not there";
  for (const auto& each : end.trouble) made.doubt += "; " + each;
  return made;
}

}  // namespace lithair::persistence
