#include <boost/test/unit_test.hpp>

#include <set>

#include "persistence/files.hpp"
#include "persistence/salvage.hpp"
#include "persistence/snapshot_file.hpp"
#include "test/persistence/support.hpp"

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

BOOST_AUTO_TEST_CASE(without_others_a_damaged_log_is_refused_and_left_alone) {
  const member_directory node;
  node.spoil_log();
  const auto before = read_file(node.path() / "log" / "data.mdb");
  const auto directory = node.open();
  BOOST_TEST(code_of([&] { (void)open_log(directory, {}, groups, false); }) == storage_errc::damaged);
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
  BOOST_TEST((states.begin_anew()->applied() == applied_point{}));
  BOOST_TEST((states.open()->applied() == applied_point{}));
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

BOOST_AUTO_TEST_CASE(each_damaged_log_is_kept_when_another_one_is) {
  const member_directory node;
  for (unsigned time = 1; time <= 3; ++time) {
    node.spoil_log();
    const auto directory = node.open();
    BOOST_TEST(!open_log(directory, {}, groups, true).lost.empty());
    BOOST_TEST(set_aside(directory).size() == time);
  }
}

BOOST_AUTO_TEST_SUITE_END()
