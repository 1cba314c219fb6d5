#include "persistence/lmdb_state_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "persistence/fault_points.hpp"
#include "persistence/files.hpp"
#include "persistence/mutants.hpp"
#include "persistence/pending_changes.hpp"
#include "persistence/state_records.hpp"
#include "persistence/state_scan.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

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
    to_.write_part(changes, nullptr, write_purpose::finishes);
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

/// Its removal becomes durable some time after its commit, so an old one may be found here again: that commit and
/// perhaps others are in the state since.
void lmdb_state_store::finish_pending() {
  const pending_changes pending(pending_path());
  const auto commits = pending.target().commits;
  const bool old = commits <= stored_.commits && !mutated(mutant::old_pending_is_damage);
  if (commits == stored_.commits + 1) {
    part_builder parts(*this);
    pending.read([&](const change_view& change) { parts.add(change); });
    parts.flush();
    write_part({}, &pending.target(), write_purpose::finishes);
  } else if (!old && commits != stored_.commits) {
    throw storage_error(storage_errc::damaged, pending_path().string() + " is of another state");
  }
  remove_pending();
}

void lmdb_state_store::remove_pending() {
  remove_path(pending_path());
  sync_directory(env_.directory());
}

std::optional<std::string> lmdb_state_store::get(std::string_view key) const {
  return find_pair(env_, key);
}

void lmdb_state_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                            const pair_visitor& visit) const {
  scan_pairs(env_, lower, upper, order, visit);
}

std::uint64_t lmdb_state_store::count(std::string_view lower, std::string_view upper,
                                      std::uint64_t most, std::string& last) const {
  return count_pairs(env_, lower, upper, most, last);
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
  std::uint64_t bytes = 0;
  for (const auto& change : changes) bytes += change.key.size() + (change.value ? change.value->size() : 0);
  if (cost <= part_bytes_) {
    write_part(changes, &target, write_purpose::stores_more, bytes);
  } else {
    // In the file, in the state, and what its last parts hold in pages while those before wait to be used again.
    env_.require_writable(2 * bytes + 2 * std::min(bytes, part_bytes_));
    write_in_parts(changes, target);
  }
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
  // It has happened now: what follows is not held up by limits that were kept at its begin.
  reach(fault_point::checkpoint_pending);
  while (!changes.empty()) {
    std::uint64_t cost = 0;
    std::size_t count = 0;
    while (count < changes.size() && cost < part_bytes_) cost += cost_of(changes[count++]);
    write_part(changes.first(count), nullptr, write_purpose::finishes);
    changes = changes.subspan(count);
    reach(fault_point::checkpoint_between_parts);
  }
  write_part({}, &target, write_purpose::finishes);
  remove_pending();
}

/// One transaction; with a target the last one of a commit.
void lmdb_state_store::write_part(std::span<const change_view> changes,
                                  const applied_record* target, write_purpose purpose,
                                  std::uint64_t bytes) {
  applied_record after;
  const auto work = [&](lmdb_writer& to) {
    after = target != nullptr ? *target : stored_;
    after.point.digest = stored_.point.digest;
    after.point.pairs = stored_.point.pairs;
    perform(to, changes, after.point);
    to.put(applied_key, encode_applied(after));
    reach(fault_point::checkpoint_before_commit);
  };
  env_.write(work, purpose, bytes);
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
