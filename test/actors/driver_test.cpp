// One raft actor among stand-ins: peers, disks and the state do what the test says, and nothing
// else.

#include <limits>
#include <map>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_actor.hpp"
#include "actors/state/aggregate.hpp"
#include "persistence/memory_log_store.hpp"

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

namespace {

// Node 1 of three. Its peers grant every vote and take every entry, unless they are silent; its log
// disk writes at once, unless it hangs; its state applies at once, unless it is held up.
struct driver {
  driver() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    neighbour = system.spawn([this](caf::event_based_actor* self) { return behaviour(self); });
    start();
    become_leader();
  }
  ~driver() {
    for (auto* each : {&raft, &neighbour}) {
      caf::anon_send_exit(*each, caf::exit_reason::kill);
      *each = nullptr;
    }
    run();
  }
  void start() {
    raft_setup setup;
    setup.group = protocol::group_id{1};
    setup.config.self = address(1);
    setup.config.init = true;
    setup.config.peers = {address(2), address(3)};
    setup.chance = [](std::uint32_t) { return 0u; };
    setup.cluster = [] { return std::uint64_t{7}; };
    setup.log = &disk;
    setup.restored = disk.restore(setup.group);
    setup.writer = setup.aggregate = setup.checkpointer = neighbour;
    setup.log_margin = 0;
    setup.now_ms = [this] { return now_ms; };
    setup.set_aside = [] {
      return std::vector<set_aside_part>{{"state/1/3", "a checksum is wrong", 4096}};
    };
    setup.end_shipper = [](node_id, const caf::actor& x) {
      caf::anon_send_exit(x, caf::exit_reason::kill);
    };
    setup.make_shipper = [this](const peer_address& peer) {
      ways.push_back(peer);
      return system.spawn(
          [this, to = peer.id](caf::event_based_actor*) { return peer_behaviour(to); });
    };
    raft = system.spawn<raft_actor>(nullptr, std::move(setup));
    run();
    for (std::uint64_t peer : {2, 3}) tell(link_changed{node_id{peer}, true});
  }
  // Its log is there again, and nothing is applied.
  void restart() {
    caf::anon_send_exit(raft, caf::exit_reason::kill);
    run();
    start();
  }

  static peer_address address(std::uint64_t node) {
    return {node_id{node}, "127.0.0.1", static_cast<std::uint16_t>(8000 + node),
            static_cast<std::uint16_t>(9000 + node)};
  }

  caf::behavior behaviour(caf::event_based_actor* self) {
    return {
        [this, self](const write_log& x) {
          unwritten.push_back(x);
          if (!log_hangs) write(self);
        },
        [this](const cut_log& x) { cuts.push_back(x); },
        [this, self](const apply_entries& x) {
          for (auto& each : x.entries) given_terms[each.index] = each.term;
          given = x.entries.back().index;
          given_term = x.entries.back().term;
          if (!applying_held) self->send(raft, applied{given, given_term, {}, {}});
        },
        [this](const run_queries& x) {
          queries.insert(queries.end(), x.queries.begin(), x.queries.end());
        },
        [this](const checkpoint& x) { checkpoints.push_back(x); },
        [this](const checkpointed& x) { checkpoint_answers.push_back(x); },
        [this](checkpoint_now) { ++checkpoints_wanted; },
        [this](const make_snapshot& x) { snapshots_wanted.push_back(x); },
        [this](const readiness& x) { readies.push_back(x); },
        [this](const node_status& x) { status = x; },
        [this](const members_changed& x) { changed.push_back(x); },
        [this](const submitted& x) { written_answers.push_back(x); },
        [this](const answered& x) { read_answers.push_back(x); },
        [this](const keep_chunk&) {},
        [this](const membership_lost& x) { memberships_lost.push_back(x.reason); },
        [](const compare_at&) {},
        [](const condemn_state&) {},
        [](const state_damaged&) {},
    };
  }

  caf::behavior peer_behaviour(node_id who) {
    return {
        [this, who](const serve_raft& x) {
          if (x.raft)
            serving.insert(who);
          else
            serving.erase(who);
        },
        [this, who](const ship& x) {
          if (silent.contains(who)) return;
          for (auto& each : x.messages) std::visit([&](auto& m) { hear(who, m); }, each);
        },
        [this, who](const fetch& x) {
          tell(fetched{x.what, disk.read(protocol::group_id{1}, x.what.first, x.what.last,
                                         x.what.max_bytes)});
        },
        [this, who](const send_snapshot& x) { sent_snapshots.emplace_back(who, x); },
        [](const control_arrived&) {},
    };
  }
  void say(node_id who, protocol::message x) {
    caf::anon_send(raft, peer_step{who, {std::move(x)}});
  }
  void hear(node_id who, const protocol::vote_request& x) {
    say(who, protocol::vote_response{x.term, true, x.pre});
  }
  void hear(node_id who, const protocol::append_request& x) {
    if (x.prev_index > match[who])
      return say(who, protocol::append_response{
                          x.term, false, {}, x.prev_index, match[who], given_term, x.round});
    match[who] = std::max(match[who], x.prev_index + x.entries.size());
    say(who, protocol::append_response{x.term, true, match[who], {}, {}, {}, x.round});
  }
  void hear(node_id who, const protocol::heartbeat& x) {
    if (x.round != 0) say(who, protocol::heartbeat_response{x.term, x.round, match[who]});
  }
  void hear(node_id, const protocol::snapshot_response& x) { said.push_back(x); }
  template <class Message>
  void hear(node_id, const Message&) {}

  void write(caf::event_based_actor* self) {
    for (auto& each : std::exchange(unwritten, {})) {
      const persistence::group_write one{each.group, each.write};
      disk.write(std::span(&one, 1));
      self->send(raft, written{each.write.token});
    }
  }
  void log_disk_goes_on() {
    log_hangs = false;
    for (auto& each : std::exchange(unwritten, {})) tell(each, neighbour);
    run();
  }

  template <class Message>
  void tell(Message x) {
    tell(std::move(x), raft);
  }
  template <class Message>
  void tell(Message x, const caf::actor& to) {
    to->enqueue(caf::actor_cast<caf::strong_actor_ptr>(neighbour), caf::make_message_id(),
                caf::make_message(std::move(x)), nullptr);
  }
  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }
  void tick(std::size_t count = 1) {
    for (; count > 0; --count) {
      now_ms += 10;
      caf::anon_send(raft, ticked{1});
      run();
    }
  }
  const node_status& look() {
    tell(inspect_node{});
    run();
    return status;
  }
  void become_leader() {
    for (int i = 0; i < 500; ++i) {
      tick();
      look();
      if (status.raft.now == protocol::role::leader && status.raft.commit == status.raft.last_index)
        return;
    }
    BOOST_FAIL("it does not lead");
  }
  void submit_one() {
    tell(submit{++token, "a command"});
    run();
  }
  // A checkpoint as of everything that was given to the state.
  checkpoint saved() const { return {nullptr, {given, given_term, {}, {}}, {}}; }
  void checkpoint_is_done(index_t index) {
    tell(checkpointed{index, {}});
    run();
  }
  // Peer 3 was away, the log is purged, and it comes back: it wants a snapshot.
  void let_peer_lack_entries() {
    silent.insert(node_id{3});
    tell(link_changed{node_id{3}, false});
    for (int i = 0; i < 10; ++i) submit_one();
    checkpoint_is_done(given);
    BOOST_REQUIRE(!cuts.empty());
    disk.purge(protocol::group_id{1},
               *disk.point_at(protocol::group_id{1}, cuts.back().point.index));
    tell(log_cut{cuts.back().point, false});
    cuts.clear();
    run();
    silent.clear();
    tell(link_changed{node_id{3}, true});
    tick(100);
  }
  snapshot_made made(index_t index) const {
    snapshot_made x;
    x.meta.index = index;
    x.meta.term = given_term;
    x.meta.size = 1000;
    x.path = "a file";
    return x;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  persistence::memory_log_store disk;
  caf::actor neighbour, raft;
  std::uint64_t now_ms = 1;
  std::uint64_t token = 0;
  bool log_hangs = false;
  bool applying_held = false;
  std::vector<peer_address> ways;  // those that shippers were made for
  std::set<node_id> silent, serving;
  std::map<node_id, index_t> match;
  index_t given;
  term_t given_term;
  std::map<index_t, term_t> given_terms;
  std::vector<write_log> unwritten;
  std::vector<cut_log> cuts;
  std::vector<run_query> queries;
  std::vector<checkpoint> checkpoints;
  std::vector<checkpointed> checkpoint_answers;
  int checkpoints_wanted = 0;
  std::vector<make_snapshot> snapshots_wanted;
  std::vector<readiness> readies;
  std::vector<members_changed> changed;
  std::vector<answered> read_answers;
  std::vector<std::string> memberships_lost;
  std::vector<submitted> written_answers;
  std::vector<std::pair<node_id, send_snapshot>> sent_snapshots;
  std::vector<protocol::snapshot_response> said;
  node_status status;
};

struct lagging_peer : driver {
  lagging_peer() { let_peer_lack_entries(); }
};

}  // namespace

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
  change_members move;
  move.what = change_members::action::move;
  move.node = 3;
  move.host = "10.0.0.3";
  move.http_port = 8003;
  move.peer_port = 9003;
  tell(move);
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

BOOST_FIXTURE_TEST_CASE(what_was_set_aside_is_told, driver) {
  BOOST_REQUIRE(look().set_aside.size() == 1u);
  BOOST_TEST(status.set_aside.front().reason == "a checksum is wrong");
}

BOOST_AUTO_TEST_SUITE_END()
