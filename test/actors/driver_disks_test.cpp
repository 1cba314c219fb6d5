// What the driver does about disks that are slow, full or fail, and about members that come and go.

#include "test/actors/driver.hpp"

namespace driver_disks_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

BOOST_AUTO_TEST_SUITE(drivers)

// -- disks ---------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_checkpoint_waits_until_the_log_is_durable_up_to_it, driver) {
  submit_one();
  auto x = saved();
  log_hangs = true;
  submit_one();
  x.point.index = x.point.index + 1;
  tell(x);
  run();
  BOOST_TEST(checkpoints.empty());
  log_disk_goes_on();
  BOOST_REQUIRE(checkpoints.size() == 1u);
  BOOST_TEST((checkpoints.front().point.index == x.point.index));
}

// A node that sleeps has to look from time to time whether what is wrong is over.
BOOST_AUTO_TEST_CASE(a_leader_alone_sleeps_unless_somebody_waits_or_something_is_wrong) {
  constexpr std::uint32_t long_sleep = 10'000;
  const protocol::options usual;
  driver lonely{nullptr, true};
  BOOST_TEST(lonely.sleeps_for > long_sleep);
  lonely.tell(disk_full{"no room"});
  lonely.run();
  BOOST_TEST(lonely.sleeps_for <= usual.election_max_ticks);
  lonely.tell(disk_full{});
  lonely.run();
  BOOST_TEST(lonely.sleeps_for > long_sleep);
  lonely.log_hangs = true;
  lonely.submit_one();
  BOOST_TEST(lonely.sleeps_for <= usual.heartbeat_ticks);
  const driver among_three;
  BOOST_TEST(among_three.sleeps_for <= usual.heartbeat_ticks);
}

// It would wait for what only the checkpoint can free.
BOOST_FIXTURE_TEST_CASE(a_checkpoint_does_not_wait_for_a_log_without_room, driver) {
  submit_one();
  auto x = saved();
  log_hangs = true;
  submit_one();
  x.point.index = x.point.index + 1;
  tell(x);
  run();
  BOOST_TEST(checkpoints.empty());
  tell(disk_full{"no room"});
  run();
  BOOST_REQUIRE(checkpoints.size() == 1u);
  BOOST_TEST((checkpoints.front().point.index == x.point.index));
}

BOOST_FIXTURE_TEST_CASE(a_leader_whose_log_disk_hangs_applies_and_answers_what_the_others_have,
                        driver) {
  log_hangs = true;
  submit_one();
  tick();
  BOOST_TEST((given == look().raft.last_index));
  BOOST_TEST((status.raft.durable_index < given));
  BOOST_TEST(status.applied == given.value);
  // Nothing of it is forgotten or saved before its log is here.
  const auto durable = status.raft.durable_index;
  tell(saved());
  checkpoint_is_done(given);
  BOOST_TEST(checkpoints.empty());
  for (auto& each : cuts) BOOST_TEST(each.point.index.value <= durable.value);
}

BOOST_FIXTURE_TEST_CASE(what_is_committed_and_not_yet_on_the_disk_is_not_read_from_there, driver) {
  for (int i = 0; i < 5; ++i) submit_one();
  const auto common = look().raft.last_index;
  silent = {node_id{2}, node_id{3}};
  for (int i = 0; i < 5; ++i) submit_one();
  restart();
  BOOST_REQUIRE((look().raft.last_index == common + 5));
  // A leader of a later term has others in the place of the last five, and a majority of those.
  log_hangs = true;
  const auto later = look().raft.term + 1;
  protocol::append_request others{
      later, common, disk.restore(protocol::group_id{1}).state.term, common + 3, 1, {}};
  for (std::uint64_t i = 1; i <= 3; ++i)
    others.entries.push_back({common + i, later, protocol::entry_kind::command, {}, {}});
  given_terms.clear();
  say(node_id{2}, std::move(others));
  tick();
  BOOST_TEST((given == common + 3));
  for (auto& [index, term] : given_terms)
    BOOST_TEST((index > common) == (term == later), index.value);
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_whose_log_failed_is_not_made_and_not_left_waiting, driver) {
  log_hangs = true;
  submit_one();
  auto x = saved();
  x.point.index = x.point.index + 1;
  tell(x);
  tell(disk_failed{"gone"});
  run();
  BOOST_TEST(checkpoints.empty());
  BOOST_REQUIRE(checkpoint_answers.size() == 1u);
  BOOST_TEST((checkpoint_answers.front().what == checkpointed::trouble::full));
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_without_room_is_told_and_ends_nothing, driver) {
  tell(checkpointed{given, "no room for it", checkpointed::trouble::full});
  run();
  BOOST_TEST(look().trouble == "no room for it");
  BOOST_TEST(status.ready);
  checkpoint_is_done(given);
  BOOST_TEST(look().trouble.empty());
}

BOOST_FIXTURE_TEST_CASE(writes_are_refused_when_applying_waits_for_room, driver) {
  applying_held = true;
  tell(checkpointed{given, "no room for it", checkpointed::trouble::full});
  const std::string big(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) {
    tell(submit{++token, big});
    run();
  }
  BOOST_TEST(!look().ready);
  tell(submit{++token, big});
  run();
  BOOST_REQUIRE(!written_answers.empty());
  BOOST_TEST((written_answers.back().what == disposition::unavailable));
  BOOST_TEST(written_answers.back().reason == "too much waits to be made durable: no room for it");
}

BOOST_FIXTURE_TEST_CASE(a_node_out_of_service_takes_nothing_more_from_its_peers, driver) {
  BOOST_TEST(serving.size() == 2u);
  tell(disk_failed{"gone"});
  run();
  BOOST_TEST(serving.empty());
  const auto before = look().raft;
  unwritten.clear();
  for (std::uint64_t i = 0; i < 100; ++i) {
    protocol::append_request more{before.term + 1, before.last_index + i, before.term, {}, 0, {}};
    more.entries.push_back(
        {before.last_index + i + 1, before.term + 1, protocol::entry_kind::command, {}, {}});
    say(node_id{2}, std::move(more));
    tick();
  }
  BOOST_TEST((look().raft.last_index == before.last_index));
  BOOST_TEST((status.raft.term == before.term));
  BOOST_TEST(unwritten.empty());
  tell(change_members{});
  run();
  BOOST_REQUIRE(changed.size() == 1u);
  BOOST_TEST(changed.front().status == 503u);
}

BOOST_FIXTURE_TEST_CASE(a_member_that_has_moved_is_looked_for_at_its_new_address, driver) {
  BOOST_TEST(ways.size() == 2u);
  move(3);
  run();
  tick(20);
  BOOST_REQUIRE(changed.size() == 1u);
  BOOST_TEST(changed.front().status == 200u);
  BOOST_REQUIRE(ways.size() == 3u);
  BOOST_TEST(ways.back().id.value == 3u);
  BOOST_TEST(ways.back().host == "10.0.0.3");
  BOOST_TEST(ways.back().peer_port == 9003u);
  // What was said of it counts for the old way, and the new one says itself when it has a link.
  look();
  BOOST_TEST(!status.members.at(2).connected);
  tell(link_changed{node_id{3}, true});
  look();
  BOOST_TEST(status.members.at(2).connected);
}

// Whoever is added again runs on with whatever directory it has, and is held to that from then on.
BOOST_FIXTURE_TEST_CASE(a_member_that_is_added_again_greets_again, driver) {
  const auto ways_to_3 = [this] {
    return std::count_if(ways.begin(), ways.end(), [](auto& x) { return x.id == node_id{3}; });
  };
  BOOST_TEST(ways_to_3() == 1);
  unmet = {node_id{3}};
  move(2);
  run();
  BOOST_TEST(ways_to_3() == 2);
  BOOST_TEST(serving.contains(node_id{3}));
}

// What is known of the main group may be old, and an earlier leader may have gone by what is newer.
BOOST_AUTO_TEST_CASE(a_group_follows_the_main_one_once_that_was_asked_in_this_term) {
  const auto all = std::make_shared<node_groups>();
  driver x{all};
  all->main_raft = test::stand_in{x.neighbour};
  const auto members = x.look().raft.members.members;
  all->main = {index_t{5}, {{members[0], members[1]}, {}}};
  x.tick(100);
  BOOST_REQUIRE(!x.main_probes.empty());
  BOOST_TEST(x.look().raft.members.members.size() == 3u);
  x.tell(readiness{x.main_probes.back() + 1, true, {}, 5, false});
  x.tell(readiness{x.main_probes.back(), false, "no leader", 5, false});
  x.tick(20);
  BOOST_TEST(x.look().raft.members.members.size() == 3u);
  x.tell(readiness{x.main_probes.back(), true, {}, 5, false});
  x.tick(50);
  BOOST_TEST(x.look().raft.members.members.size() == 2u);
  all->main_raft = nullptr;
}

BOOST_AUTO_TEST_CASE(a_leader_whose_main_group_does_not_answer_offers_leadership) {
  const auto all = std::make_shared<node_groups>();
  driver x{all};
  all->main = {index_t{5}, x.look().raft.members};
  x.tick(900);
  BOOST_TEST(!x.look().raft.transfer_target);
  bool offered = false;
  for (int i = 0; i < 200 && !offered; ++i) {
    x.tick();
    offered = static_cast<bool>(x.look().raft.transfer_target);
  }
  BOOST_TEST(offered);
}

// A member goes and another one comes while nobody here hears of it: this group must follow all the
// same.
BOOST_AUTO_TEST_CASE(a_node_that_the_main_group_removed_leaves_the_others_to_its_members) {
  const auto all = std::make_shared<node_groups>();
  driver x{all};
  x.tick(20);
  BOOST_TEST(!x.look().raft.transfer_target);
  all->main = {index_t{5}, {{{node_id{1}, true, ""}, {node_id{3}, true, ""}}, {}}};
  all->removed_from_main = true;
  x.tick();
  BOOST_TEST((x.look().raft.transfer_target == node_id{3}));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_was_removed_says_so_to_everybody_who_asks_it_anything, driver) {
  change_members remove;
  remove.what = change_members::action::remove;
  remove.node = 1;
  tell(remove);
  run();
  tick(20);
  const std::string why = "this node was removed from the cluster";
  BOOST_REQUIRE(memberships_lost.size() == 1u);
  BOOST_TEST(memberships_lost.front() == why);
  look();
  BOOST_TEST(!status.ready);
  BOOST_TEST(status.not_ready == why);
  BOOST_TEST(status.trouble == why);
  submit_one();
  BOOST_REQUIRE(!written_answers.empty());
  BOOST_TEST((written_answers.back().what == disposition::unavailable));
  BOOST_TEST(written_answers.back().reason == why);
  tell(ask{});
  run();
  BOOST_REQUIRE(read_answers.size() == 1u);
  BOOST_TEST((read_answers.front().what == disposition::unavailable));
  BOOST_TEST(read_answers.front().reason == why);
  tell(probe_ready{});
  run();
  BOOST_REQUIRE(!readies.empty());
  BOOST_TEST(!readies.back().ready);
  BOOST_TEST(readies.back().reason == why);
}

// It lost its state, and says so every two seconds until it has another one.
BOOST_FIXTURE_TEST_CASE(a_node_that_asks_again_for_a_copy_of_the_state_gets_the_one_that_is_made,
                        driver) {
  become_leader();
  const auto ask_again = [this] {
    for (int i = 0; i < 5; ++i) submit_one();
    tell(control_arrived{node_id{2}, state_request{}});
    run();
  };
  ask_again();
  BOOST_TEST(checkpoints_wanted == 1);
  const auto wanted = given;
  ask_again();
  checkpoint_is_done(wanted);
  BOOST_REQUIRE(snapshots_wanted.size() == 1u);
  BOOST_TEST((snapshots_wanted.back().at_least <= wanted));
  ask_again();
  tell(made(wanted));
  run();
  BOOST_REQUIRE(sent_snapshots.size() == 1u);
  ask_again();
  BOOST_TEST(snapshots_wanted.size() == 1u);
  BOOST_TEST(checkpoints_wanted == 1);
  // Once that is over it may ask for another.
  tell(snapshot_given_up{node_id{2}, look().raft.term, wanted});
  run();
  ask_again();
  BOOST_TEST(checkpoints_wanted == 2);
}

// Nothing is applied meanwhile, which else brings checkpoints about.
BOOST_FIXTURE_TEST_CASE(a_log_without_room_asks_for_a_checkpoint_and_keeps_nothing_behind_it,
                        driver) {
  become_leader();
  for (int i = 0; i < 10; ++i) submit_one();
  tell(disk_full{"no room"});
  run();
  BOOST_TEST(checkpoints_wanted == 1);
  checkpoint_is_done(given);
  BOOST_REQUIRE(!cuts.empty());
  BOOST_TEST((cuts.back().point.index == given));
  const auto asked = cuts.size();
  tick(250);
  BOOST_TEST(cuts.size() > asked, "what it forgets is removed bit by bit");
  BOOST_TEST(checkpoints_wanted > 1);
}

BOOST_FIXTURE_TEST_CASE(a_follower_whose_log_is_full_is_not_ready_and_every_word_of_it_says_so,
                        driver) {
  const auto is_ready = [this] {
    readies.clear();
    tell(probe_ready{});
    run();
    tick(3);
    BOOST_REQUIRE(readies.size() == 1u);
    BOOST_TEST(readies.front().ready == look().ready);
    return readies.front().ready;
  };
  tell(disk_full{"no room"});
  run();
  BOOST_TEST(is_ready(), "who leads commits nothing that it can't write");
  say(node_id{2}, protocol::heartbeat{look().raft.term + 1, {}, 1});
  run();
  BOOST_REQUIRE((look().raft.leader == node_id{2}));
  BOOST_TEST(!is_ready());
  BOOST_TEST(readies.front().reason == "no room");
  BOOST_TEST(status.not_ready == "no room");
}

BOOST_FIXTURE_TEST_CASE(what_was_set_aside_is_told, driver) {
  BOOST_REQUIRE(look().set_aside.size() == 1u);
  BOOST_TEST(status.set_aside.front().reason == "a checksum is wrong");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace driver_disks_test
