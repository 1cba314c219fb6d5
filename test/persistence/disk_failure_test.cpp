#include <boost/test/unit_test.hpp>
#include <cerrno>

#include "test/persistence/failing_disk.hpp"
#include "test/persistence/world.hpp"

namespace disk_failure_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
using lithair::protocol::index_t;
using lithair::protocol::node_id;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(a_failing_disk)

BOOST_AUTO_TEST_CASE(stops_the_log_for_good_although_the_next_sync_would_succeed) {
  for (const auto call : {disk_call::sync, disk_call::write}) {
    temporary_directory place;
    {
      lmdb_log_store log(place.path());
      append(log, commands(1, 5, 1));
      fail_disk(call, 0, EIO);
      BOOST_TEST((code_of([&] { append(log, commands(6, 1, 1)); }) == storage_errc::io));
      BOOST_TEST(heal_disk());
      BOOST_TEST((code_of([&] { append(log, commands(6, 1, 1)); }) == storage_errc::stopped));
      BOOST_TEST((code_of([&] { purge_up_to(log, 2); }) == storage_errc::stopped));
      BOOST_TEST(log.environment().stopped_because().find("Input/output error") !=
                 std::string::npos);
      BOOST_TEST(log.read(group, index_t{1}, index_t{5}, 10'000).size() == 5u);
    }
    lmdb_log_store log(place.path());
    const auto last = log.restore(group).last_index.value;
    BOOST_TEST((last == 5 || last == 6));
    append(log, commands(last + 1, 1, 1));
  }
}

BOOST_AUTO_TEST_CASE(stops_the_state_too) {
  temporary_directory place;
  lmdb_state_store state(place.path());
  commit(state, 1, {{"a", "1"}});
  fail_disk(disk_call::write, 0, EIO);
  BOOST_TEST((code_of([&] { commit(state, 2, {{"a", "2"}}); }) == storage_errc::io));
  heal_disk();
  BOOST_TEST((code_of([&] { commit(state, 2, {{"a", "2"}}); }) == storage_errc::stopped));
  BOOST_TEST(state.get("a").value() == "1");
  BOOST_TEST(state.applied().index.value == 1u);
}

BOOST_AUTO_TEST_CASE(that_is_only_full_in_the_middle_of_a_transaction_stops_nothing) {
  temporary_directory place;
  for (const auto error : {ENOSPC, EDQUOT}) {
    const auto path = place.make(std::to_string(error));
    {
      lmdb_state_store state(path);
      commit(state, 1, {{"a", "1"}});
      fail_disk(disk_call::write, 0, error);
      BOOST_TEST((code_of([&] { commit(state, 2, {{"a", "2"}}); }) == storage_errc::full));
      heal_disk();
      BOOST_TEST(state.environment().stopped_because() == "");
      BOOST_TEST(state.get("a").value() == "1");
      commit(state, 2, {{"a", "2"}});
      state.verify();
    }
    BOOST_TEST(lmdb_state_store(path).get("a").value() == "2");
  }
}

BOOST_AUTO_TEST_CASE(that_has_no_room_for_the_seal_refuses_the_next_write_until_there_is) {
  temporary_directory place;
  {
    lmdb_state_store state(place.path());
    commit(state, 1, {{"a", "1"}});
    // The pages are written in one call, the meta page in the next, the seal in the third.
    fail_disk(disk_call::write, 2, ENOSPC);
    commit(state, 2, {{"a", "2"}});
    BOOST_TEST(heal_disk());
    fail_disk(disk_call::write, 0, ENOSPC);
    BOOST_TEST((code_of([&] { commit(state, 3, {{"a", "3"}}); }) == storage_errc::full));
    BOOST_TEST(heal_disk());
    BOOST_TEST(state.environment().stopped_because() == "");
    BOOST_TEST(state.get("a").value() == "2");
  }
  {
    lmdb_state_store state(place.path());
    BOOST_TEST(state.get("a").value() == "2", "the seal of the commit before vouches for it");
    fail_disk(disk_call::write, 2, ENOSPC);
    commit(state, 3, {{"a", "3"}});
    BOOST_TEST(heal_disk());
    commit(state, 4, {{"a", "4"}});
    state.verify();
  }
  BOOST_TEST(lmdb_state_store(place.path()).get("a").value() == "4");
}

BOOST_AUTO_TEST_CASE(that_is_full_at_the_meta_page_stops_the_state) {
  temporary_directory place;
  lmdb_state_store state(place.path());
  commit(state, 1, {{"a", "1"}});
  // The pages are written in one call, the meta page in the next.
  fail_disk(disk_call::write, 1, ENOSPC);
  BOOST_TEST((code_of([&] { commit(state, 2, {{"a", "2"}}); }) == storage_errc::io));
  BOOST_TEST(heal_disk());
  BOOST_TEST((code_of([&] { commit(state, 2, {{"a", "2"}}); }) == storage_errc::stopped));
  BOOST_TEST((code_of([&] { (void)state.get("a"); }) != storage_errc::damaged),
             "what failed is no damage");
}

BOOST_AUTO_TEST_CASE(stops_the_state_in_the_middle_of_a_large_commit_which_a_restart_completes) {
  temporary_directory place;
  const auto in_parts = in_parts_of(15);
  changes all;
  for (int i = 0; i < 50; ++i) all.push_back({std::to_string(1000 + i), "x"});
  std::string seen;
  for (const int calls : {0, 1, 2, 5, 9}) {
    const auto path = place.make(std::to_string(calls));
    {
      lmdb_state_store state(path, in_parts);
      commit(state, 1, {{"1010", "old"}});
      fail_disk(disk_call::sync, calls, EIO);
      BOOST_TEST((code_of([&] { commit(state, 2, all); }) == storage_errc::io));
      heal_disk();
      BOOST_TEST((code_of([&] { commit(state, 2, all); }) == storage_errc::stopped));
      // Whole before the pending changes are durable, and whole with them.
      BOOST_TEST(state.applied().index.value == (calls < 2 ? 1u : 2u));
      state.verify();
    }
    lmdb_state_store state(path, in_parts);
    state.verify();
    const auto pairs = state.applied().index.value == 2 ? 50u : 1u;
    BOOST_TEST(state.applied().pairs == pairs);
    seen += std::to_string(pairs) + ' ';
  }
  BOOST_TEST(seen == "1 50 50 50 50 ");
}

BOOST_AUTO_TEST_CASE(gives_no_new_data_file_its_name_before_it_is_durable) {
  temporary_directory place;
  fail_disk(disk_call::sync, 1, EIO);
  BOOST_TEST((code_of([&] { lmdb_state_store(place.path()); }) == storage_errc::io));
  BOOST_TEST(heal_disk());
  BOOST_TEST(!fs::exists(place.path() / "data.mdb"));
  BOOST_TEST(fs::file_size(place.path() / "new" / "data.mdb") > 0u);
  lmdb_state_store state(place.path());
  commit(state, 1, {{"a", "1"}});
  BOOST_TEST(!fs::exists(place.path() / "new"));
}

BOOST_AUTO_TEST_CASE(leaves_the_identity_as_it_was) {
  temporary_directory place;
  { const data_directory made(place.path(), node_id{1}); }
  for (const auto call : {disk_call::write, disk_call::sync}) {
    fail_disk(call, 0, ENOSPC);
    BOOST_TEST((code_of([&] { data_directory(place.path(), node_id{1}); }) == storage_errc::full));
    heal_disk();
  }
  BOOST_TEST(data_directory(place.path(), node_id{1}).identity().boots == 2u);
}

BOOST_AUTO_TEST_CASE(leaves_no_half_snapshot) {
  temporary_directory place;
  memory_state_store state;
  commit(state, 1, {{"a", "1"}});
  const auto path = place.path() / "snapshot";
  for (const auto call : {disk_call::write, disk_call::sync}) {
    fail_disk(call, 0, ENOSPC);
    BOOST_TEST((code_of([&] { write_snapshot(state, group, 1, path); }) == storage_errc::full));
    heal_disk();
    BOOST_TEST(fs::is_empty(place.path()));
  }
}

/// Each single call that fails somewhere in the story: nothing acknowledged is lost by it.
BOOST_AUTO_TEST_CASE(loses_nothing_acknowledged_whichever_call_fails) {
  temporary_directory place;
  const auto snapshot = place.path() / "later.snapshot";
  write_story_snapshot(snapshot);
  const auto expected = story_in_memory(snapshot);
  std::size_t failures = 0;
  for (const auto call : {disk_call::sync, disk_call::write}) {
    for (int skipped = 0;; ++skipped) {
      const auto path = place.path() / "node";
      std::size_t done = 0;
      fail_disk(call, skipped, EIO, skipped % 2 == 0);
      try {
        disk_world in(path);
        for (const auto& step : story()) {
          step(in, snapshot);
          ++done;
        }
      } catch (const storage_error&) {
        ++failures;
      }
      if (!heal_disk()) break;
      disk_world found(path);
      const auto is = found.describe();
      BOOST_TEST((is == expected[done] || (done < story().size() && is == expected[done + 1])),
                 "call " << skipped << " failed in step " << done << " and left " << is);
      fs::remove_all(path);
    }
    fs::remove_all(place.path() / "node");
  }
  BOOST_TEST_MESSAGE("failures: " << failures);
  BOOST_TEST(failures > 50u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace disk_failure_test
