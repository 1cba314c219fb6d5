#include "persistence/log_recovery.hpp"

#include <algorithm>
#include <utility>

#include "persistence/log_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

using protocol::group_id;
using protocol::index_t;

[[noreturn]] void throw_damaged(group_id group, index_t index, const char* why) {
  throw storage_error(storage_errc::damaged, "log entry " + std::to_string(index.value) +
                                                 " of group " + std::to_string(group.value) + ": " +
                                                 why);
}

/// Whether the position is at an entry of the group. Where it ends, the next record is checked too:
/// a damaged key must not look like the end of the log.
bool at_entry_of(const lmdb_cursor& at, group_id group) {
  const auto key = parse_log_key(at.key());
  if (key && key->tag == log_tag::entry && key->group == group) return true;
  check_log_record(at.key(), at.value());
  return false;
}

/// The records before all entries are few, so all are checked, of whatever group.
void check_small_records(lmdb_cursor& at) {
  for (bool more = at.first(); more; more = at.next()) {
    const auto key = parse_log_key(at.key());
    if (key && key->tag == log_tag::entry) return;
    check_log_record(at.key(), at.value());
  }
}

protocol::entry own(const entry_view& entry) {
  return {
      entry.index,  entry.term, entry.kind, entry.from, protocol::payload(std::string(entry.data)),
      entry.time_us};
}

void check_order(group_id group, const entry_view& entry, index_t expected,
                 protocol::term_t before) {
  // Nobody else notices a hole: the core would take the entries after it for those that follow.
  if (entry.index != expected) throw_damaged(group, expected, "it is missing");
  // Along a log terms never fall (Raft §5.3).
  if (entry.term < before)
    throw_damaged(group, entry.index, "its term is lower than the one before it");
}

void restore_entries(lmdb_cursor& at, group_id group, protocol::restored_state& out) {
  auto term = out.snapshot_term;
  // What lies up to the snapshot point is forgotten, though some of it may still be there.
  bool more = at.seek(log_key(log_tag::entry, group, out.snapshot_index + 1));
  for (; more && at_entry_of(at, group); more = at.next()) {
    const auto x = decode_entry(at.key(), at.value());
    check_order(group, x, out.last_index + 1, term);
    if (out.terms.empty() || x.term != out.terms.back().term)
      out.terms.push_back({x.term, x.index});
    if (x.kind == protocol::entry_kind::configuration) out.configurations.push_back(own(x));
    out.last_index = x.index;
    out.last_time_us = std::max(out.last_time_us, x.time_us);
    term = x.term;
  }
}

/// Marks and configuration entries were written together, so they must agree.
void check_marks(lmdb_cursor& at, group_id group,
                 const std::vector<protocol::entry>& configurations) {
  auto expected = configurations.begin();
  bool more = at.seek(log_key(log_tag::configuration_mark, group, index_t{}));
  for (; more; more = at.next(), ++expected) {
    const auto key = parse_log_key(at.key());
    if (!key || key->tag != log_tag::configuration_mark || key->group != group) break;
    if (expected == configurations.end() || expected->index != key->index)
      throw_damaged(group, key->index, "it should carry a configuration");
  }
  if (expected != configurations.end())
    throw_damaged(group, expected->index, "its configuration mark is missing");
}

}  // namespace

std::optional<protocol::snapshot_meta> find_snapshot_point(lmdb_cursor& at, group_id group) {
  const log_key key(log_tag::snapshot_point, group);
  if (!at.seek(key) || at.key() != key.view()) return std::nullopt;
  return decode_snapshot_point(at.key(), at.value());
}

std::optional<protocol::configuration> find_members_as_of(lmdb_cursor& at, group_id group,
                                                          index_t index) {
  // The nearest mark at or before the index; the configuration itself is in its entry.
  if (!at.seek_before(log_key(log_tag::configuration_mark, group, index + 1))) return std::nullopt;
  const auto mark = parse_log_key(at.key());
  if (!mark || mark->tag != log_tag::configuration_mark || mark->group != group)
    return std::nullopt;
  check_configuration_mark(at.key(), at.value());
  if (!at.seek(log_key(log_tag::entry, group, mark->index)) || !at_entry_of(at, group))
    throw_damaged(group, mark->index, "it is missing");
  const auto x = decode_entry(at.key(), at.value());
  auto members = protocol::decode_configuration(x.data);
  if (x.index != mark->index || !members)
    throw_damaged(group, mark->index, "it should carry a configuration");
  return members;
}

protocol::restored_state restore_log(lmdb_cursor& at, group_id group) {
  check_small_records(at);
  protocol::restored_state out;
  const log_key state_key(log_tag::hard_state, group);
  if (at.seek(state_key) && at.key() == state_key.view())
    out.state = decode_hard_state(at.key(), at.value());
  if (auto point = find_snapshot_point(at, group)) {
    out.snapshot_index = out.last_index = point->index;
    out.snapshot_term = point->term;
    out.snapshot_members = std::move(point->members);
  }
  restore_entries(at, group, out);
  check_marks(at, group, out.configurations);
  return out;
}

std::vector<protocol::entry> read_entries(lmdb_cursor& at, group_id group, index_t first,
                                          index_t last, std::uint64_t max_bytes) {
  std::vector<protocol::entry> out;
  const auto point = find_snapshot_point(at, group);
  // Forgotten entries are never shown, even while they are there.
  if (first.value == 0 || (point && first <= point->index)) return out;
  std::string bytes;
  std::uint64_t cost = 0;
  std::vector<std::size_t> sizes;
  bool more = at.seek(log_key(log_tag::entry, group, first));
  for (; more && first + out.size() <= last && at_entry_of(at, group); more = at.next()) {
    const auto x = decode_entry(at.key(), at.value());
    if (x.index != first + out.size()) throw_damaged(group, first + out.size(), "it is missing");
    out.push_back({x.index, x.term, x.kind, x.from, {}, x.time_us});
    cost += footprint(out.back()) + x.data.size();  // the payload is not in there yet
    // The first goes whatever its size, or a large entry could never be read.
    if (out.size() > 1 && cost > max_bytes) {
      out.pop_back();
      break;
    }
    bytes.append(x.data);
    sizes.push_back(x.data.size());
  }
  // All payloads lie one after the other in one buffer that they share.
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  std::string_view rest = *owner;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].data = protocol::payload(owner, rest.substr(0, sizes[i]));
    rest.remove_prefix(sizes[i]);
  }
  return out;
}

}  // namespace lithair::persistence
