#include <boost/test/unit_test.hpp>

#include <caf/send.hpp>

#include "models/value/timestamp.hpp"
#include "test/actors/world.hpp"

namespace raft_actor_test {

using namespace lithair;
using namespace lithair::actors;
using lithair::test::world;

namespace {

void check_created(const submitted& x) {
  BOOST_CHECK(x.what == disposition::done);
  BOOST_TEST(x.result.status == 201);
  BOOST_TEST(x.result.version == x.index);
}

std::vector<world::id> others(std::size_t nodes, world::id than) {
  std::vector<world::id> result;
  for (world::id node = 1; node <= nodes; ++node)
    if (node != than) result.push_back(node);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(raft_actors)

BOOST_AUTO_TEST_CASE(one_node_alone_leads_and_serves) {
  world w{1};
  auto leader = w.await_leader();
  check_created(w.await_write(w.create(leader, "a", "x")));
  auto read = w.await_read(w.read(leader, "a"));
  BOOST_TEST(read.result.status == 200);
  BOOST_TEST(w.await_read(w.read(leader, "b")).result.status == 404);
}

BOOST_AUTO_TEST_CASE(without_init_nothing_is_founded_and_requests_are_refused) {
  world w{3, false};
  w.tick(400);
  BOOST_TEST(w.inspect(1).raft.term.value == 0u);
  auto answer = w.await_write(w.create(1, "a"));
  BOOST_CHECK(answer.what == disposition::unavailable);
}

BOOST_AUTO_TEST_CASE(a_write_on_any_node_is_read_from_any_node) {
  world w{3};
  w.await_leader();
  for (world::id at = 1; at <= 3; ++at) {
    auto key = "k" + std::to_string(at);
    check_created(w.await_write(w.create(at, key)));
    for (world::id from = 1; from <= 3; ++from) {
      auto got = w.await_read(w.read(from, key));
      BOOST_TEST(got.result.status == 200);
      BOOST_TEST(got.result.body.find(key) != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_the_models_refuse_is_an_answer) {
  world w{3};
  auto leader = w.await_leader();
  check_created(w.await_write(w.create(leader, "a", "same")));
  for (world::id at = 1; at <= 3; ++at) {
    auto twice = w.await_write(w.create(at, "a"));
    BOOST_CHECK(twice.what == disposition::done);
    BOOST_TEST(twice.result.status == 409);
    BOOST_TEST(w.await_write(w.create(at, "b", "same")).result.status == 409);
  }
  BOOST_TEST(w.await_write(w.remove(leader, "a")).result.status == 204);
  BOOST_TEST(w.await_write(w.remove(leader, "a")).result.status == 404);
}

BOOST_AUTO_TEST_CASE(a_request_is_not_answered_by_one_of_an_earlier_life_of_its_node) {
  world w{3};
  auto leader = w.await_leader();
  auto node = others(3, leader).front();
  check_created(w.await_write(w.create(node, "old-1")));
  w.crash(node);
  w.start(node);
  // The first of this life, numbered as "old-1" was: which is applied here anew before it.
  auto answer = w.await_write(w.create(node, "new-1"));
  check_created(answer);
  BOOST_TEST(answer.result.body.find("new-1") != std::string::npos);
  BOOST_TEST(w.await_read(w.read(leader, "new-1")).result.status == 200);
}

BOOST_AUTO_TEST_CASE(a_retry_is_carried_out_once_although_one_clock_is_days_ahead) {
  constexpr std::int64_t three_days_us = 3LL * 86'400'000'000;
  for (bool leader_is_wrong : {true, false}) {
    BOOST_TEST_CONTEXT((leader_is_wrong ? "the leader's" : "a follower's")) {
      world w{3};
      auto leader = w.await_leader();
      auto follower = others(3, leader).front();
      auto wrong = leader_is_wrong ? leader : follower;
      auto right = leader_is_wrong ? follower : leader;
      w.set_clock(wrong, three_days_us);
      w.tick(50);
      auto first = w.await_write(w.create(right, "a", "x", "key"));
      check_created(first);
      BOOST_TEST(w.await_write(w.remove(right, "a")).result.status == 204);
      // Carried out anew it would create the item again, for it is gone.
      auto again = w.await_write(w.create(wrong, "a", "x", "key"));
      BOOST_TEST(again.result.replayed);
      BOOST_TEST(again.result.version == first.result.version);
      BOOST_TEST(w.await_read(w.read(right, "a")).result.status == 404);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_node_with_a_wrong_clock_does_is_dated_rightly) {
  world w{3};
  auto leader = w.await_leader();
  const auto today = models::to_string(models::timestamp{w.right_us()}).substr(0, 10);
  for (world::id wrong = 1; wrong <= 3; ++wrong) {
    w.set_clock(wrong, 3LL * 86'400'000'000);
    w.tick(50);
    auto key = "k" + std::to_string(wrong);
    check_created(w.await_write(w.create(wrong, key)));
    auto events = w.await_read(w.history(leader, key)).result.body;
    BOOST_TEST(events.find(today) != std::string::npos, events);
    w.set_clock(wrong, 0);
  }
}

BOOST_AUTO_TEST_CASE(many_writes_at_once_are_each_answered_once) {
  world w{3};
  w.await_leader();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 300; ++i) tokens.push_back(w.create(1 + i % 3, "k" + std::to_string(i)));
  std::set<std::uint64_t> indexes;
  for (auto token : tokens) {
    auto answer = w.await_write(token);
    check_created(answer);
    BOOST_TEST(indexes.insert(answer.index).second);
  }
}

BOOST_AUTO_TEST_CASE(when_the_leader_dies_the_others_go_on_and_lose_nothing) {
  world w{3};
  auto first = w.await_leader();
  check_created(w.await_write(w.create(first, "before")));
  w.crash(first);
  auto survivor = others(3, first).front();
  // Asked before anybody noticed: waits for the election and succeeds.
  auto during = w.create(survivor, "during");
  check_created(w.await_write(during));
  BOOST_TEST(w.await_read(w.read(survivor, "before")).result.status == 200);
  w.start(first);
  BOOST_TEST(w.await_read(w.read(first, "during")).result.status == 200);
}

BOOST_AUTO_TEST_CASE(writes_forwarded_to_a_leader_that_dies_take_effect_exactly_once) {
  for (std::uint64_t lead_ticks = 0; lead_ticks < 6; ++lead_ticks) {
    world w{3};
    auto first = w.await_leader();
    auto survivor = others(3, first).front();
    w.isolate(first);
    auto token = w.create(survivor, "k");  // Lost on its way to the leader.
    w.tick(lead_ticks);
    w.crash(first);
    w.heal();
    check_created(w.await_write(token));
    BOOST_TEST(w.await_write(w.create(survivor, "k")).result.status == 409);
  }
}

BOOST_AUTO_TEST_CASE(a_minority_refuses_writes_and_default_reads_but_answers_local_ones) {
  world w{3};
  auto leader = w.await_leader();
  check_created(w.await_write(w.create(leader, "a")));
  w.tick(20);
  w.isolate(leader);
  w.tick(300);
  auto write = w.await_write(w.create(leader, "b"));
  BOOST_CHECK(write.what == disposition::unavailable);
  BOOST_CHECK(w.await_read(w.read(leader, "a")).what == disposition::unavailable);
  auto local = w.await_read(w.read(leader, "a", consistency::local));
  BOOST_TEST(local.result.status == 200);
  // The majority goes on, and what was refused is nowhere.
  auto now = w.await_leader({leader});
  check_created(w.await_write(w.create(now, "c")));
  w.heal();
  w.tick(200);
  for (world::id node = 1; node <= 3; ++node) {
    BOOST_TEST(w.await_read(w.read(node, "c")).result.status == 200);
    BOOST_TEST(w.await_read(w.read(node, "b")).result.status == 404);
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_only_an_isolated_leader_logged_is_unknown_and_then_decided) {
  world w{3};
  auto leader = w.await_leader();
  w.isolate(leader);
  auto token = w.create(leader, "a");  // In its log, on no other disk.
  w.tick(550);
  auto answer = w.write_answer(token);
  BOOST_REQUIRE(answer.has_value());
  BOOST_CHECK(answer->what == disposition::unknown);
  w.heal();
  w.tick(200);
  std::set<int> seen;
  for (world::id node = 1; node <= 3; ++node)
    seen.insert(w.await_read(w.read(node, "a")).result.status);
  BOOST_TEST(seen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_isolated_leader_whose_write_was_overtaken_proposes_it_again_after_healing) {
  world w{3};
  auto old_leader = w.await_leader();
  w.isolate(old_leader);
  auto token = w.create(old_leader, "a");
  auto now = w.await_leader({old_leader});
  check_created(w.await_write(w.create(now, "b")));
  w.heal();
  check_created(w.await_write(token));
  for (world::id node = 1; node <= 3; ++node)
    BOOST_TEST(w.await_read(w.read(node, "a")).result.status == 200);
}

BOOST_AUTO_TEST_CASE(a_read_on_a_deposed_leader_never_shows_an_old_state) {
  world w{3};
  auto old_leader = w.await_leader();
  check_created(w.await_write(w.create(old_leader, "a")));
  w.isolate(old_leader);
  auto stale = w.read(old_leader, "a");
  auto now = w.await_leader({old_leader});
  BOOST_TEST(w.await_write(w.remove(now, "a")).result.status == 204);
  w.heal();
  auto answer = w.await_read(stale);
  if (answer.what == disposition::done) BOOST_TEST(answer.result.status == 404);
}

BOOST_AUTO_TEST_CASE(after_all_nodes_crash_everything_acknowledged_is_there) {
  world w{3};
  w.await_leader();
  for (int i = 0; i < 50; ++i)
    check_created(w.await_write(w.create(1 + i % 3, "k" + std::to_string(i))));
  for (int i = 0; i < 50; i += 5)
    BOOST_TEST(w.await_write(w.remove(1, "k" + std::to_string(i))).result.status == 204);
  for (int round = 0; round < 3; ++round) {
    for (world::id node = 1; node <= 3; ++node) w.crash(node);
    for (world::id node = 1; node <= 3; ++node) w.start(node);
    for (int i = 0; i < 50; ++i)
      BOOST_TEST(w.await_read(w.read(1 + i % 3, "k" + std::to_string(i))).result.status ==
                 (i % 5 == 0 ? 404 : 200));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_was_away_catches_up_from_the_others_logs) {
  world w{3};
  auto leader = w.await_leader();
  auto away = others(3, leader).front();
  w.crash(away);
  for (int i = 0; i < 200; ++i)
    check_created(w.await_write(w.create(leader, "k" + std::to_string(i))));
  // The leader restarts too, so that it holds no entry in memory.
  w.crash(leader);
  w.start(leader);
  w.start(away);
  w.await_leader();
  auto got = w.await_read(w.read(away, "k199"));
  BOOST_TEST(got.result.status == 200);
}

BOOST_AUTO_TEST_CASE(too_many_writes_in_flight_are_refused_at_once) {
  world w{3};
  auto leader = w.await_leader();
  for (auto other : others(3, leader)) w.cut(leader, other);
  std::size_t refused = 0;
  for (int i = 0; i < 9000; ++i) {
    auto token = w.create(leader, "k" + std::to_string(i));
    auto answer = w.write_answer(token);
    refused += answer && answer->what == disposition::unavailable;
  }
  BOOST_TEST(refused == 9000u - 8192u);
}

BOOST_AUTO_TEST_CASE(a_node_that_stops_hands_leadership_over_first) {
  world w{3};
  auto leader = w.await_leader();
  caf::send_as(w.client(), w.raft(leader), prepare_stop{});
  w.deliver();
  w.tick(5);
  auto now = w.await_leader({leader}, 20);
  BOOST_TEST(now != leader);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace raft_actor_test
