#include "persistence/log_archive.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "persistence/checksum.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

using protocol::entry;
using protocol::index_t;

namespace {

// The same bytes wherever the entry is kept.
std::uint64_t sum_of(protocol::group_id group, const entry& one) {
  std::string bytes(entry_record_size(one), '\0');
  encode_entry(bytes.data(), log_key(log_tag::entry, group, one.index), one);
  return checksum(bytes);
}

// How the names of its files begin.
std::string owner_text(const backup_name& of) {
  const auto name = to_string(of);
  return name.substr(0, name.rfind('-')) + "-*";
}

entry to_entry(const entry_view& x) {
  return {x.index, x.term, x.kind, x.from, protocol::payload{std::string(x.data)}, x.time_us};
}

}  // namespace

bool log_archive::advance(index_t settled) {
  if (!settled) return false;
  try {
    if (!resumed_) resume();
    require_this_life();
    if (!begins_) begin_anew(settled);
    if (settled < last_) return false;
    compare(settled);
    if (settled == last_) return false;
    const auto entries = setup_.log->read(setup_.of.group, last_ + 1, settled, setup_.piece_bytes);
    if (entries.empty()) {
      // Twice, for one that was just written may not be seen yet.
      if (!std::exchange(missed_, true)) return false;
      missed_ = false;
      ++gaps_;
      begin_anew(settled);
      return true;
    }
    missed_ = false;
    copy(entries);
    return last_ < settled;
  } catch (const storage_error&) {
    to_.reset();
    resumed_ = false;
    throw;
  }
}

void log_archive::begin_segment() {
  if (!to_) return;
  try {
    to_->seal();
  } catch (const storage_error&) {
    // What is in it counts all the same.
    resumed_ = false;
  }
  to_.reset();
}

// The newest segment tells how far it was; the last that begins anew, from where on none is
// missing.
void log_archive::resume() {
  auto name = setup_.of;
  name.kind = backup_kind::log;
  begins_ = last_ = {};
  term_ = {};
  time_us_ = 0;
  last_sum_ = 0;
  compared_ = false;
  const auto all = backup_files_of(backup_files(setup_.directory), name);
  for (auto each = all.rbegin(); each != all.rend() && !begins_; ++each) {
    try {
      archive_reader from(each->path);
      if (each == all.rbegin()) {
        last_ = from.origin().after;
        term_ = from.origin().term;
        while (from.next()) {
          const auto& read = from.entries();
          if (read.empty()) continue;
          last_ = read.back().index;
          term_ = read.back().term;
          time_us_ = std::max(time_us_, read.back().time_us);
          last_sum_ = sum_of(setup_.of.group, to_entry(read.back()));
        }
      }
      if (!from.origin().term) begins_ = each->name.index;
    } catch (const storage_error& error) {
      if (error.code() != storage_errc::damaged && error.code() != storage_errc::foreign) throw;
      // What can't be read back is as good as missing.
      if (each == all.rbegin()) {
        ++gaps_;
        break;
      }
      begins_ = std::prev(each)->name.index;
    }
  }
  // The one with the beginning may have been removed, as no base needs it.
  if (!begins_ && last_) begins_ = all.front().name.index;
  resumed_ = true;
}

// A node that has lost its directory begins its own log anew, under the same name.
void log_archive::require_this_life() {
  if (is_of_this_life_) return;
  if (last_ > setup_.reached)
    throw storage_error(storage_errc::foreign,
                        setup_.directory.string() + " has entries up to " +
                            std::to_string(last_.value) + " of another life of this node, whose " +
                            "log was opened with " + std::to_string(setup_.reached.value) +
                            "; move the files " + owner_text(setup_.of) +
                            " elsewhere to archive this log");
  is_of_this_life_ = true;
}

// An old copy of a data directory goes on with other entries under the same indexes.
void log_archive::compare(index_t settled) {
  if (compared_ || !last_ || last_ > settled) return;
  if (last_sum_ != 0) {
    const auto here = setup_.log->read(setup_.of.group, last_, last_, 1);
    if (!here.empty() && sum_of(setup_.of.group, here.front()) != last_sum_)
      throw storage_error(storage_errc::foreign,
                          setup_.directory.string() + " has another entry " +
                              std::to_string(last_.value) +
                              " of this node than its log: one of them is an old copy; move the "
                              "files of this node elsewhere to archive this log");
  }
  compared_ = true;
}

// With the entry that is applied already, if it is there: it tells the time of a base as of it.
void log_archive::begin_anew(index_t settled) {
  begin_segment();
  const auto here = setup_.log->read(setup_.of.group, settled, settled, 1);
  last_ = here.empty() ? settled : settled - 1;
  begins_ = last_ + 1;
  term_ = {};
  last_sum_ = 0;
  resumed_ = compared_ = true;
}

void log_archive::copy(const std::vector<entry>& entries) {
  if (to_ && to_->bytes() >= setup_.segment_bytes) begin_segment();
  if (!to_) {
    auto name = setup_.of;
    name.kind = backup_kind::log;
    name.index = last_ + 1;
    to_.emplace(setup_.directory / to_string(name),
                archive_origin{name.cluster, name.node, name.group, last_, term_, setup_.models});
  }
  to_->append(entries);
  last_ = entries.back().index;
  term_ = entries.back().term;
  time_us_ = std::max(time_us_, entries.back().time_us);
}

}  // namespace lithair::persistence
