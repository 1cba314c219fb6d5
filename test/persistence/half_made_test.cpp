#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "persistence/files.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/pinned_state.hpp"
#include "persistence/snapshot_file.hpp"
#include "test/persistence/failing_disk.hpp"
#include "test/persistence/support.hpp"

namespace half_made_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
namespace fs = std::filesystem;

namespace {

lmdb_options in_parts() {
  lmdb_options out;
  out.map_size = 256 * 1024;
  out.part_bytes = 8 * 4096;
  return out;
}

changes old_pairs() { return {{"1000", "old"}, {"1010", "old"}, {"1500", "old"}, {"2000", "old"}}; }

/// Over what is there and beside it.
changes many_pairs() {
  changes out;
  for (int i = 0; i < 150; ++i) out.push_back({std::to_string(1000 + i), std::string(3000, 'n')});
  out.push_back({"1500", std::nullopt});
  return out;
}

/// What the state is once both are committed.
struct expected {
  memory_state_store state;

  expected() {
    commit(state, 1, old_pairs());
    commit(state, 2, many_pairs());
  }
};

void require_new_state(const state_store& found) {
  const expected wanted;
  BOOST_REQUIRE(found.applied() == wanted.state.applied());
  for (const auto order : {scan_order::ascending, scan_order::descending})
    BOOST_REQUIRE(scanned(found, "", "", order) == scanned(wanted.state, "", "", order));
  BOOST_TEST(!found.get("1500"));
  BOOST_TEST(found.get("1149").value().size() == 3000u);
  std::string last;
  BOOST_TEST(found.count("", "", 1000, last) == 151u);
}

/// A store whose disk was full when some parts of the second commit were made.
std::unique_ptr<lmdb_state_store> half_made_in(const fs::path& directory) {
  auto state = std::make_unique<lmdb_state_store>(directory, in_parts());
  commit(*state, 1, old_pairs());
  set_fault_handler([](fault_point point) {
    if (point == fault_point::checkpoint_between_parts)
      fail_disk(disk_call::write, 0, ENOSPC, true);
  });
  commit(*state, 2, many_pairs());
  set_fault_handler(nullptr);
  BOOST_REQUIRE(heal_disk());
  BOOST_REQUIRE(state->half_made());
  return state;
}

fs::path copy_from;
fs::path copy_to;

void copy_pending(fault_point point) {
  if (point == fault_point::checkpoint_pending)
    fs::copy_file(copy_from, copy_to, fs::copy_options::overwrite_existing);
}

/// A store's directory after a large commit and `later` small ones, with the file of the large one
/// kept.
class with_old_pending {
 public:
  explicit with_old_pending(std::uint64_t later) {
    copy_from = pending();
    copy_to = place_.path() / "kept";
    set_fault_handler(&copy_pending);
    lmdb_state_store state(directory_, in_parts());
    commit(state, 1, old_pairs());
    commit(state, 2, many_pairs());
    set_fault_handler(nullptr);
    for (std::uint64_t i = 1; i <= later; ++i) commit(state, 2 + i, {{"later", std::to_string(i)}});
  }

  fs::path pending() const { return directory_ / "pending"; }
  const fs::path& directory() const { return directory_; }
  const fs::path& kept() const { return copy_to; }

 private:
  temporary_directory place_;
  fs::path directory_ = place_.make("state");
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_commit_that_is_half_made)

BOOST_AUTO_TEST_CASE(for_want_of_room_has_happened_and_no_reader_sees_a_half) {
  temporary_directory place;
  const auto directory = place.make("state");
  {
    const auto state = half_made_in(directory);
    require_new_state(*state);
    state->verify();
    fail_disk(disk_call::write, 0, ENOSPC, true);
    BOOST_TEST(code_of([&] { commit(*state, 3, {{"a", "3"}}); }) == storage_errc::full);
    heal_disk();
    require_new_state(*state);
    BOOST_TEST(state->environment().stopped_because() == "");
  }
  // It opens on the same disk, as it was: only the seal is written over.
  fail_disk(disk_call::write, 1, ENOSPC, true);
  lmdb_state_store state(directory, in_parts());
  BOOST_TEST(state.half_made());
  require_new_state(state);
  state.verify();
  BOOST_TEST(code_of([&] { commit(state, 3, {{"a", "3"}}); }) == storage_errc::full);
  BOOST_TEST(heal_disk());
  require_new_state(state);
  commit(state, 3, {{"1500", "again"}});
  BOOST_TEST(!state.half_made());
  state.verify();
}

BOOST_AUTO_TEST_CASE(is_made_by_the_next_start_where_there_is_room) {
  temporary_directory place;
  const auto directory = place.make("state");
  (void)half_made_in(directory);
  lmdb_state_store state(directory, in_parts());
  BOOST_TEST(!state.half_made());
  BOOST_TEST(!fs::exists(directory / "pending"));
  require_new_state(state);
  commit(state, 3, {{"1500", "again"}});
  state.verify();
  BOOST_TEST(state.get("1500").value() == "again");
}

BOOST_AUTO_TEST_CASE(for_a_full_disk_goes_on_where_it_stopped) {
  temporary_directory place;
  for (const int calls : {3, 6, 9}) {
    lmdb_state_store state(place.make(std::to_string(calls)), in_parts());
    commit(state, 1, old_pairs());
    fail_disk(disk_call::write, calls, ENOSPC, true);
    std::optional<storage_errc> refused;
    try {
      commit(state, 2, many_pairs());
    } catch (const storage_error& error) {
      refused = error.code();
    }
    BOOST_TEST(heal_disk());
    BOOST_TEST(state.environment().stopped_because() == "", "full is not failed");
    state.verify();
    if (refused) {
      BOOST_TEST(*refused == storage_errc::full);
      BOOST_TEST(state.applied().index.value == 1u);
      commit(state, 2, many_pairs());
    }
    require_new_state(state);
    commit(state, 3, {{"1500", "again"}});
    BOOST_TEST(!state.half_made());
    state.verify();
  }
}

BOOST_AUTO_TEST_CASE(gives_whole_snapshots) {
  temporary_directory place;
  const auto made = half_made_in(place.make("state"));
  const auto& state = *made;
  const auto path = place.path() / "snapshot";
  write_snapshot(state, group, 1, path);
  const pinned_state pinned(state);
  const auto other = place.path() / "pinned";
  write_snapshot(pinned, group, 1, other);
  const expected wanted;
  for (const auto& each : {path, other}) {
    const snapshot_file written(each);
    written.verify();
    BOOST_TEST((written.header().point == wanted.state.applied()));
  }
}

BOOST_AUTO_TEST_CASE(by_a_failing_disk_is_no_damage_either) {
  temporary_directory place;
  for (const int calls : {6, 8, 10, 12}) {
    lmdb_state_store state(place.make(std::to_string(calls)), in_parts());
    commit(state, 1, old_pairs());
    fail_disk(disk_call::sync, calls, EIO);
    BOOST_TEST(code_of([&] { commit(state, 2, many_pairs()); }) == storage_errc::io);
    heal_disk();
    state.verify();
    write_snapshot(state, group, 1, place.path() / "snapshot");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_file_of_pending_changes)

BOOST_AUTO_TEST_CASE(that_comes_back_after_it_was_removed_is_an_old_one) {
  for (const std::uint64_t later : {0u, 1u, 3u}) {
    const with_old_pending made(later);
    fs::copy_file(made.kept(), made.pending());
    lmdb_state_store state(made.directory(), in_parts());
    BOOST_TEST(state.applied().index.value == 2 + later);
    BOOST_TEST(!fs::exists(made.pending()));
    state.verify();
    commit(state, 9, {{"later", "9"}});
  }
}

BOOST_AUTO_TEST_CASE(that_is_ahead_of_the_state_is_damage) {
  const with_old_pending made(0);
  temporary_directory place;
  { lmdb_state_store behind(place.path(), in_parts()); }
  fs::copy_file(made.kept(), place.path() / "pending");
  BOOST_TEST(code_of([&] { lmdb_state_store(place.path(), in_parts()); }) == storage_errc::damaged);
  BOOST_TEST(fs::exists(place.path() / "pending"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace half_made_test
