// The plain objects with which the raft actor decides: the apply window, health, snapshot requests,
// the log's allowance.

#include <boost/test/unit_test.hpp>

#include "actors/raft/apply_window.hpp"
#include "actors/raft/health.hpp"
#include "actors/raft/log_allowance.hpp"
#include "actors/raft/snapshot_requests.hpp"

namespace driver_objects_test {

using namespace lithair::actors;
using lithair::protocol::index_t;
using lithair::protocol::node_id;
using lithair::protocol::term_t;

namespace {

index_t at(std::uint64_t x) { return index_t{x}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(windows_for_applying)

BOOST_AUTO_TEST_CASE(no_more_is_given_than_so_many_bytes_until_some_are_applied) {
  apply_window window{at(10)};
  BOOST_TEST(!window.is_open());
  window.commit(at(100));
  BOOST_TEST((window.first() == at(11) && window.last() == at(100)));
  window.give(at(20), apply_window::most_bytes - 1);
  BOOST_TEST(window.is_open());
  window.give(at(21), 1);
  BOOST_TEST(window.is_held_up());
  window.apply(at(20));
  BOOST_TEST(window.is_open());
  BOOST_TEST(!window.is_held_up());
}

BOOST_AUTO_TEST_CASE(no_more_is_given_than_so_many_entries) {
  apply_window window{at(0)};
  window.commit(at(10 * apply_window::most_entries));
  BOOST_TEST((window.last() == at(apply_window::most_entries)));
  window.give(window.last(), 1);
  BOOST_TEST(window.is_held_up());
}

BOOST_AUTO_TEST_CASE(a_window_that_has_given_all_is_not_held_up) {
  apply_window window{at(0)};
  window.commit(at(1));
  window.give(at(1), apply_window::most_bytes);
  BOOST_TEST(window.is_full());
  BOOST_TEST(!window.is_held_up());
}

BOOST_AUTO_TEST_CASE(it_begins_anew_where_another_state_is_and_knows_no_less_to_be_committed) {
  apply_window window{at(0)};
  window.commit(at(50));
  window.give(at(50), apply_window::most_bytes);
  window.begin_at(at(30));
  BOOST_TEST((window.applied() == at(30) && window.committed() == at(50)));
  BOOST_TEST(window.is_open());
  window.begin_at(at(70));
  BOOST_TEST((window.committed() == at(70)));
  BOOST_TEST(!window.is_open());
  // Told by the state that was replaced, on its way meanwhile.
  window.apply(at(40));
  BOOST_TEST((window.applied() == at(70)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(requests_for_snapshots)

BOOST_AUTO_TEST_CASE(what_was_wanted_in_a_term_is_not_given_in_the_next) {
  snapshot_requests wanted;
  wanted.ask(node_id{2}, term_t{5});
  wanted.begin(term_t{6});
  BOOST_TEST(wanted.serve(at(100)).empty());
  wanted.ask(node_id{3}, term_t{6});
  BOOST_TEST(wanted.serve(at(100)).size() == 1u);
  wanted.ask(node_id{3}, term_t{6});
  wanted.begin({});
  BOOST_TEST(wanted.empty());
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_lost_once_and_in_its_term_only) {
  snapshot_requests wanted;
  BOOST_TEST(!wanted.lose(node_id{2}));
  wanted.ask(node_id{2}, term_t{5});
  BOOST_TEST(!wanted.lose(node_id{2}));
  (void)wanted.serve(at(100));
  BOOST_TEST((wanted.lose(node_id{2}) == at(100)));
  BOOST_TEST(!wanted.lose(node_id{2}));
  wanted.ask(node_id{2}, term_t{5});
  (void)wanted.serve(at(100));
  wanted.begin(term_t{6});
  BOOST_TEST(!wanted.lose(node_id{2}));
}

BOOST_AUTO_TEST_CASE(a_peer_gets_none_older_than_it_needs) {
  snapshot_requests wanted;
  wanted.ask(node_id{2}, term_t{5});
  wanted.ask(node_id{3}, term_t{5}, at(50));
  wanted.ask(node_id{3}, term_t{5}, at(40));
  BOOST_TEST((wanted.least() == at(0)));
  BOOST_TEST((wanted.serve(at(49)) == std::vector{node_id{2}}));
  BOOST_TEST((wanted.least() == at(50)));
  BOOST_TEST((wanted.serve(at(50)) == std::vector{node_id{3}}));
  BOOST_TEST(wanted.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(healths)

BOOST_AUTO_TEST_CASE(a_disk_without_room_for_the_log_stops_writes_and_not_reads) {
  health x;
  BOOST_TEST(x.why_no_writes().empty());
  x.log_full = "no room";
  BOOST_TEST(x.why_no_writes() == "no room");
  BOOST_TEST(x.why_no_reads().empty());
  BOOST_TEST(x.trouble() == "no room");
  BOOST_TEST((x.may_step() && x.may_apply()));
}

BOOST_AUTO_TEST_CASE(who_can_not_write_what_others_commit_is_not_ready) {
  health x;
  BOOST_TEST(x.why_not_ready(false).empty());
  x.log_full = "no room";
  BOOST_TEST(x.why_not_ready(false) == "no room");
  // Without a leader that can write nothing is committed.
  BOOST_TEST(x.why_not_ready(true).empty());
  x.held_up = true;
  x.state_full = "none here";
  BOOST_TEST(x.why_not_ready(true) == "too much waits to be made durable: none here");
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_for_the_state_stops_writes_only_when_memory_is_full_too) {
  health x;
  x.state_full = "no room";
  BOOST_TEST(x.trouble() == "no room");
  BOOST_TEST(x.why_no_writes().empty());
  x.held_up = true;
  BOOST_TEST(x.why_no_writes() == "too much waits to be made durable: no room");
  BOOST_TEST(x.why_no_reads().empty());
  x.state_full.clear();
  BOOST_TEST(x.why_no_writes().empty());
}

BOOST_AUTO_TEST_CASE(without_a_state_nothing_is_applied_or_answered_and_the_log_goes_on) {
  health x;
  x.state_lost = "torn";
  BOOST_TEST(!x.why_no_reads().empty());
  BOOST_TEST((x.may_step() && !x.may_apply() && !x.may_give_snapshots()));
}

BOOST_AUTO_TEST_CASE(a_disk_that_failed_ends_everything_and_is_named_first) {
  health x;
  x.state_lost = "torn";
  x.failure = "gone";
  BOOST_TEST(x.why_no_reads() == "this node is out of service: gone");
  BOOST_TEST(x.why_no_writes() == x.why_no_reads());
  BOOST_TEST((!x.may_step() && !x.may_apply()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_allowances)

BOOST_AUTO_TEST_CASE(the_floor_follows_when_more_is_behind_it_than_allowed) {
  log_allowance allowed{1000};
  for (std::uint64_t i = 1; i <= 100; ++i) allowed.add(at(i), 10);
  BOOST_TEST((allowed.floor() == at(0)));
  allowed.add(at(101), 10);
  BOOST_TEST((allowed.floor() == at(1)));
  allowed.add(at(102), 500);
  BOOST_TEST((allowed.floor() == at(51)));
}

BOOST_AUTO_TEST_CASE(
    many_small_entries_are_remembered_together_and_the_floor_is_hardly_lower_for_it) {
  log_allowance allowed{1 << 20};
  for (std::uint64_t i = 1; i <= 1 << 21; ++i) allowed.add(at(i), 1);
  BOOST_TEST((allowed.floor() <= at(1 << 20)));
  BOOST_TEST((allowed.floor() >= at((1 << 20) - 2048)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace driver_objects_test
