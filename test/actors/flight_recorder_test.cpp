#include "actors/raft/flight_recorder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

#include "actors/raft/slow_writes.hpp"

namespace flight_recorder_test {

using namespace lithair;
using namespace lithair::actors;
using namespace lithair::protocol;

namespace {

// The clock of all these stands at 0 when a second of 1970 is over.
constexpr std::int64_t epoch = 1'000'000;

log_write write_of(std::uint64_t token, term_t term, std::uint64_t first, std::uint64_t count,
                   std::optional<index_t> truncate_from = {}) {
  log_write made;
  made.token = write_token{token};
  made.truncate_from = truncate_from;
  for (std::uint64_t i = 0; i < count; ++i) {
    entry each;
    each.index = index_t{first + i};
    each.term = term;
    each.from.node = node_id{2};
    each.data = payload{std::string(10, 'x')};
    made.entries.push_back(std::move(each));
  }
  return made;
}

entry_way way_at(const flight_recorder& of, std::uint64_t index) {
  const auto way = of.way_of(index_t{index}, epoch);
  BOOST_REQUIRE(way.has_value());
  return *way;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_flight_recorder)

BOOST_AUTO_TEST_CASE(tells_each_entry_of_a_batch_what_happened_to_all_of_it) {
  flight_recorder recorder;
  recorder.logged(write_of(1, term_t{3}, 10, 5), 100);
  recorder.logged(write_of(2, term_t{3}, 15, 5), 150);
  recorder.replicated(node_id{2}, index_t{12}, 180);
  recorder.synced(write_token{1}, 200);
  recorder.committed(index_t{14}, 210);
  recorder.given(index_t{14}, 220);
  recorder.replicated(node_id{2}, index_t{19}, 230);
  recorder.synced(write_token{2}, 240);
  recorder.applied(index_t{14}, 250);
  recorder.answered(index_t{11}, 90, "cafe", 260);

  const auto way = way_at(recorder, 11);
  BOOST_TEST(way.term.value == 3u);
  BOOST_TEST(way.bytes == 10u);
  BOOST_TEST(way.proposed_by.value == 2u);
  BOOST_TEST(way.trace == "cafe");
  BOOST_TEST(way.received_us == epoch + 90);
  BOOST_TEST(way.logged_us == epoch + 100);
  BOOST_TEST(way.synced_us == epoch + 200);
  BOOST_TEST(way.committed_us == epoch + 210);
  BOOST_TEST(way.given_us == epoch + 220);
  BOOST_TEST(way.applied_us == epoch + 250);
  BOOST_TEST(way.answered_us == epoch + 260);
  BOOST_REQUIRE(way.replicated_us.size() == 1u);
  BOOST_TEST(way.replicated_us[0].second == epoch + 180);

  // The peer had its first part earlier than the rest; nobody here asked for it.
  const auto later = way_at(recorder, 13);
  BOOST_TEST(later.replicated_us[0].second == epoch + 230);
  BOOST_TEST(later.received_us == 0);
  BOOST_TEST(way_at(recorder, 19).committed_us == 0);
}

BOOST_AUTO_TEST_CASE(knows_nothing_of_what_it_has_not_seen) {
  flight_recorder recorder;
  BOOST_TEST(!recorder.way_of(index_t{1}, epoch));
  recorder.logged(write_of(1, term_t{1}, 10, 2), 100);
  BOOST_TEST(!recorder.way_of(index_t{9}, epoch));
  BOOST_TEST(!recorder.way_of(index_t{12}, epoch));
  recorder.answered(index_t{12}, 90, "cafe", 260);
  BOOST_TEST(!recorder.way_of(index_t{12}, epoch));
}

BOOST_AUTO_TEST_CASE(forgets_entries_that_a_new_leader_replaced) {
  flight_recorder recorder;
  recorder.logged(write_of(1, term_t{1}, 10, 5), 100);
  recorder.logged(write_of(2, term_t{2}, 12, 1, index_t{12}), 300);
  // Of the first write only what still stands is meant.
  recorder.synced(write_token{1}, 310);
  const auto kept = way_at(recorder, 11);
  BOOST_TEST(kept.logged_us == epoch + 100);
  BOOST_TEST(kept.synced_us == epoch + 310);
  const auto replaced = way_at(recorder, 12);
  BOOST_TEST(replaced.term.value == 2u);
  BOOST_TEST(replaced.logged_us == epoch + 300);
  BOOST_TEST(replaced.synced_us == 0);
  BOOST_TEST(!recorder.way_of(index_t{13}, epoch));
  recorder.synced(write_token{2}, 320);
  BOOST_TEST(way_at(recorder, 12).synced_us == epoch + 320);
}

BOOST_AUTO_TEST_CASE(forgets_peers_that_nothing_is_left_of) {
  flight_recorder recorder;
  recorder.logged(write_of(1, term_t{1}, 1, 1), 10);
  recorder.replicated(node_id{2}, index_t{1}, 20);
  recorder.replicated(node_id{3}, index_t{1}, 25);
  BOOST_TEST(way_at(recorder, 1).replicated_us.size() == 2u);
  recorder.logged(write_of(2, term_t{1}, 2, flight_recorder::most_entries), 30);
  recorder.replicated(node_id{2}, index_t{2}, 40);
  const auto way = way_at(recorder, 2);
  BOOST_REQUIRE(way.replicated_us.size() == 1u);
  BOOST_TEST(way.replicated_us[0].first.value == 2u);
  // Whoever comes back is remembered from then on.
  recorder.replicated(node_id{3}, index_t{3}, 50);
  BOOST_TEST(way_at(recorder, 3).replicated_us.size() == 1u);
  recorder.replicated(node_id{2}, index_t{3}, 60);
  BOOST_TEST(way_at(recorder, 3).replicated_us.size() == 2u);
}

BOOST_AUTO_TEST_CASE(begins_anew_where_the_log_does) {
  flight_recorder recorder;
  recorder.logged(write_of(1, term_t{1}, 10, 5), 100);
  recorder.forget();
  recorder.logged(write_of(2, term_t{4}, 100, 1), 500);
  BOOST_TEST(!recorder.way_of(index_t{12}, epoch));
  BOOST_TEST(way_at(recorder, 100).logged_us == epoch + 500);
}

BOOST_AUTO_TEST_CASE(remembers_the_last_entries_and_never_guesses_of_earlier_moments) {
  flight_recorder recorder;
  const auto all = flight_recorder::most_entries + 1000;
  for (std::uint64_t i = 1; i <= all; ++i) {
    recorder.logged(write_of(i, term_t{1}, i, 1), 10 * i);
    recorder.synced(write_token{i}, 10 * i + 5);
  }
  BOOST_TEST(!recorder.way_of(index_t{1000}, epoch));
  // The moment before the first that is remembered may have been its own.
  const auto oldest = way_at(recorder, 1001);
  BOOST_TEST(oldest.logged_us == 0);
  BOOST_TEST(way_at(recorder, 1002).logged_us == epoch + 10 * 1002);
  BOOST_TEST(way_at(recorder, all).synced_us == epoch + static_cast<std::int64_t>(10 * all + 5));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_way_of_an_entry)

BOOST_AUTO_TEST_CASE(is_told_in_the_order_of_time_without_what_is_not_known) {
  entry_way way;
  way.received_us = 1000;
  way.logged_us = 1100;
  way.synced_us = 9100;
  way.replicated_us = {{node_id{2}, 4000}, {node_id{3}, 0}};
  way.committed_us = 4000;
  way.answered_us = 4500;
  const auto steps = steps_of(way);
  std::string names;
  for (const auto& each : steps) names += std::string{name_of(each.what)} + ' ';
  BOOST_TEST(names == "received logged replicated committed answered synced ");
  BOOST_TEST(where_time_went(steps) ==
             "+0.1 ms handed to this node's log, +2.9 ms on the disk of node 2, "
             "+0.0 ms known to be committed, +0.5 ms answered, +4.6 ms on this node's disk");
  BOOST_TEST(where_time_went({}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(slow_writes_suite)

BOOST_AUTO_TEST_CASE(of_one_second_one_is_told_and_the_others_are_counted) {
  slow_writes slow{100};
  BOOST_TEST(!slow.is_slow(99'999));
  BOOST_TEST(slow.is_slow(100'000));
  BOOST_TEST(slow.tell(5'000'000).value() == 0u);
  BOOST_TEST(!slow.tell(5'000'001));
  BOOST_TEST(!slow.tell(5'999'999));
  BOOST_TEST(slow.tell(6'000'000).value() == 2u);
  BOOST_TEST(slow.tell(7'000'000).value() == 0u);
}

BOOST_AUTO_TEST_CASE(without_a_limit_none_is_slow) {
  BOOST_TEST(!slow_writes{0}.is_slow(1'000'000'000));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace flight_recorder_test
