#include <boost/test/unit_test.hpp>

#include "protocol/cluster_time.hpp"
#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

constexpr std::int64_t start_us = 1'764'000'000'000'000;
constexpr std::int64_t three_days_us = 3LL * 86'400'000'000;
constexpr std::int64_t tick_us = 10'000;

/// Nodes with wall clocks, all right at first; they go on with each tick.
struct clocks_of {
  explicit clocks_of(cluster& nodes) : c(nodes) { show(); }

  void show() {
    for (auto& [id, x] : c.nodes_) x.core->clock(right_us + ahead_us[id], steady_us);
  }
  void tick(std::uint32_t times = 1) {
    for (; times > 0; --times) {
      right_us += tick_us;
      steady_us += tick_us;
      show();
      c.tick_all();
    }
  }
  bool until_leads(std::uint64_t id) {
    for (int i = 0; i < 200 && !c.core(id).ready(); ++i) tick();
    return c.core(id).ready();
  }

  cluster& c;
  std::int64_t right_us = start_us;
  std::int64_t steady_us = 5'000'000;
  std::map<node_id, std::int64_t> ahead_us;
};

/// The time of the entry that a command became.
std::int64_t time_of(cluster& c, std::uint64_t leader, const std::string& command) {
  c.propose(leader, command);
  c.deliver();
  return c[leader].log.back().time_us;
}

bool is_right(std::int64_t time_us, const clocks_of& x) {
  return time_us > x.right_us - 1'000'000 && time_us <= x.right_us;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_time)

BOOST_AUTO_TEST_CASE(entries_carry_the_time_and_never_an_earlier_one_than_the_entry_before) {
  cluster c{3};
  clocks_of x{c};
  c.found();
  x.tick(20);
  for (int i = 0; i < 5; ++i, x.tick()) BOOST_TEST(is_right(time_of(c, 1, "x"), x));
  std::int64_t before = 0;
  for (auto& each : c[2].log) {
    BOOST_TEST(each.time_us >= before);
    before = each.time_us;
  }
}

BOOST_AUTO_TEST_CASE(one_wrong_clock_among_three_is_not_heeded_wherever_it_is) {
  for (std::uint64_t wrong = 1; wrong <= 3; ++wrong) {
    for (auto by : {three_days_us, -three_days_us}) {
      BOOST_TEST_CONTEXT("node " << wrong << " by " << by) {
        cluster c{3};
        clocks_of x{c};
        x.ahead_us[node_id{wrong}] = by;
        x.show();
        c.found();
        x.tick(20);
        BOOST_TEST(is_right(time_of(c, 1, "x"), x));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_leader_whose_clock_is_ahead_knows_better_from_the_votes_that_made_it_one) {
  cluster c{3};
  clocks_of x{c};
  x.ahead_us[node_id{2}] = three_days_us;
  x.show();
  c.found();
  x.tick(20);
  c.restart(2);
  c.isolate(1);
  BOOST_TEST(x.until_leads(2));
  for (auto& each : c[2].log) BOOST_TEST(each.time_us <= x.right_us);
  BOOST_TEST(is_right(time_of(c, 2, "x"), x));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_or_ahead_moves_no_time) {
  cluster c{3};
  clocks_of x{c};
  c.found();
  x.tick(20);
  for (auto by : {three_days_us, -three_days_us, std::int64_t{0}}) {
    x.ahead_us[node_id{1}] = by;
    x.show();
    BOOST_TEST(is_right(time_of(c, 1, "at once"), x));
    x.tick(20);
    BOOST_TEST(is_right(time_of(c, 1, "later"), x));
  }
}

BOOST_AUTO_TEST_CASE(a_log_that_is_ahead_of_all_clocks_waits_for_them_also_after_a_restart) {
  cluster c{1};
  clocks_of x{c};
  x.ahead_us[node_id{1}] = three_days_us;
  x.show();
  c.found();
  const auto ahead = time_of(c, 1, "ahead");
  BOOST_TEST(ahead == x.right_us + three_days_us);
  x.ahead_us[node_id{1}] = 0;
  c.restart(1);
  x.show();
  BOOST_TEST(x.until_leads(1));
  BOOST_TEST(time_of(c, 1, "after") == ahead);
  x.right_us += three_days_us + 1'000'000;
  x.show();
  BOOST_TEST(time_of(c, 1, "much later") == x.right_us);
}

BOOST_AUTO_TEST_CASE(is_unknown_where_no_clock_was_ever_shown) {
  cluster c{3};
  c.found();
  BOOST_TEST(time_of(c, 1, "x") == 0);
}

BOOST_AUTO_TEST_CASE(is_what_a_majority_has_reached_and_nothing_while_fewer_are_known) {
  lithair::protocol::cluster_time time;
  lithair::protocol::quorum voters{cluster::members({1, 2, 3, 4, 5})};
  time.set(900, 0);
  time.heard(node_id{2}, 500);
  BOOST_TEST(time.at(voters, node_id{1}) == 0);
  time.heard(node_id{3}, 700);
  BOOST_TEST(time.at(voters, node_id{1}) == 500);
  time.heard(node_id{4}, 600);
  time.heard(node_id{9}, 100);  // no voter
  BOOST_TEST(time.at(voters, node_id{1}) == 600);
  time.set(910, 10);
  BOOST_TEST(time.at(voters, node_id{1}) == 610);
}

BOOST_AUTO_TEST_CASE(no_clock_that_a_peer_tells_does_harm) {
  lithair::protocol::cluster_time time;
  lithair::protocol::quorum voters{cluster::members({1, 2})};
  time.set(900, 50);
  for (auto said : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    time.heard(node_id{2}, said);
    BOOST_TEST(time.at(voters, node_id{1}) == 0);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_appended_that_is_earlier_than_what_the_state_tells_of) {
  cluster c{3};
  clocks_of x{c};
  c.found();
  x.tick(20);
  const auto later = x.right_us + 60'000'000;
  c.core(1).not_before(later);
  c.core(1).not_before(later - 1);
  BOOST_TEST(time_of(c, 1, "x") == later);
}

BOOST_AUTO_TEST_SUITE_END()
