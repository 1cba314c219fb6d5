#include "persistence/lmdb_log_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "persistence/fault_points.hpp"
#include "persistence/log_records.hpp"
#include "persistence/log_recovery.hpp"

namespace lithair::persistence {

namespace {

using protocol::group_id;
using protocol::index_t;
using protocol::snapshot_meta;

/// Leftovers of a purge that are removed beside other work: with each write some are due, enough to
/// keep pace with what is appended. They are removed when there are many, so that whole pages go
/// instead of the same page again and again, and not so many that a write waits long.
constexpr std::size_t leftovers_per_purge = 1000;
/// When a write found no room: it waits anyway, for just this.
constexpr std::size_t leftovers_without_room = 20'000;
constexpr std::size_t leftovers_per_write = 16;
constexpr std::size_t leftovers_at_once = 500;

/// Whether the position is at a record of this kind and group.
std::optional<index_t> index_at(const lmdb_cursor& at, log_tag tag, group_id group) {
  const auto key = parse_log_key(at.key());
  if (!key || key->tag != tag || key->group != group) return std::nullopt;
  return key->index;
}

/// Removes the records of this kind and group with index in [first, last].
void remove_range(lmdb_writer& to, log_tag tag, group_id group, index_t first, index_t last) {
  for (bool more = to.seek(log_key(tag, group, first)); more; more = to.next()) {
    const auto index = index_at(to, tag, group);
    if (!index || *index > last) return;
    to.erase();
  }
}

constexpr index_t last_possible{UINT64_MAX};

/// What a batch of writes does, for the places where tests let it crash.
struct batch_kind {
  bool appends = false;
  bool truncates = false;
  bool states = false;

  explicit batch_kind(std::span<const group_write> writes) {
    for (const auto& [group, write] : writes) {
      appends |= !write.entries.empty();
      truncates |= write.truncate_from.has_value();
      states |= write.state.has_value();
    }
  }
  void reach_before_commit() const {
    if (states) reach(fault_point::hard_state_before_commit);
    if (truncates) reach(fault_point::truncate_before_commit);
    if (appends) reach(fault_point::append_before_commit);
  }
  void reach_after_commit() const {
    if (states) reach(fault_point::hard_state_after_commit);
    if (truncates) reach(fault_point::truncate_after_commit);
    if (appends) reach(fault_point::append_after_commit);
  }
};

/// What the entries take, about.
std::uint64_t size_of(std::span<const group_write> writes) {
  std::uint64_t out = 0;
  for (const auto& [group, write] : writes)
    for (const auto& x : write.entries) out += entry_record_size(x);
  return out + out / 4;
}

/// `restore` reads all of the log anyway.
lmdb_options with_full_check(lmdb_options options) {
  options.check_all_up_to = UINT64_MAX;
  return options;
}

}  // namespace

lmdb_log_store::lmdb_log_store(const std::filesystem::path& directory, lmdb_options options)
    : env_(directory, with_full_check(options)) {}

lmdb_log_store::extent lmdb_log_store::load_extent(lmdb_cursor& at, group_id group) {
  extent log;
  if (const auto point = find_snapshot_point(at, group)) log.before = point->index;
  log.last = log.before;
  if (at.seek_before(log_key(log_tag::entry, group + 1, index_t{}))) {
    if (const auto index = index_at(at, log_tag::entry, group))
      log.last = std::max(log.before, *index);
  }
  if (at.seek(log_key(log_tag::entry, group, index_t{}))) {
    const auto index = index_at(at, log_tag::entry, group);
    // Where the first entry is not forgotten, none is.
    log.has_leftovers = index && *index <= log.before;
  }
  return log;
}

lmdb_log_store::extent& lmdb_log_store::extent_of(extents& known, lmdb_cursor& at, group_id group) {
  const auto found = known.find(group);
  if (found != known.end()) return found->second;
  return known.emplace(group, load_extent(at, group)).first->second;
}

protocol::restored_state lmdb_log_store::restore(group_id group) {
  lmdb_reader from(env_);
  return restore_log(from, group);
}

void lmdb_log_store::write(std::span<const group_write> writes) {
  const batch_kind kind(writes);
  extents after;
  const auto work = [&](lmdb_writer& to) {
    // Anew at each attempt: this one may be undone, and run again in a larger map.
    after = extents_;
    for (const auto& request : writes) {
      auto& log = extent_of(after, to, request.group);
      perform(to, log, request);
      log.due += 2 * request.write.entries.size() + leftovers_per_write;
      // Due ones are saved up: removing a few hundred frees whole pages, a few only rewrite one.
      if (log.due < leftovers_at_once) continue;
      remove_leftovers(to, request.group, log, std::exchange(log.due, 0));
    }
    kind.reach_before_commit();
  };
  lacks_room_ = true;  // also for the purge that comes when this is refused
  env_.write(work, write_purpose::stores_more, size_of(writes));
  lacks_room_ = false;
  // Only now: before, a failure leaves what was known.
  extents_ = std::move(after);
  kind.reach_after_commit();
}

void lmdb_log_store::perform(lmdb_writer& to, extent& log, const group_write& request) {
  const auto& [group, write] = request;
  if (write.state) {
    const log_key key(log_tag::hard_state, group);
    to.put(key, encode_hard_state(key, *write.state));
  }
  if (write.truncate_from) {
    if (*write.truncate_from <= log.before)
      throw std::logic_error("a truncation must not reach below the log's snapshot point");
    remove_range(to, log_tag::entry, group, *write.truncate_from, last_possible);
    // In the same transaction, or a mark would stand for an entry that another leader wrote.
    remove_range(to, log_tag::configuration_mark, group, *write.truncate_from, last_possible);
    log.last = std::min(log.last, *write.truncate_from - 1);
  }
  if (!write.entries.empty()) append(to, log, request);
}

void lmdb_log_store::append(lmdb_writer& to, extent& log, const group_write& request) {
  const auto& entries = request.write.entries;
  const log_key first(log_tag::entry, request.group, entries.front().index);
  // LMDB then fills pages to the brim and need not search. Only the last group's log is at the end
  // of the map.
  const bool at_end = !to.last() || to.key() < first.view();
  for (const auto& x : entries) {
    // An exception undoes the whole transaction, the other groups' writes too.
    if (x.index != log.last + 1)
      throw std::logic_error("entry " + std::to_string(x.index.value) +
                             " does not follow the log's last, " + std::to_string(log.last.value));
    const log_key key(log_tag::entry, request.group, x.index);
    encode_entry(to.reserve(key, entry_record_size(x), at_end), key, x);
    log.last = x.index;
    if (x.kind != protocol::entry_kind::configuration) continue;
    const log_key mark(log_tag::configuration_mark, request.group, x.index);
    to.put(mark, encode_configuration_mark(mark));
  }
}

void lmdb_log_store::remove_leftovers(lmdb_writer& to, group_id group, extent& log,
                                      std::size_t most) {
  if (!log.has_leftovers) return;
  bool more = to.seek(log_key(log_tag::entry, group, index_t{}));
  for (; more && most > 0; more = to.next(), --most) {
    const auto index = index_at(to, log_tag::entry, group);
    if (!index || *index > log.before) break;
    to.erase();
  }
  // The loop ended before `most` were removed, so there are no more.
  if (most > 0) log.has_leftovers = false;
}

std::vector<protocol::entry> lmdb_log_store::read(group_id group, index_t first, index_t last,
                                                  std::uint64_t max_bytes) const {
  lmdb_reader from(env_);
  return read_entries(from, group, first, last, max_bytes);
}

std::optional<snapshot_meta> lmdb_log_store::point_at(group_id group, index_t index) const {
  lmdb_reader from(env_);
  auto point = find_snapshot_point(from, group).value_or(snapshot_meta{});
  if (index == point.index) return point;
  if (index < point.index || !from.seek(log_key(log_tag::entry, group, index))) return std::nullopt;
  if (index_at(from, log_tag::entry, group) != index) return std::nullopt;
  point.index = index;
  point.term = decode_entry(from.key(), from.value()).term;
  // It is no snapshot file's: nobody made one as of this index.
  point.size = point.checksum = 0;
  // Without a configuration entry in the log those of the snapshot point still hold.
  if (auto members = find_members_as_of(from, group, index)) point.members = std::move(*members);
  return point;
}

void lmdb_log_store::purge(lmdb_writer& to, extent& log, group_id group,
                           const snapshot_meta& meta) {
  if (meta.index > log.last) throw std::logic_error("a purge must not reach beyond the log");
  if (meta.index <= log.before) return;
  // The point alone decides where the log begins. The entries themselves go later, a few at a
  // time: removing many at once would make a write wait.
  const log_key key(log_tag::snapshot_point, group);
  to.put(key, encode_snapshot_point(key, meta));
  remove_range(to, log_tag::configuration_mark, group, index_t{}, meta.index);
  log.before = meta.index;
  log.has_leftovers = true;
}

void lmdb_log_store::reset(lmdb_writer& to, extent& log, group_id group,
                           const snapshot_meta& meta) {
  const log_key key(log_tag::snapshot_point, group);
  to.put(key, encode_snapshot_point(key, meta));
  remove_range(to, log_tag::entry, group, meta.index + 1, last_possible);
  remove_range(to, log_tag::configuration_mark, group, index_t{}, last_possible);
  // What lies up to the point is a leftover of the old log; what lay behind it had to go at
  // once, for the new log grows there.
  log = extent{meta.index, meta.index, true};
}

void lmdb_log_store::purge(group_id group, const snapshot_meta& meta) {
  extents after;
  env_.write(
      [&](lmdb_writer& to) {
        after = extents_;
        auto& log = extent_of(after, to, group);
        purge(to, log, group, meta);
        remove_leftovers(to, group, log,
                         lacks_room_ ? leftovers_without_room : leftovers_per_purge);
        reach(fault_point::purge_before_commit);
      },
      // Let through where the disk is nearly full: it is the way out of that.
      write_purpose::frees_space);
  extents_ = std::move(after);
  reach(fault_point::purge_after_commit);
}

void lmdb_log_store::reset(group_id group, const snapshot_meta& meta) {
  extents after;
  env_.write(
      [&](lmdb_writer& to) {
        after = extents_;
        auto& log = extent_of(after, to, group);
        reset(to, log, group, meta);
        remove_leftovers(to, group, log, leftovers_per_purge);
        reach(fault_point::reset_before_commit);
      },
      write_purpose::frees_space);
  extents_ = std::move(after);
  reach(fault_point::reset_after_commit);
}

void lmdb_log_store::take_over(std::span<const std::pair<group_id, unmoved_log::move>> moves,
                               const journal_mark& mark) {
  std::uint64_t bytes = 0;
  for (const auto& [group, move] : moves)
    for (const auto& entry : move.write.entries) bytes += entry_record_size(entry);
  extents after;
  const auto work = [&](lmdb_writer& to) {
    after = extents_;
    for (const auto& [group, move] : moves) {
      auto& log = extent_of(after, to, group);
      if (move.point && move.point->anew)
        reset(to, log, group, move.point->meta);
      else if (move.point)
        purge(to, log, group, move.point->meta);
      perform(to, log, {group, move.write});
      remove_leftovers(to, group, log, leftovers_per_purge + 2 * move.write.entries.size());
    }
    const log_key key(log_tag::journal_mark, group_id{});
    to.put(key, encode_journal_mark(key, mark));
    reach(fault_point::move_before_commit);
  };
  lacks_room_ = true;
  env_.write(work, write_purpose::stores_more, bytes + bytes / 4);
  lacks_room_ = false;
  extents_ = std::move(after);
  reach(fault_point::move_after_commit);
}

journal_mark lmdb_log_store::mark() const {
  lmdb_reader from(env_);
  return mark_of(from);
}

journal_mark lmdb_log_store::mark_of(lmdb_cursor& at) {
  const log_key key(log_tag::journal_mark, group_id{});
  if (!at.seek(key) || at.key() != key.view()) return {};
  return decode_journal_mark(at.key(), at.value());
}

unmoved_log::extent lmdb_log_store::bounds_of(lmdb_cursor& at, group_id group) {
  const auto log = load_extent(at, group);
  return {log.before, log.last};
}

unmoved_log::extent lmdb_log_store::bounds(group_id group) {
  lmdb_reader from(env_);
  const auto& log = extent_of(extents_, from, group);
  return {log.before, log.last};
}

}  // namespace lithair::persistence
