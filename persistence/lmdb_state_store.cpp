#include "persistence/lmdb_state_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "persistence/fault_points.hpp"
#include "persistence/files.hpp"
#include "persistence/pending_changes.hpp"
#include "persistence/state_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

constexpr std::size_t first_chunk_pairs = 8;
constexpr std::size_t last_chunk_pairs = 512;
constexpr std::size_t chunk_bytes = 64 * 1024;

[[noreturn]] void throw_disorder(std::string_view key) {
  throw storage_error(storage_errc::damaged,
                      "state near key \"" + printable(key) + "\": the keys are out of order");
}

/// Nothing with `key` is here only if both neighbours are what was written, and stand on either
/// side: a damaged key must not look like a missing one. `found` is whether `at` is at the first
/// key after it.
void check_absence(lmdb_cursor& at, bool found, std::string_view key) {
  if (found) {
    check_state_record(at.key(), at.value());
    if (at.key() <= key) throw_disorder(key);
  }
  if (!(found ? at.previous() : at.last())) return;
  check_state_record(at.key(), at.value());
  if (at.key() >= key) throw_disorder(key);
}

/// Pairs that were copied out of one short read transaction.
class chunk {
 public:
  /// Takes pairs from the position on, up to `most`, as long as they are on this side of `bound`
  /// (none when empty). The first pair beyond is checked too, for the reason above.
  void fill(lmdb_cursor& at, bool more, scan_order order, std::string_view bound,
            std::size_t most) {
    bytes_.clear();
    sizes_.clear();
    ended_ = false;
    std::string before;
    for (; more; more = order == scan_order::ascending ? at.next() : at.previous()) {
      if (is_beyond(at.key(), order, bound)) {
        check_state_record(at.key(), at.value());
        break;
      }
      if (sizes_.size() == most || bytes_.size() >= chunk_bytes) return;
      const auto key = at.key();
      const auto value = decode_value(key, at.value());
      if (!before.empty() && (order == scan_order::ascending ? key <= before : key >= before))
        throw_disorder(key);
      before = key;
      bytes_.append(key).append(value);
      sizes_.push_back({key.size(), value.size()});
    }
    ended_ = true;
  }

  /// Whether there is nothing after these.
  bool ended() const { return ended_; }

  /// False when the visitor stopped. Leaves the last key in `last`.
  bool visit(const pair_visitor& visitor, std::string& last) const {
    std::string_view rest = bytes_;
    for (const auto& [key_size, value_size] : sizes_) {
      const auto key = rest.substr(0, key_size);
      if (!visitor(key, rest.substr(key_size, value_size))) return false;
      last = key;
      rest.remove_prefix(key_size + value_size);
    }
    return true;
  }

 private:
  struct sizes {
    std::size_t key;
    std::size_t value;
  };

  static bool is_beyond(std::string_view key, scan_order order, std::string_view bound) {
    if (order == scan_order::descending) return key < bound;
    return !bound.empty() && key >= bound;
  }

  std::string bytes_;
  std::vector<sizes> sizes_;
  bool ended_ = false;
};

/// The bounds of a scan as they are stored: the record of the applied point is no pair.
std::string_view lower_of_pairs(std::string_view lower) {
  return std::max(lower, first_pair_key);
}

bool seek_ascending(lmdb_cursor& at, std::string_view start) {
  const bool found = at.seek(start);
  if (found && at.key() == start) return true;
  check_absence(at, found, start);
  return at.seek(start);
}

bool seek_descending(lmdb_cursor& at, std::string_view end) {
  if (end.empty() || !at.seek(end)) return at.last();
  check_state_record(at.key(), at.value());
  return at.previous();
}

/// What a change costs in pages that LMDB holds until it commits: the leaf, and what does not fit
/// in it.
std::uint64_t cost_of(const change_view& change) {
  constexpr std::uint64_t page_size = 4096;
  return page_size + (change.value ? change.value->size() : 0);
}

void check_order(std::span<const change_view> changes) {
  std::string_view before;
  for (const auto& change : changes) {
    check_key(change.key);
    if (change.key <= before) throw std::logic_error("the keys of a commit must rise");
    before = change.key;
  }
}

/// Takes a key and its value out of what the point counts.
void discount(applied_point& point, std::string_view key, std::string_view stored) {
  point.digest -= pair_digest(key, decode_value(key, stored));
  --point.pairs;
}

void perform(lmdb_writer& to, std::span<const change_view> changes, applied_point& point) {
  // Keys beyond all others replace nothing, and fill the pages from left to right.
  const bool at_end = !changes.empty() && (!to.last() || to.key() < changes.front().key);
  for (const auto& [key, value] : changes) {
    const bool replaces = !at_end && to.seek(key) && to.key() == key;
    if (replaces) discount(point, key, to.value());
    if (value) {
      encode_value(to.reserve(key, stored_size(*value), at_end), key, *value);
      point.digest += pair_digest(key, *value);
      ++point.pairs;
    } else if (replaces) {
      to.erase();
    }
  }
}

lmdb_options for_states(lmdb_options options) {
  options.scattered_reads = true;
  return options;
}

}  // namespace

/// Changes read back from a file, gathered into parts.
class lmdb_state_store::part_builder {
 public:
  explicit part_builder(lmdb_state_store& to) : to_(to) {}

  void add(const change_view& change) {
    keys_.emplace_back(change.key);
    values_.emplace_back(change.value ? std::optional<std::string>(*change.value) : std::nullopt);
    cost_ += cost_of(change);
    if (cost_ >= to_.part_bytes_) flush();
  }

  void flush() {
    std::vector<change_view> changes;
    for (std::size_t i = 0; i < keys_.size(); ++i) changes.push_back({keys_[i], values_[i]});
    to_.write_part(changes, nullptr);
    keys_.clear();
    values_.clear();
    cost_ = 0;
  }

 private:
  lmdb_state_store& to_;
  std::vector<std::string> keys_;
  std::vector<std::optional<std::string>> values_;
  std::uint64_t cost_ = 0;
};

lmdb_state_store::lmdb_state_store(const std::filesystem::path& directory, lmdb_options options)
    : env_(directory, for_states(options)), part_bytes_(options.part_bytes) {
  {
    lmdb_reader from(env_);
    if (from.first()) {
      if (from.key() != applied_key)
        throw storage_error(storage_errc::damaged, directory.string() + " has no applied point");
      stored_ = decode_applied(from.value());
    }
  }
  if (std::filesystem::exists(pending_path())) finish_pending();
  applied_ = stored_.point;
}

void lmdb_state_store::finish_pending() {
  const pending_changes pending(pending_path());
  const auto commits = pending.target().commits;
  if (commits == stored_.commits + 1) {
    part_builder parts(*this);
    pending.read([&](const change_view& change) { parts.add(change); });
    parts.flush();
    write_part({}, &pending.target());
  } else if (commits != stored_.commits) {
    throw storage_error(storage_errc::damaged, pending_path().string() + " is of another state");
  }
  remove_path(pending_path());
}

std::optional<std::string> lmdb_state_store::get(std::string_view key) const {
  if (key.empty() || key == applied_key) return std::nullopt;
  lmdb_reader from(env_);
  const bool found = from.seek(key);
  if (found && from.key() == key) return std::string(decode_value(key, from.value()));
  check_absence(from, found, key);
  return std::nullopt;
}

void lmdb_state_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                            const pair_visitor& visit) const {
  if (!upper.empty() && upper <= lower_of_pairs(lower)) return;
  const bool up = order == scan_order::ascending;
  const std::string bound(up ? upper : lower_of_pairs(lower));
  std::string start(up ? lower_of_pairs(lower) : upper);
  chunk pairs;
  std::string last;
  for (auto most = first_chunk_pairs;; most = std::min(most * 4, last_chunk_pairs)) {
    {
      lmdb_reader from(env_);
      const bool more = up ? seek_ascending(from, start) : seek_descending(from, start);
      pairs.fill(from, more, order, bound, most);
    }
    if (!pairs.visit(visit, last) || pairs.ended()) return;
    start = last;
    if (up) start.push_back('\0');
  }
}

applied_point lmdb_state_store::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

void lmdb_state_store::commit(std::span<const change_view> changes, applied_point point) {
  check_order(changes);
  env_.require_writable();
  std::uint64_t cost = 0;
  for (const auto& change : changes) cost += cost_of(change);
  const applied_record target{std::move(point), stored_.commits + 1};
  if (cost <= part_bytes_)
    write_part(changes, &target);
  else
    write_in_parts(changes, target);
  {
    const std::lock_guard lock(mutex_);
    applied_ = stored_.point;
  }
  reach(fault_point::checkpoint_after_commit);
}

void lmdb_state_store::write_in_parts(std::span<const change_view> changes,
                                      const applied_record& target) {
  try {
    write_pending(pending_path(), changes, target);
  } catch (const storage_error& error) {
    if (error.code() != storage_errc::full) env_.stop(error.what());
    throw;
  }
  reach(fault_point::checkpoint_pending);
  while (!changes.empty()) {
    std::uint64_t cost = 0;
    std::size_t count = 0;
    while (count < changes.size() && cost < part_bytes_) cost += cost_of(changes[count++]);
    write_part(changes.first(count), nullptr);
    changes = changes.subspan(count);
    reach(fault_point::checkpoint_between_parts);
  }
  write_part({}, &target);
  remove_path(pending_path());
}

/// One transaction; with a target the last one of a commit.
void lmdb_state_store::write_part(std::span<const change_view> changes,
                                  const applied_record* target) {
  applied_record after;
  env_.write([&](lmdb_writer& to) {
    after = target != nullptr ? *target : stored_;
    after.point.digest = stored_.point.digest;
    after.point.pairs = stored_.point.pairs;
    perform(to, changes, after.point);
    to.put(applied_key, encode_applied(after));
    reach(fault_point::checkpoint_before_commit);
  });
  stored_ = std::move(after);
}

void lmdb_state_store::verify() const {
  const auto expected = applied();
  std::uint64_t digest = 0;
  std::uint64_t pairs = 0;
  scan({}, {}, scan_order::ascending, [&](std::string_view key, std::string_view value) {
    digest += pair_digest(key, value);
    ++pairs;
    return true;
  });
  if (digest != expected.digest || pairs != expected.pairs)
    throw storage_error(storage_errc::damaged,
                        env_.directory().string() + ": the state does not match its digest");
}

}  // namespace lithair::persistence
