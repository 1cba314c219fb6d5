#include "persistence/journaled_log_store.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "persistence/fault_points.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

using protocol::group_id;
using protocol::index_t;
using protocol::snapshot_meta;

std::uint64_t draw_journal() {
  std::random_device random;
  // Never 0, which stands for none.
  return (std::uint64_t{random()} << 32 | random()) | 1;
}

/// What a batch does, for the places where tests let it crash.
class reached {
 public:
  explicit reached(std::span<const group_write> writes) {
    for (const auto& [group, write] : writes) {
      appends_ |= !write.entries.empty();
      truncates_ |= write.truncate_from.has_value();
      states_ |= write.state.has_value();
    }
  }
  void before() const {
    if (states_) reach(fault_point::hard_state_before_commit);
    if (truncates_) reach(fault_point::truncate_before_commit);
    if (appends_) reach(fault_point::append_before_commit);
  }
  void after() const {
    if (states_) reach(fault_point::hard_state_after_commit);
    if (truncates_) reach(fault_point::truncate_after_commit);
    if (appends_) reach(fault_point::append_after_commit);
  }

 private:
  bool appends_ = false;
  bool truncates_ = false;
  bool states_ = false;
};

}  // namespace

journaled_log_store::journaled_log_store(const fs::path& directory, const lmdb_options& options,
                                         const journal_options& journal)
    : home_(directory, options) {
  open_journal(directory / "journal", journal);
  try {
    settle();
  } catch (const storage_error& error) {
    // It stays in the journal, and is all there.
    if (error.code() != storage_errc::full) throw;
  }
}

journaled_log_store::~journaled_log_store() = default;

void journaled_log_store::open_journal(const fs::path& directory, const journal_options& options) {
  auto mark = home_.mark();
  if (mark.journal == 0) {
    // Known at home before anything is in it; what an interrupted start made is made anew.
    mark.journal = draw_journal();
    journal_ring::make(directory, mark.journal, options);
    home_.take_over({}, mark);
  }
  settled_ = mark;
  ring_ = std::make_unique<journal_ring>(directory, mark, options.direct,
                                         [this](std::string_view body) { take_again(body); });
}

void journaled_log_store::take_again(std::string_view body) {
  for (const auto& change : decode_body(body)) {
    const auto group = std::visit([](const auto& each) { return each.group; }, change);
    try {
      know(group);
      logs_.at(group).take_again(change);
    } catch (const std::logic_error& error) {
      throw storage_error(storage_errc::damaged,
                          std::string("the journal does not continue the log: ") + error.what());
    }
  }
}

// Nobody but the caller's thread changes where the log of the group ends.
void journaled_log_store::know(group_id group) {
  {
    const std::lock_guard lock(mutex_);
    if (logs_.contains(group)) return;
  }
  const std::lock_guard home(home_mutex_);
  const auto bounds = home_.bounds(group);
  const std::lock_guard lock(mutex_);
  logs_.emplace(group, unmoved_log(bounds));
}

protocol::restored_state journaled_log_store::restore(group_id group) {
  auto out = home_.restore(group);
  const std::lock_guard lock(mutex_);
  if (const auto found = logs_.find(group); found != logs_.end()) found->second.amend(out);
  return out;
}

void journaled_log_store::write(std::span<const group_write> writes) {
  require_home();
  std::map<group_id, unmoved_log::extent> after;
  for (const auto& [group, write] : writes) {
    know(group);
    const std::lock_guard lock(mutex_);
    after.try_emplace(group, logs_.at(group).bounds()).first->second.follow(write);
  }
  std::string body;
  std::uint32_t records = 0;
  for (const auto& each : writes) records += add_records(body, each);
  if (records == 0) return;
  const reached places(writes);
  // The journal has room of its own; but what it takes is to come home some day.
  home_.environment().require_writable(body.size());
  if (body.size() > ring_->most_bytes()) return write_home(writes);
  make_room(body.size());
  places.before();
  append(body, records, [&] {
    for (const auto& [group, write] : writes) logs_.at(group).take(write);
  });
  places.after();
}

void journaled_log_store::make_room(std::uint64_t bytes) {
  for (bool again = false;; again = true) {
    {
      const std::lock_guard lock(mutex_);
      if (ring_->has_room(bytes)) return;
    }
    if (again) throw std::logic_error("a journal that was settled must have room");
    settle();
  }
}

template <class Take>
void journaled_log_store::append(std::string_view body, std::uint32_t records, const Take& take) {
  ring_->write_next(body, records);
  const std::lock_guard lock(mutex_);
  ring_->advance();
  take();
}

void journaled_log_store::write_home(std::span<const group_write> writes) {
  settle();
  const std::lock_guard home(home_mutex_);
  home_.write(writes);
  for (const auto& [group, write] : writes) {
    const auto bounds = home_.bounds(group);
    const std::lock_guard lock(mutex_);
    logs_.insert_or_assign(group, unmoved_log(bounds));
  }
}

void journaled_log_store::purge(group_id group, const snapshot_meta& meta) {
  begin({group, meta, false});
}

void journaled_log_store::reset(group_id group, const snapshot_meta& meta) {
  begin({group, meta, true});
}

void journaled_log_store::begin(const log_begins& point) {
  know(point.group);
  {
    const std::lock_guard lock(mutex_);
    const auto bounds = logs_.at(point.group).bounds();
    if (!point.anew && point.meta.index > bounds.last)
      throw std::logic_error("a purge must not reach beyond the log");
    if (!point.anew && point.meta.index <= bounds.before && !is_full_) return;
  }
  std::string body;
  const auto records = add_records(body, point);
  const auto take = [&] { logs_.at(point.group).take(point); };
  reach(point.anew ? fault_point::reset_before_commit : fault_point::purge_before_commit);
  bool fits = false;
  {
    const std::lock_guard lock(mutex_);
    fits = ring_->has_room(body.size()) && !is_full_;
  }
  if (fits) {
    append(body, records, take);
  } else {
    // It makes the room that is lacking; once home knows it, it is durable.
    {
      const std::lock_guard lock(mutex_);
      take();
    }
    settle_behind(point);
  }
  reach(point.anew ? fault_point::reset_after_commit : fault_point::purge_after_commit);
}

void journaled_log_store::settle_behind(const log_begins& point) {
  const std::lock_guard home(home_mutex_);
  try {
    move(true);
  } catch (const storage_error& error) {
    // Of the rest that is said by the next write.
    if (error.code() != storage_errc::full || home_.bounds(point.group).before < point.meta.index)
      throw;
  }
}

bool journaled_log_store::wants_settling() const {
  const std::lock_guard lock(mutex_);
  return ring_->kept_bytes() * 4 >= ring_->size();
}

void journaled_log_store::settle() {
  const std::lock_guard home(home_mutex_);
  move(false);
}

void journaled_log_store::move(bool points_first) {
  try {
    if (points_first) move_points();
    move_all();
  } catch (const storage_error& error) {
    const bool full = error.code() == storage_errc::full;
    {
      const std::lock_guard lock(mutex_);
      is_full_ = full;
      if (!full && failure_.empty()) failure_ = error.what();
    }
    // What lies behind a point need not be at home, and what is there gives its room back.
    if (full && !points_first) return move(true);
    throw;
  }
}

void journaled_log_store::move_all() {
  std::vector<std::pair<group_id, unmoved_log::move>> moves;
  journal_mark mark;
  std::uint64_t written = 0;
  {
    const std::lock_guard lock(mutex_);
    mark = ring_->newest();
    written = ring_->written_bytes();
    for (auto& [group, log] : logs_)
      if (!log.empty()) moves.emplace_back(group, log.begin_move());
  }
  if (!moves.empty() || mark != settled_) home_.take_over(moves, mark);
  const std::lock_guard lock(mutex_);
  for (auto& [group, move] : moves) logs_.at(group).moved();
  ring_->release(mark, written);
  settled_ = mark;
  is_full_ = false;
}

void journaled_log_store::move_points() {
  std::vector<log_begins> points;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [group, log] : logs_)
      points.push_back(log.point().value_or(log_begins{group, {}, false}));
  }
  for (const auto& [group, meta, anew] : points) {
    if (anew)
      home_.reset(group, meta);
    else
      home_.purge(group, meta);  // also of those that are known there: it removes what is left
  }
}

void journaled_log_store::require_home() {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) throw storage_error(storage_errc::stopped, failure_);
    if (!is_full_) return;
  }
  settle();
}

// -- reading: what the journal has is looked at first, home after it; a cut between the two would
// -- make one log of two ------------------------------------------------------------------------

std::vector<protocol::entry> journaled_log_store::read(group_id group, index_t first, index_t last,
                                                       std::uint64_t max_bytes) const {
  for (;;) {
    std::vector<protocol::entry> here;
    std::optional<index_t> cut;
    std::uint64_t cuts = 0;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = logs_.find(group); found != logs_.end()) {
        const auto& log = found->second;
        if (first <= log.bounds().before || first > log.bounds().last) return {};
        cut = log.cut();
        cuts = log.cuts();
        here = log.read(cut ? std::max(first, *cut) : first, last, max_bytes);
      }
    }
    if (cut && first >= *cut) return here;
    auto out = home_.read(group, first, cut ? std::min(last, *cut - 1) : last, max_bytes);
    if (!cut) return out;
    {
      const std::lock_guard lock(mutex_);
      if (logs_.at(group).cuts() != cuts) continue;
    }
    if (out.empty() || out.back().index + 1 != *cut) return out;
    std::uint64_t bytes = 0;
    for (const auto& entry : out) bytes += footprint(entry);
    for (auto& entry : here) {
      bytes += footprint(entry);
      if (bytes > max_bytes) break;
      out.push_back(std::move(entry));
    }
    return out;
  }
}

std::optional<snapshot_meta> journaled_log_store::point_at(group_id group, index_t index) const {
  for (;;) {
    snapshot_meta out;
    auto at_home = index;
    std::uint64_t cuts = 0;
    bool here = false;
    {
      const std::lock_guard lock(mutex_);
      const auto found = logs_.find(group);
      if (found != logs_.end()) {
        const auto& log = found->second;
        cuts = log.cuts();
        const auto& point = log.point();
        if (point && index <= point->meta.index)
          return index == point->meta.index ? std::optional(point->meta) : std::nullopt;
        if (index > log.bounds().last) return std::nullopt;
        if (const auto* entry = log.find(index)) {
          out.index = index;
          out.term = entry->term;
          if (const auto* members = log.configuration_at(index)) {
            auto decoded = protocol::decode_configuration(members->data.view());
            if (!decoded) throw std::logic_error("a configuration entry must carry one");
            out.members = std::move(*decoded);
            return out;
          }
          here = true;
          at_home = *log.cut() - 1;
          if (point && at_home <= point->meta.index) {
            out.members = point->meta.members;
            return out;
          }
        }
      }
    }
    auto found = home_.point_at(group, at_home);
    if (here) {
      const std::lock_guard lock(mutex_);
      if (logs_.at(group).cuts() != cuts) continue;
    }
    if (!here || !found) return found;
    out.members = std::move(found->members);
    return out;
  }
}

}  // namespace lithair::persistence
