#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

/// Forgets the log of node `id` up to `through`, as after a checkpoint.
void purge(cluster& c, std::uint64_t id, std::uint64_t through) {
  node& x = c[id];
  x.base_members = x.core->members();
  x.base_term = x.find(index_t{through})->term;
  x.log.erase(x.log.begin(), x.log.begin() + static_cast<std::ptrdiff_t>(through - x.base.value));
  x.base = x.checkpoint = index_t{through};
  x.core->purged(index_t{through});
}

snapshot_meta meta_of(cluster& c, std::uint64_t id) {
  return {c[id].base, c[id].base_term, c[id].base_members, 1, 0};
}

/// What a driver does with the last chunk: makes the state durable, then the log begin after it.
void install(cluster& c, std::uint64_t id, const snapshot_meta& meta) {
  node& x = c[id];
  x.log.clear();
  x.base = x.checkpoint = x.commit = meta.index;
  x.base_term = meta.term;
  x.base_members = meta.members;
  x.core->snapshot_installed(meta);
}

snapshot_request chunk(cluster& c, std::uint64_t from, bool done = true) {
  return {c.core(from).current_term(), meta_of(c, from), 0, payload{"state"}, done};
}

/// Node 3 was away until the log that it needs was purged at the leader.
cluster purged_past() {
  cluster c{3};
  c.found();
  c.isolate(3);
  for (int i = 0; i < 10; ++i) c.propose(1, "x");
  c.deliver();
  purge(c, 1, 8);
  c.heal();
  c.tick_all(15);
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshots)

BOOST_AUTO_TEST_CASE(section_7_a_follower_whose_entries_are_purged_gets_a_snapshot_then_the_log) {
  // N1
  cluster c = purged_past();
  BOOST_TEST_REQUIRE(c[1].snapshots_wanted.size() == 1u);
  BOOST_TEST(c[1].snapshots_wanted.front().peer.value == 3u);
  c.inject(1, 3, chunk(c, 1));
  BOOST_TEST_REQUIRE(c[3].chunks.size() == 1u);
  install(c, 3, c[3].chunks.front().meta);
  BOOST_TEST(c.run_until([&] { return c.core(3).commit_index() == c.core(1).commit_index(); }));
  BOOST_TEST((c.core(3).members() == c.core(1).members()));
  c.restart(3);
  c.propose(1, "after");
  BOOST_TEST(c.run_until([&] { return c.core(3).commit_index() == c.core(1).last_index(); }));
}

BOOST_AUTO_TEST_CASE(section_7_a_snapshot_of_what_the_log_holds_replaces_nothing) {
  cluster c{3};
  c.found();
  for (int i = 0; i < 10; ++i) c.propose(1, "x");
  c.deliver();
  purge(c, 1, 5);
  c.sent.clear();
  c.inject(1, 3, chunk(c, 1));
  BOOST_TEST(c[3].chunks.empty());
  BOOST_TEST(std::get<snapshot_response>(c.sent.back().content).installed);
  BOOST_TEST(c.core(3).last_index() == c.core(1).last_index());
}

BOOST_AUTO_TEST_CASE(no_entry_is_taken_while_a_snapshot_is_installed) {
  cluster c = purged_past();
  c.inject(1, 3, chunk(c, 1));
  index_t before = c.core(3).last_index();
  c.inject(1, 3, append_request{c.core(1).current_term(), before, term_t{2}, {}, 0, {}});
  c.tick(3, 100);
  c.settle(c[3]);
  BOOST_TEST(c.core(3).last_index() == before);
  BOOST_TEST(c.core(3).inspect().elections == 0u);
}

BOOST_AUTO_TEST_CASE(a_damaged_snapshot_is_asked_for_again) {
  // N6
  cluster c = purged_past();
  c.inject(1, 3, chunk(c, 1));
  c.core(3).snapshot_failed(c[3].chunks.front().meta);
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_transfer_that_the_sender_gives_up_is_begun_again_when_the_peer_lives) {
  // N3
  cluster c = purged_past();
  c.core(1).snapshot_sent(node_id{3}, c.core(1).current_term(), c[1].base, false);
  c.isolate(3);
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 1u);
  c.heal();
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_purged_past_on_its_way_is_followed_by_another) {
  cluster c = purged_past();
  snapshot_request old = chunk(c, 1);
  purge(c, 1, 11);
  c.inject(1, 3, old);
  install(c, 3, old.meta);
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_other_followers_are_served_while_one_waits_for_a_snapshot) {
  // N2, N4
  cluster c = purged_past();
  c.propose(1, "meanwhile");
  c.deliver();
  BOOST_TEST(c[2].applied_commands().back() == "meanwhile");
}

BOOST_AUTO_TEST_CASE(a_follower_that_restarted_is_not_reminded_of_an_entry_that_left_the_log) {
  cluster c{3};
  c.found();
  for (int i = 0; i < 5; ++i) c.propose(1, "x");
  c.deliver();
  const index_t matched = c.core(1).last_index();
  c.isolate(3);
  for (int i = 0; i < 5; ++i) c.propose(1, "y");
  c.deliver();
  purge(c, 1, matched.value + 2);
  c.heal();
  c.sent.clear();
  // It had acknowledged so much, and forgot in a restart what it has compared.
  c.inject(3, 1, heartbeat_response{c.core(1).current_term(), 0, matched - 1});
  for (const packet& p : c.sent)
    if (const auto* sent = std::get_if<append_request>(&p.content);
        sent != nullptr && p.to.value == 3)
      BOOST_TEST(sent->prev_index == c[1].base);
  BOOST_TEST(c.run_until([&] { return !c[1].snapshots_wanted.empty(); }));
}

BOOST_AUTO_TEST_CASE(entries_read_from_a_log_that_was_cut_meanwhile_are_not_sent) {
  cluster c = cluster::behind_the_cache();
  c[1].hold_fetches = true;
  BOOST_TEST_REQUIRE(c.run_until([&] { return !c[1].fetches.empty(); }));
  const entry_fetch wanted = c[1].fetches.front();
  const entry first = *c[1].find(wanted.first);
  purge(c, 1, wanted.first.value);
  c[1].hold_fetches = false;
  c.core(1).fetched(wanted, {first});
  BOOST_TEST(c.run_until([&] { return !c[1].snapshots_wanted.empty(); }));
}

BOOST_AUTO_TEST_CASE(a_chunk_of_an_older_leader_is_refused) {
  cluster c = purged_past();
  snapshot_request old = chunk(c, 1);
  old.term = term_t{1};
  c.sent.clear();
  c.inject(1, 3, old);
  BOOST_TEST(c[3].chunks.empty());
  BOOST_TEST(std::get<snapshot_response>(c.sent.back().content).rejected);
}

BOOST_AUTO_TEST_CASE(the_configuration_survives_a_purge_and_a_restart) {
  cluster c{3};
  c.found();
  c.propose(1, "x");
  c.deliver();
  purge(c, 2, 3);
  c.restart(2);
  BOOST_TEST((c.core(2).members() == cluster::members({1, 2, 3})));
}

BOOST_AUTO_TEST_CASE(news_of_a_snapshot_that_was_wanted_in_an_older_term_counts_for_nothing) {
  cluster c = purged_past();
  const term_t wanted = c[1].snapshots_wanted.front().term;
  BOOST_TEST(wanted == c.core(1).current_term());
  // It loses leadership and wins it again, and the peer still needs a snapshot.
  c.cut(2, 3);
  BOOST_TEST(c.core(1).transfer(node_id{2}));
  c.deliver();
  BOOST_TEST_REQUIRE(c.core(2).ready());
  BOOST_TEST(c.core(2).transfer(node_id{1}));
  c.deliver();
  BOOST_TEST_REQUIRE(c.core(1).ready());
  BOOST_TEST(c.run_until([&] { return c[1].snapshots_wanted.size() == 2; }));
  c.core(1).snapshot_started(node_id{3}, wanted, c[1].base);
  c.core(1).snapshot_sent(node_id{3}, wanted, c[1].base, false);
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 2u);
  BOOST_TEST((c.core(1).inspect().peers.back().state == peer_status::mode::snapshot));
}

BOOST_AUTO_TEST_CASE(a_late_failure_of_an_older_snapshot_does_not_end_the_one_under_way) {
  cluster c = purged_past();
  const term_t term = c.core(1).current_term();
  c.core(1).snapshot_started(node_id{3}, term, index_t{8});
  c.core(1).snapshot_sent(node_id{3}, term, index_t{7}, false);
  c.tick_all(5);
  BOOST_TEST(c[1].snapshots_wanted.size() == 1u);
}

BOOST_AUTO_TEST_CASE(entries_behind_a_snapshot_on_its_way_are_kept_until_the_peer_has_caught_up) {
  cluster c = purged_past();
  BOOST_TEST(c.core(1).purge_floor() == c[1].base, "it may be any snapshot from here on");
  const snapshot_request sent = chunk(c, 1);
  c.core(1).snapshot_started(node_id{3}, c.core(1).current_term(), sent.meta.index);
  for (int i = 0; i < 20; ++i) c.propose(1, "load");
  c.deliver();
  BOOST_TEST(c.core(1).purge_floor() == sent.meta.index);
  c.inject(1, 3, sent);
  c.keep = [](const packet& p) {
    return p.to.value != 3 || !std::holds_alternative<append_request>(p.content);
  };
  install(c, 3, sent.meta);
  c.tick_all(3);
  BOOST_TEST(c.core(1).purge_floor() == sent.meta.index,
             "it has the snapshot and not what follows");
  c.keep = [](const packet&) { return true; };
  BOOST_TEST(c.run_until([&] { return c.core(3).last_index() == c.core(1).last_index(); }));
  c.deliver();
  BOOST_TEST(c.core(1).purge_floor() > c.core(1).last_index());
  BOOST_TEST(c[1].snapshots_wanted.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_falls_silent_in_its_snapshot_holds_nothing_back) {
  cluster c = purged_past();
  c.core(1).snapshot_started(node_id{3}, c.core(1).current_term(), c[1].base);
  c.isolate(3);
  c.tick_all(4 * c[1].opts.election_max_ticks);
  BOOST_TEST(c.core(1).purge_floor() > c.core(1).last_index());
}

BOOST_AUTO_TEST_CASE(a_link_that_goes_down_does_not_begin_another_snapshot) {
  cluster c = purged_past();
  c.core(1).snapshot_started(node_id{3}, c.core(1).current_term(), c[1].base);
  c.core(1).unreachable(node_id{3});
  c.tick_all(10);
  BOOST_TEST(c[1].snapshots_wanted.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_failure_of_another_snapshot_leaves_the_one_that_is_installed) {
  cluster c = purged_past();
  c.inject(1, 3, chunk(c, 1));
  snapshot_meta other = c[3].chunks.front().meta;
  other.index = other.index - 1;
  c.core(3).snapshot_failed(other);
  install(c, 3, c[3].chunks.front().meta);
  BOOST_TEST(c.run_until([&] { return c.core(3).commit_index() == c.core(1).commit_index(); }));
}

BOOST_AUTO_TEST_SUITE_END()
