#include "persistence/state_scan.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "persistence/state_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

// Many scans end after a few pairs; long ones copy more at a time.
constexpr std::size_t first_chunk_pairs = 8;
constexpr std::size_t last_chunk_pairs = 512;
constexpr std::size_t chunk_bytes = 64 << 10;

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

/// Memory that a scan leaves to the next one of its thread: where pairs are large, taking it from
/// the system would cost more than copying them.
constexpr std::size_t most_spare_bytes = 4 << 20;
thread_local std::string spare;

/// Pairs that were copied out of one short read transaction.
class chunk {
 public:
  chunk() : bytes_(std::exchange(spare, {})) {}
  ~chunk() {
    if (bytes_.capacity() > spare.capacity() && bytes_.capacity() <= most_spare_bytes)
      spare = std::move(bytes_);
  }
  chunk(const chunk&) = delete;
  chunk& operator=(const chunk&) = delete;

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
std::string_view lower_of_pairs(std::string_view lower) { return std::max(lower, first_pair_key); }

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

}  // namespace

std::optional<std::string> find_pair(const lmdb_environment& env, std::string_view key) {
  // The record of the applied point is in the map, but is no pair.
  if (key.empty() || key == applied_key) return std::nullopt;
  lmdb_reader from(env);
  const bool found = from.seek(key);
  if (found && from.key() == key) return std::string(decode_value(key, from.value()));
  check_absence(from, found, key);
  return std::nullopt;
}

void scan_pairs(const lmdb_environment& env, std::string_view lower, std::string_view upper,
                scan_order order, const pair_visitor& visit) {
  if (!upper.empty() && upper <= lower_of_pairs(lower)) return;
  const bool up = order == scan_order::ascending;
  const std::string bound(up ? upper : lower_of_pairs(lower));
  std::string start(up ? lower_of_pairs(lower) : upper);
  chunk pairs;
  std::string last;
  for (auto most = first_chunk_pairs;; most = std::min(most * 4, last_chunk_pairs)) {
    {
      // Ends before the visitor runs, which may take its time or look things up itself.
      lmdb_reader from(env);
      const bool more = up ? seek_ascending(from, start) : seek_descending(from, start);
      pairs.fill(from, more, order, bound, most);
    }
    if (!pairs.visit(visit, last) || pairs.ended()) return;
    // The next transaction begins behind the last key that was shown, wherever that is by then.
    start = last;
    if (up) start.push_back('\0');
  }
}

std::uint64_t count_pairs(const lmdb_environment& env, std::string_view lower,
                          std::string_view upper, std::uint64_t most, std::string& last) {
  last.clear();
  lower = lower_of_pairs(lower);
  if (!upper.empty() && upper <= lower) return 0;
  lmdb_reader at(env);
  std::uint64_t counted = 0;
  std::string_view before;
  for (bool more = seek_ascending(at, lower); more; more = at.next()) {
    check_state_record(at.key(), at.value());
    if (!before.empty() && at.key() <= before) throw_disorder(at.key());
    if (!upper.empty() && at.key() >= upper) break;
    if (counted == most) {
      last = before;
      break;
    }
    ++counted;
    before = at.key();
  }
  return counted;
}

}  // namespace lithair::persistence
