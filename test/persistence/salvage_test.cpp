#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <set>

#include "persistence/files.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/salvage.hpp"
#include "persistence/set_aside.hpp"
#include "persistence/snapshot_file.hpp"
#include "test/persistence/failing_disk.hpp"
#include "test/persistence/support.hpp"

namespace salvage_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::index_t;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t salvaged_cluster = 77;
const std::vector<protocol::group_id> groups{group};

/// A node's directory that has been part of a cluster, with 50 entries and a state as of the 30th.
class member_directory {
 public:
  member_directory() : place_(root_.path() / "node") {
    const data_directory made(place_, protocol::node_id{1}, salvaged_cluster);
    lmdb_log_store log(made.log_path());
    vote(log, 3, 2);
    append(log, {change_of_members(1, 1, members_up_to(3))});
    append(log, commands(2, 49, 1, 60));
    state_directory states(made.state_path(), group);
    commit(*states.open(), 30, {{"a", "1"}, {"b", "2"}});
  }

  const fs::path& path() const { return place_; }
  data_directory open() const { return {place_, protocol::node_id{1}}; }
  void purge(std::uint64_t upto) const {
    lmdb_log_store log(place_ / "log");
    purge_up_to(log, upto);
  }
  void spoil_log() const { spoil(place_ / "log" / "data.mdb"); }
  /// The command of this index, of each group that has it.
  void spoil_a_record(std::uint64_t index) const {
    const auto file = place_ / "log" / "data.mdb";
    const auto bytes = read_file(file).value();
    const auto wanted = commands(index, 1, 1, 60).front().data;
    for (auto at = bytes.find(wanted.view()); at != std::string::npos;
         at = bytes.find(wanted.view(), at + 1))
      flip_bit(file, at, 3);
  }
  void spoil_state() const { spoil(place_ / "state" / "1" / "1" / "data.mdb"); }

 private:
  static void spoil(const fs::path& file) {
    for (std::uint64_t at = 0; at < fs::file_size(file); at += 64) flip_bit(file, at, 3);
  }

  temporary_directory root_;
  fs::path place_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(salvage)

BOOST_AUTO_TEST_CASE(what_is_whole_is_opened_as_it_is) {
  const member_directory node;
  const auto directory = node.open();
  const auto opened = open_log(directory, {}, groups, true);
  BOOST_TEST(opened.lost.empty());
  state_directory states(directory.state_path(), group);
  const auto state = open_state(states, *opened.log, group, {}, true);
  BOOST_TEST(state.lost.empty());
  BOOST_TEST(state.rebuilt.empty());
  BOOST_TEST(state.restored.last_index.value == 50u);
  BOOST_TEST(state.restored.applied.value == 30u);
}

BOOST_AUTO_TEST_CASE(a_damaged_log_is_set_aside_for_one_that_is_recovering) {
  const member_directory node;
  node.spoil_log();
  const auto directory = node.open();
  for (int start = 0; start < 2; ++start) {
    const auto opened = open_log(directory, {}, groups, true);
    BOOST_TEST(opened.lost.empty() == (start == 1), "said once, remembered for good");
    state_directory states(directory.state_path(), group);
    const auto state = open_state(states, *opened.log, group, {}, true);
    BOOST_TEST(state.restored.state.recovering);
    BOOST_TEST(state.restored.state.term.value == 1u, "no lower than the state's");
    BOOST_TEST(state.restored.last_index.value == 30u, "it goes on from the state");
  }
  BOOST_TEST(fs::exists(node.path() / "damaged-log" / "data.mdb"));
}

BOOST_AUTO_TEST_CASE(a_log_that_is_gone_is_not_taken_for_a_new_one) {
  const member_directory node;
  fs::remove_all(node.path() / "log");
  const auto directory = node.open();
  BOOST_TEST(!open_log(directory, {}, groups, true).lost.empty());
}

BOOST_AUTO_TEST_CASE(local_data_is_kept_when_the_log_of_the_others_is_damaged) {
  const std::vector<protocol::group_id> own{protocol::group_id{1ull << 32}};
  const member_directory node;
  {
    lmdb_log_store log(node.path() / "log");
    log.reset(own[0], {index_t{7}, protocol::term_t{2}, {}, 0, 0});
    append(log, commands(8, 33, 2, 200'000), own[0]);
  }
  node.spoil_a_record(5);
  const auto directory = node.open();
  for (int start = 0; start < 2; ++start) {
    const auto opened = open_log(directory, {}, groups, true, own);
    BOOST_TEST(opened.lost.empty() == (start == 1));
    BOOST_TEST(opened.log->restore(group).state.recovering);
    const auto kept = opened.log->restore(own[0]);
    BOOST_TEST(!kept.state.recovering);
    BOOST_TEST(kept.snapshot_index.value == 7u);
    BOOST_TEST(kept.last_index.value == 40u);
    BOOST_TEST(opened.log->read(own[0], index_t{40}, index_t{40}, 1).at(0).data.size() == 200'000u);
  }
}

BOOST_AUTO_TEST_CASE(local_data_that_only_the_journal_has_is_kept_too) {
  const std::vector<protocol::group_id> own{protocol::group_id{1ull << 32}};
  const member_directory node;
  {
    // Ended as by a kill: nothing of it went home.
    journaled_log_store log(node.path() / "log", {}, small_journal);
    log.reset(own[0], {index_t{7}, protocol::term_t{2}, {}, 0, 0});
    append(log, commands(8, 33, 2, 60), own[0]);
  }
  node.spoil_a_record(5);
  const auto directory = node.open();
  const auto opened = open_log(directory, {}, groups, true, own);
  BOOST_TEST(!opened.lost.empty());
  const auto kept = opened.log->restore(own[0]);
  BOOST_TEST(kept.snapshot_index.value == 7u);
  BOOST_TEST(kept.last_index.value == 40u);
  BOOST_TEST(opened.log->read(own[0], index_t{8}, index_t{40}, 1 << 20).size() == 33u);
}

BOOST_AUTO_TEST_CASE(local_data_in_a_damaged_journal_ends_the_start_and_moves_nothing) {
  const std::vector<protocol::group_id> own{protocol::group_id{1ull << 32}};
  const member_directory node;
  {
    journaled_log_store log(node.path() / "log", {}, small_journal);
    append(log, commands(1, 3, 2, 60), own[0]);
    append(log, commands(4, 3, 2, 60), own[0]);
  }
  // Of two batches the first.
  flip_bit(node.path() / "log" / "journal" / "0", journal_block + journal_head_size + 40, 3);
  const auto directory = node.open();
  BOOST_TEST(code_of([&] { (void)open_log(directory, {}, groups, true, own); }) ==
             storage_errc::damaged);
  BOOST_TEST(fs::exists(node.path() / "log" / "data.mdb"));
  BOOST_TEST(!fs::exists(node.path() / "damaged-log"));
}

BOOST_AUTO_TEST_CASE(damaged_local_data_ends_the_start_with_what_to_do_and_moves_nothing) {
  const std::vector<protocol::group_id> own{protocol::group_id{1ull << 32}};
  const member_directory node;
  {
    lmdb_log_store log(node.path() / "log");
    append(log, commands(1, 3, 1, 60), own[0]);
  }
  node.spoil_a_record(2);
  const auto directory = node.open();
  BOOST_TEST(sentence_of([&] {
               (void)open_log(directory, {}, groups, true, own);
             }).find("local data that no other node has") != std::string::npos);
  BOOST_TEST(!fs::exists(node.path() / "log-lost"));
}

BOOST_AUTO_TEST_CASE(a_log_that_is_gone_with_local_data_ends_the_start_and_moves_nothing) {
  const std::vector<protocol::group_id> own{protocol::group_id{1ull << 32}};
  const member_directory node;
  fs::remove_all(node.path() / "log");
  const auto directory = node.open();
  BOOST_TEST(sentence_of([&] {
               (void)open_log(directory, {}, groups, true, own);
             }).find("local data that no other node has") != std::string::npos);
  BOOST_TEST(!fs::exists(node.path() / "log-lost"));
}

BOOST_AUTO_TEST_CASE(without_others_a_damaged_log_is_refused_and_left_alone) {
  const member_directory node;
  node.spoil_log();
  const auto before = read_file(node.path() / "log" / "data.mdb");
  const auto directory = node.open();
  BOOST_TEST(code_of([&] { (void)open_log(directory, {}, groups, false); }) ==
             storage_errc::damaged);
  BOOST_TEST(sentence_of([&] { (void)open_log(directory, {}, groups, false); }).find("--restore") !=
             std::string::npos);
  BOOST_TEST((read_file(node.path() / "log" / "data.mdb") == before));
}

BOOST_AUTO_TEST_CASE(a_log_once_condemned_is_never_used_however_often_the_start_is_interrupted) {
  const auto lost_after = [](const std::function<void(const fs::path&)>& interrupted) {
    const member_directory node;
    replace_file(node.path() / "log-lost", "why\n");
    interrupted(node.path());
    const auto directory = node.open();
    const auto opened = open_log(directory, {}, groups, true);
    return opened.lost == "why" && opened.log->restore(group).state.recovering &&
           !opened.log->restore(group).last_index;
  };
  BOOST_TEST(lost_after([](const fs::path&) {}), "before it is moved");
  BOOST_TEST(lost_after([](const fs::path& at) { fs::rename(at / "log", at / "damaged-log"); }),
             "before there is a new one");
  BOOST_TEST(lost_after([](const fs::path& at) {
               fs::rename(at / "log", at / "damaged-log");
               fs::create_directory(at / "log");
               const lmdb_log_store half(at / "log");
             }),
             "before the new one says that it is recovering");
}

BOOST_AUTO_TEST_CASE(a_damaged_state_is_made_anew_by_a_log_that_is_whole_also_alone) {
  const member_directory node;
  node.spoil_state();
  const auto directory = node.open();
  const auto opened = open_log(directory, {}, groups, false);
  state_directory states(directory.state_path(), group);
  const auto state = open_state(states, *opened.log, group, {}, false);
  BOOST_TEST(!state.rebuilt.empty());
  BOOST_TEST(state.restored.applied.value == 0u);
  BOOST_TEST(scanned(*state.state, "", "").empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_state_behind_a_purged_log_is_lost_until_a_snapshot_comes) {
  const member_directory node;
  node.purge(20);
  node.spoil_state();
  const auto directory = node.open();
  const auto opened = open_log(directory, {}, groups, true);
  state_directory states(directory.state_path(), group);
  BOOST_TEST(code_of([&] { (void)open_state(states, *opened.log, group, {}, false); }) ==
             storage_errc::damaged);
  for (int start = 0; start < 2; ++start) {
    const auto state = open_state(states, *opened.log, group, {}, true);
    BOOST_TEST(!state.lost.empty(), "also when the start is interrupted");
    BOOST_TEST(state.restored.last_index.value == 50u, "the log is kept");
    BOOST_TEST(state.restored.applied.value == 20u);
  }
}

BOOST_AUTO_TEST_CASE(a_condemned_state_stays_so_over_a_restart_until_it_is_replaced) {
  const member_directory node;
  const auto directory = node.open();
  state_directory states(directory.state_path(), group);
  states.condemn("record 7 is damaged");
  BOOST_TEST(sentence_of([&] { (void)states.open(); }) == "record 7 is damaged");
  BOOST_TEST((states.begin_anew({}, "for a test")->applied() == applied_point{}));
  BOOST_TEST((states.open()->applied() == applied_point{}));
}

BOOST_AUTO_TEST_CASE(a_damaged_state_is_set_aside_and_named_and_none_is_ever_removed) {
  const member_directory node;
  node.purge(20);
  node.spoil_state();
  const auto bytes = read_file(node.path() / "state" / "1" / "1" / "data.mdb");
  const auto directory = node.open();
  BOOST_TEST(set_aside(directory).empty());
  const auto opened = open_log(directory, {}, groups, true);
  state_directory states(directory.state_path(), group);
  for (int start = 0; start < 3; ++start) {
    (void)open_state(states, *opened.log, group, {}, true);
    const auto kept = set_aside(directory);
    BOOST_REQUIRE(kept.size() == 1u);
    BOOST_TEST(kept[0].path == node.path() / "state" / "1" / "set-aside-1");
    BOOST_TEST(kept[0].why.find("data.mdb") != std::string::npos);
    BOOST_TEST(kept[0].bytes >= bytes->size());
    BOOST_TEST((read_file(kept[0].path / "data.mdb") == bytes));
  }
  // A snapshot takes the empty one's place; what it brought is condemned in its turn.
  const auto snapshot = node.path() / "snapshots" / "1-40.snapshot";
  memory_state_store later;
  commit(later, 40, {{"a", "5"}});
  write_snapshot(later, group, salvaged_cluster, snapshot);
  for (int n = 0; n < 2; ++n) {
    states.install(snapshot_file(snapshot));
    (void)states.open();
    states.condemn("record 7 is damaged");
  }
  states.install(snapshot_file(snapshot));
  BOOST_TEST(states.open()->get("a").value() == "5");
  const auto kept = set_aside(directory);
  BOOST_REQUIRE(kept.size() == 3u);
  BOOST_TEST(kept[2].why == "record 7 is damaged");
  BOOST_TEST(lmdb_state_store(kept[1].path).get("a").value() == "5");
}

BOOST_AUTO_TEST_CASE(a_state_is_set_aside_also_when_there_is_no_word_on_which_is_in_use) {
  const member_directory node;
  fs::remove(node.path() / "state" / "1" / "current");
  const auto directory = node.open();
  const auto opened = open_log(directory, {}, groups, true);
  state_directory states(directory.state_path(), group);
  (void)open_state(states, *opened.log, group, {}, true);
  const auto kept = set_aside(directory);
  BOOST_REQUIRE(kept.size() == 1u);
  BOOST_TEST(lmdb_state_store(kept[0].path).get("a").value() == "1");
}

BOOST_AUTO_TEST_CASE(a_state_is_set_aside_also_when_that_was_interrupted) {
  const member_directory node;
  const auto directory = node.open();
  state_directory states(directory.state_path(), group);
  states.condemn("record 7 is damaged");
  // The new one is in use, and the old one still has its name.
  const auto old = node.path() / "state" / "1" / "1";
  fs::copy(old, node.path() / "kept", fs::copy_options::recursive);
  (void)states.begin_anew({}, "for a test");
  fs::remove_all(node.path() / "state" / "1" / "set-aside-1");
  fs::rename(node.path() / "kept", old);
  (void)state_directory(directory.state_path(), group).open();
  BOOST_REQUIRE(set_aside(directory).size() == 1u);
  BOOST_TEST(!fs::exists(old));
  BOOST_TEST(lmdb_state_store(set_aside(directory)[0].path).get("a").value() == "1");
}

BOOST_AUTO_TEST_CASE(a_state_that_was_replaced_by_a_snapshot_while_sound_is_removed) {
  const member_directory node;
  const auto directory = node.open();
  state_directory states(directory.state_path(), group);
  const auto snapshot = node.path() / "snapshots" / "1-40.snapshot";
  memory_state_store later;
  commit(later, 40, {{"a", "5"}});
  write_snapshot(later, group, salvaged_cluster, snapshot);
  states.install(snapshot_file(snapshot));
  (void)states.open();
  BOOST_TEST(set_aside(directory).empty());
  BOOST_TEST(!fs::exists(node.path() / "state" / "1" / "1"));
}

BOOST_AUTO_TEST_CASE(an_earlier_damaged_log_is_kept_beside_a_later_one) {
  const member_directory node;
  const auto directory = node.open();
  for (const std::size_t damaged : {1u, 2u, 3u}) {
    node.spoil_log();
    BOOST_TEST(!open_log(directory, {}, groups, true).lost.empty());
    const auto kept = set_aside(directory);
    BOOST_REQUIRE(kept.size() == damaged);
    for (const auto& each : kept) BOOST_TEST(each.why.find("data.mdb") != std::string::npos);
  }
}

/// Each single read that fails at opening: the member goes on, to be mended by the others.
BOOST_AUTO_TEST_CASE(what_the_disk_cant_read_of_the_log_is_damage_of_it) {
  int failures = 0;
  for (bool failed = true; failed; failures += failed) {
    const member_directory node;
    const auto directory = node.open();
    fail_disk(disk_call::read, failures, EIO);
    const auto opened = open_log(directory, {}, groups, true);
    failed = heal_disk();
    BOOST_TEST(opened.lost.empty() == !failed);
    BOOST_TEST(set_aside(directory).empty() == !failed);
  }
  BOOST_TEST(failures > 5);
}

BOOST_AUTO_TEST_CASE(what_the_disk_cant_read_of_the_state_is_damage_of_it) {
  int failures = 0;
  for (bool failed = true; failed; failures += failed) {
    const member_directory node;
    node.purge(20);
    const auto directory = node.open();
    const auto opened = open_log(directory, {}, groups, true);
    state_directory states(directory.state_path(), group);
    fail_disk(disk_call::read, failures, EIO);
    const auto state = open_state(states, *opened.log, group, {}, true);
    failed = heal_disk();
    BOOST_TEST(state.lost.empty() == !failed);
    BOOST_TEST(set_aside(directory).empty() == !failed);
  }
  BOOST_TEST(failures > 5);
}

BOOST_AUTO_TEST_CASE(what_was_condemned_is_set_aside_and_named_and_never_removed) {
  const member_directory node;
  const auto directory = node.open();
  state_directory states(directory.state_path(), group);
  states.condemn("record 7 is damaged");
  (void)states.begin_anew();
  states.condemn("record 8 is damaged too");
  (void)states.begin_anew();
  (void)states.open();
  const auto kept = set_aside(directory);
  BOOST_REQUIRE(kept.size() == 2u);
  std::set<std::string> reasons;
  for (const auto& each : kept) {
    reasons.insert(each.why);
    BOOST_TEST(each.bytes > 0u);
    BOOST_TEST(fs::exists(each.path / "data.mdb"));
  }
  BOOST_TEST((reasons == std::set<std::string>{"record 7 is damaged", "record 8 is damaged too"}));
}

BOOST_AUTO_TEST_CASE(a_snapshot_in_the_place_of_a_condemned_state_leaves_that_beside_it) {
  const member_directory node;
  const auto directory = node.open();
  state_directory states(directory.state_path(), group);
  const auto file = directory.snapshots_path() / "one.snapshot";
  (void)write_snapshot(*states.open(), group, salvaged_cluster, file);
  states.condemn("record 7 is damaged");
  states.install(snapshot_file(file));
  BOOST_TEST(scanned(*states.open(), "", "") == "a=1 b=2 ");
  BOOST_TEST(set_aside(directory).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace salvage_test
