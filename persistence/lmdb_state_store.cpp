#include "persistence/lmdb_state_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "persistence/fault_points.hpp"
#include "persistence/files.hpp"
#include "persistence/mutants.hpp"
#include "persistence/page_costs.hpp"
#include "persistence/pending_changes.hpp"
#include "persistence/state_records.hpp"
#include "persistence/state_scan.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

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

void add(lmdb_writer& to, const change_view& change, applied_point& point, bool at_end = false) {
  const auto& [key, value] = change;
  if (!value) return;
  encode_value(to.reserve(key, stored_size(*value), at_end), key, *value);
  point.digest += pair_digest(key, *value);
  ++point.pairs;
}

/// The digest is a sum, so a pair that goes is taken out without looking at the others. Its
/// checksum is checked on the way: damage must not be counted as right.
void replace(lmdb_writer& at, const change_view& change, applied_point& point) {
  discount(point, change.key, at.value());
  change.value ? add(at, change, point) : at.erase();
}

void perform(lmdb_writer& to, std::span<const change_view> changes, applied_point& point) {
  while (!changes.empty()) {
    const bool at_end = !to.seek(changes.front().key);
    std::size_t count = 0;
    while (count < changes.size() && (at_end || changes[count].key < to.key())) ++count;
    // Behind all that is there they fill pages from left to right.
    for (const auto& change : changes.first(count)) add(to, change, point, at_end);
    if (count == 0) replace(to, changes.front(), point);
    changes = changes.subspan(std::max<std::size_t>(count, 1));
  }
}

lmdb_options for_states(lmdb_options options) {
  // Keys are looked up all over the file; reading ahead would only push others out of memory.
  options.scattered_reads = true;
  return options;
}

}  // namespace

std::optional<std::string> lmdb_state_store::tree::get(std::string_view key) const {
  return find_pair(env_, key);
}

void lmdb_state_store::tree::scan(std::string_view lower, std::string_view upper, scan_order order,
                                  const pair_visitor& visit) const {
  scan_pairs(env_, lower, upper, order, visit);
}

std::uint64_t lmdb_state_store::tree::count(std::string_view lower, std::string_view upper,
                                            std::uint64_t most, std::string& last) const {
  return count_pairs(env_, lower, upper, most, last);
}

void lmdb_state_store::unfinished::add(const change_view& change) {
  change.value ? shown.put(change.key, *change.value) : shown.erase(change.key);
}

void lmdb_state_store::unfinished::close() {
  layer = shown.freeze();
  changes = layer->changes();
}

lmdb_state_store::lmdb_state_store(const std::filesystem::path& directory, lmdb_options options)
    : env_(directory, for_states(options)), part_bytes_(options.part_bytes) {
  read_stored();
  applied_ = stored_.point;
  if (std::filesystem::exists(pending_path())) open_pending();
}

void lmdb_state_store::read_stored() {
  lmdb_reader from(env_);
  stored_ = {};
  // A new environment: the state of nothing.
  if (!from.first()) return;
  // It sorts before all pairs, and was written with the first of them.
  if (from.key() != applied_key)
    throw storage_error(storage_errc::damaged, env_.directory().string() + " has no applied point");
  stored_ = decode_applied(from.value());
}

/// That a file was removed may be lost with the power: one that is made already is an old one.
void lmdb_state_store::open_pending() {
  const pending_changes pending(pending_path());
  const auto commits = pending.target().commits;
  const bool is_old = mutated(mutant::old_pending_is_damage) ? commits == stored_.commits
                                                             : commits <= stored_.commits;
  if (is_old) {
    remove_pending();
    return;
  }
  // The parts of another state, or of a commit after one that is missing, would make one that never
  // was.
  if (commits != stored_.commits + 1)
    throw storage_error(storage_errc::damaged, pending_path().string() + " is of another state");
  auto found = std::make_shared<unfinished>(tree_, pending.target());
  pending.read([&](const change_view& change) { found->add(change); });
  found->close();
  show_unfinished(std::move(found));
  try {
    finish();
  } catch (const storage_error& error) {
    // Where there is no room it is shown from memory; the next commit goes on with it.
    if (error.code() != storage_errc::full) throw;
  }
}

std::optional<std::string> lmdb_state_store::get(std::string_view key) const {
  const auto half = shown_half();
  return half ? half->shown.get(key) : tree_.get(key);
}

void lmdb_state_store::scan(std::string_view lower, std::string_view upper, scan_order order,
                            const pair_visitor& visit) const {
  const auto half = shown_half();
  const state_source& from = half ? static_cast<const state_source&>(half->shown) : tree_;
  from.scan(lower, upper, order, visit);
}

std::uint64_t lmdb_state_store::count(std::string_view lower, std::string_view upper,
                                      std::uint64_t most, std::string& last) const {
  const auto half = shown_half();
  return half ? half->shown.count(lower, upper, most, last) : tree_.count(lower, upper, most, last);
}

applied_point lmdb_state_store::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

std::shared_ptr<const lmdb_state_store::unfinished> lmdb_state_store::shown_half() const {
  if (!is_half_made_) return nullptr;
  const std::lock_guard lock(mutex_);
  return shown_half_;
}

void lmdb_state_store::show(applied_point point, std::shared_ptr<const unfinished> half) {
  const std::lock_guard lock(mutex_);
  applied_ = std::move(point);
  is_half_made_ = half != nullptr;
  shown_half_ = std::move(half);
}

void lmdb_state_store::commit(std::span<const change_view> changes, applied_point point) {
  check_order(changes);
  env_.require_writable();
  // One commit at a time may be half made: its file would be replaced by this one's.
  finish();
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : changes) bytes += key.size() + (value ? value->size() : 0);
  const applied_record target{std::move(point), stored_.commits + 1};
  if (one_part_of(changes) == changes.size()) {
    write_part(changes, &target, write_purpose::stores_more, bytes);
    show(stored_.point, nullptr);
  } else {
    // In the file, in the state, and what its last parts hold in pages while those before wait to
    // be used again.
    env_.require_writable(2 * bytes + 2 * std::min(bytes, part_bytes_));
    write_in_parts(changes, target);
  }
  reach(fault_point::checkpoint_after_commit);
}

/// Once the file is there the commit has happened: limits that were kept at its begin hold it up no
/// more, and no room for its parts is not its failure.
void lmdb_state_store::write_in_parts(std::span<const change_view> changes,
                                      const applied_record& target) {
  try {
    write_pending(pending_path(), changes, target);
  } catch (const storage_error& error) {
    // Nobody knows whether the file is there. If it is, the next opening makes its changes, over
    // whatever was written since.
    if (error.code() != storage_errc::full) env_.stop(error.what());
    throw;
  }
  std::size_t made = 0;
  try {
    reach(fault_point::checkpoint_pending);
    while (made < changes.size()) {
      made += write_one_part(changes.subspan(made));
      reach(fault_point::checkpoint_between_parts);
    }
    write_part({}, &target, write_purpose::finishes);
  } catch (const storage_error& error) {
    // The commit has happened: what reads show must not depend on how far its parts got.
    leave_half_made(changes, made, target);
    if (error.code() == storage_errc::full && !mutated(mutant::half_state_is_damage)) return;
    throw;
  } catch (...) {
    leave_half_made(changes, made, target);
    throw;
  }
  show(stored_.point, nullptr);
  // Last: until the point is stored the file is the only place that has the commit as a whole.
  remove_pending();
}

void lmdb_state_store::leave_half_made(std::span<const change_view> changes, std::size_t made,
                                       const applied_record& target) {
  if (mutated(mutant::half_state_is_damage)) return;
  auto left = std::make_shared<unfinished>(tree_, target);
  // Copied, for the caller's bytes go; all of them, since the parts that are made show through them
  // just the same.
  for (const auto& change : changes) left->add(change);
  left->close();
  left->made = made;
  show_unfinished(std::move(left));
}

void lmdb_state_store::remove_pending() {
  mutated(mutant::old_pending_is_damage) ? remove_path(pending_path())
                                         : remove_file(pending_path());
}

/// Makes the first of the changes, as many as one transaction is to hold, and tells how many.
std::size_t lmdb_state_store::write_one_part(std::span<const change_view> changes) {
  const auto count = one_part_of(changes);
  write_part(changes.first(count), nullptr, write_purpose::finishes);
  return count;
}

/// How many of the changes, from the first, one transaction is to hold; at least one.
std::size_t lmdb_state_store::one_part_of(std::span<const change_view> changes) const {
  lmdb_reader map(env_);
  page_costs costs(map);
  std::uint64_t cost = 0;
  std::size_t count = 0;
  while (count < changes.size() && cost < part_bytes_) cost += costs.of(changes[count++]);
  return count;
}

/// From now on reads show the state with all of the commit. A failed write may be there or not, so
/// what is there is asked.
void lmdb_state_store::show_unfinished(std::shared_ptr<unfinished> pending_changes) {
  read_stored();
  auto point = pending_changes->target.point;
  point.digest = stored_.point.digest;
  point.pairs = stored_.point.pairs;
  // The digest as if all parts were made, whichever of them are.
  for (const auto& [key, value] : pending_changes->changes) {
    if (const auto before = tree_.get(key)) {
      point.digest -= pair_digest(key, *before);
      --point.pairs;
    }
    if (!value) continue;
    point.digest += pair_digest(key, *value);
    ++point.pairs;
  }
  unfinished_ = pending_changes;
  show(std::move(point), std::move(pending_changes));
}

/// Makes the parts that are missing. Throws `full` where there is no room, and goes on from there.
void lmdb_state_store::finish() {
  if (!unfinished_) return;
  auto& x = *unfinished_;
  while (x.made < x.changes.size()) x.made += write_one_part(std::span(x.changes).subspan(x.made));
  // The point may be stored already: a write that seemed to fail may be on the disk.
  if (stored_.commits != x.target.commits) write_part({}, &x.target, write_purpose::finishes);
  show(stored_.point, nullptr);
  remove_pending();
  unfinished_.reset();
}

/// One transaction; with a target the last one of a commit.
void lmdb_state_store::write_part(std::span<const change_view> changes,
                                  const applied_record* target, write_purpose purpose,
                                  std::uint64_t bytes) {
  applied_record after;
  const auto work = [&](lmdb_writer& to) {
    // A part before the last keeps the old point, but for digest and count: those are of what is
    // stored.
    after = target != nullptr ? *target : stored_;
    after.point.digest = stored_.point.digest;
    after.point.pairs = stored_.point.pairs;
    perform(to, changes, after.point);
    // In the same transaction as the pairs, or a crash leaves pairs that are the state of nothing.
    if (!mutated(mutant::point_in_another_transaction)) to.put(applied_key, encode_applied(after));
    reach(fault_point::checkpoint_before_commit);
  };
  env_.write(work, purpose, bytes);
  if (mutated(mutant::point_in_another_transaction))
    env_.write([&](lmdb_writer& to) { to.put(applied_key, encode_applied(after)); });
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
