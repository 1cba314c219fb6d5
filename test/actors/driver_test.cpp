#include "test/actors/driver.hpp"

namespace driver_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

BOOST_AUTO_TEST_SUITE(drivers)

// -- reads ---------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(
    a_query_bears_the_index_that_it_must_see_although_entries_up_to_there_are_only_given, driver) {
  applying_held = true;
  submit_one();
  ask question;
  question.token = 9;
  tell(std::move(question));
  tick();
  BOOST_REQUIRE(queries.size() == 1u);
  BOOST_TEST(queries.front().what.read_index == given.value);
  BOOST_TEST(queries.front().wait_ms > 0u);
  BOOST_TEST(queries.front().wait_ms <= 5000u);
}

BOOST_FIXTURE_TEST_CASE(readiness_is_told_once_its_index_is_applied, driver) {
  applying_held = true;
  submit_one();
  tell(probe_ready{});
  tick(3);
  BOOST_TEST(readies.empty());
  tell(applied{given, given_term, {}, {}});
  run();
  BOOST_REQUIRE(readies.size() == 1u);
  BOOST_TEST(readies.front().ready);
  BOOST_TEST(readies.front().applied == given.value);
}

// -- what was asked for in another term ----------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_snapshot_is_sent_in_the_term_in_which_it_was_wanted, lagging_peer) {
  BOOST_REQUIRE(snapshots_wanted.size() == 1u);
  tell(made(snapshots_wanted.front().at_least));
  run();
  BOOST_REQUIRE(sent_snapshots.size() == 1u);
  BOOST_TEST((sent_snapshots.front().first == node_id{3}));
  BOOST_TEST((sent_snapshots.front().second.term == look().raft.term));
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_is_ready_after_its_leader_stepped_down_is_not_sent,
                        lagging_peer) {
  BOOST_REQUIRE(snapshots_wanted.size() == 1u);
  const auto later = look().raft.term + 1;
  say(node_id{2}, protocol::heartbeat{later, {}, 1});
  run();
  BOOST_REQUIRE((look().raft.leader == node_id{2}));
  tell(made(snapshots_wanted.front().at_least));
  run();
  BOOST_TEST(sent_snapshots.empty());
}

BOOST_FIXTURE_TEST_CASE(that_a_snapshot_was_given_up_in_another_term_says_nothing_of_this_one,
                        lagging_peer) {
  const auto as_of = snapshots_wanted.front().at_least;
  tell(made(as_of));
  run();
  tell(snapshot_given_up{node_id{3}, look().raft.term - 1, as_of});
  tick(20);
  auto mode_of = [this](std::uint64_t node) {
    for (auto& each : look().raft.peers)
      if (each.id == node_id{node}) return each.state;
    return protocol::peer_status::mode::probe;
  };
  BOOST_TEST((mode_of(3) == protocol::peer_status::mode::snapshot));
  tell(snapshot_given_up{node_id{3}, look().raft.term, as_of});
  run();
  BOOST_TEST((mode_of(3) != protocol::peer_status::mode::snapshot));
}

BOOST_FIXTURE_TEST_CASE(
    a_member_that_moves_while_it_is_sent_a_snapshot_is_sent_one_at_its_new_address, lagging_peer) {
  tell(made(snapshots_wanted.front().at_least));
  run();
  BOOST_REQUIRE(sent_snapshots.size() == 1u);
  move(3);
  run();
  tell(link_changed{node_id{3}, true});
  tick(20);
  BOOST_REQUIRE(snapshots_wanted.size() == 2u);
  tell(made(snapshots_wanted.back().at_least));
  run();
  BOOST_TEST(sent_snapshots.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_chunk_that_was_kept_is_told_to_no_other_leader_than_its_own, driver) {
  const auto first = look().raft.term + 1;
  say(node_id{2}, protocol::heartbeat{first, {}, 1});
  run();
  chunk_kept kept{{index_t{500}, first, {}, 1000, 1}, 100, {}, first};
  tell(kept);
  run();
  BOOST_TEST(said.size() == 1u);
  say(node_id{3}, protocol::heartbeat{first + 1, {}, 1});
  run();
  tell(kept);
  run();
  BOOST_TEST(said.size() == 1u);
  kept.term = first + 1;
  tell(kept);
  run();
  BOOST_TEST(said.size() == 2u);
}

// -- snapshots and the log behind them -----------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_can_not_be_made_now_is_asked_for_again, lagging_peer) {
  BOOST_REQUIRE(snapshots_wanted.size() == 1u);
  snapshot_made no;
  no.failed = "a checkpoint is half done";
  no.later = true;
  tell(no);
  run();
  BOOST_TEST(snapshots_wanted.size() == 1u);
  tick(250);
  BOOST_TEST(snapshots_wanted.size() == 2u);
  BOOST_TEST(look().trouble.empty());
  tell(made(snapshots_wanted.back().at_least));
  run();
  BOOST_TEST(sent_snapshots.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(entries_behind_a_snapshot_on_its_way_stay_in_the_log, lagging_peer) {
  const auto as_of = snapshots_wanted.front().at_least;
  tell(made(as_of));
  run();
  for (int i = 0; i < 50; ++i) submit_one();
  checkpoint_is_done(given);
  for (auto& each : cuts) BOOST_TEST(each.point.index.value <= as_of.value);
}

BOOST_FIXTURE_TEST_CASE(while_a_snapshot_is_made_nothing_is_purged_that_it_may_need, lagging_peer) {
  for (int i = 0; i < 50; ++i) submit_one();
  checkpoint_is_done(given);
  BOOST_TEST(cuts.empty());
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_away_holds_no_entries, lagging_peer) {
  tell(made(snapshots_wanted.front().at_least));
  silent.insert(node_id{3});
  tell(link_changed{node_id{3}, false});
  tick(200);
  for (int i = 0; i < 50; ++i) submit_one();
  checkpoint_is_done(given);
  BOOST_REQUIRE(!cuts.empty());
  BOOST_TEST((cuts.back().point.index == given));
}

BOOST_FIXTURE_TEST_CASE(
    what_was_kept_for_a_peer_that_is_gone_by_now_is_purged_without_another_checkpoint,
    lagging_peer) {
  tell(made(snapshots_wanted.front().at_least));
  for (int i = 0; i < 50; ++i) submit_one();
  checkpoint_is_done(given);
  tick(200);
  BOOST_TEST(cuts.empty());
  silent.insert(node_id{3});
  tell(link_changed{node_id{3}, false});
  tick(500);
  BOOST_REQUIRE(!cuts.empty());
  BOOST_TEST((cuts.back().point.index == given));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_lost_its_state_gets_one_as_of_what_was_committed_when_it_asked,
                        driver) {
  for (int i = 0; i < 5; ++i) submit_one();
  checkpoint_is_done(index_t{2});
  tell(control_arrived{node_id{2}, state_request{}});
  run();
  BOOST_TEST(checkpoints_wanted == 1);
  BOOST_TEST(snapshots_wanted.empty());
  // One that was under way is not enough.
  checkpoint_is_done(index_t{3});
  BOOST_TEST(checkpoints_wanted == 2);
  checkpoint_is_done(given);
  BOOST_REQUIRE(snapshots_wanted.size() == 1u);
  BOOST_TEST((snapshots_wanted.front().at_least == given));
  tell(made(index_t{3}));
  run();
  BOOST_TEST(sent_snapshots.empty());
  tell(made(given));
  run();
  BOOST_TEST(sent_snapshots.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_follows_a_state_that_was_taken_over_is_not_dated_before_it, driver) {
  tell(state_replaced{{given + 100, given_term, {}, 0, 0}, nullptr, 77'000});
  run();
  submit_one();
  const auto last = disk.restore(protocol::group_id{1}).last_index;
  BOOST_TEST(disk.read(protocol::group_id{1}, last, last, 1'000'000).front().time_us == 77'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace driver_test
