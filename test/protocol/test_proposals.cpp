#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

/// Whether it brings commands to the leader.
bool is_request(const packet& p) { return std::holds_alternative<propose_request>(p.content); }

std::size_t requests_sent(const cluster& c) {
  return static_cast<std::size_t>(std::count_if(c.sent.begin(), c.sent.end(), is_request));
}

/// Three nodes, of which the first leads and the second's commands are lost on their way to it.
cluster that_loses_requests() {
  cluster c{3};
  c.found();
  c.keep = [](const packet& p) { return !is_request(p); };
  for (const auto* each : {"a", "b", "c"}) {
    c.propose(2, each);
    c.deliver();
  }
  c.keep = [](const packet&) { return true; };
  c.sent.clear();
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proposals_through_others)

BOOST_AUTO_TEST_CASE(what_was_lost_with_a_link_is_sent_again_over_the_next_one) {
  cluster c = that_loses_requests();
  BOOST_TEST(c[1].applied_commands().empty());
  c.core(2).unreachable(node_id{1});
  c.propose(2, "d");
  c.deliver();
  const std::vector<std::string> all{"a", "b", "c", "d"};
  BOOST_TEST(c[1].applied_commands() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_leader_has_already_is_not_taken_twice) {
  cluster c{3};
  c.found();
  // The second node does not hear what became of it.
  c.keep = [](const packet& p) { return p.to != node_id{2}; };
  c.propose(2, "a");
  c.deliver();
  c.keep = [](const packet&) { return true; };
  for (int i = 0; i < 3; ++i) {
    c.core(2).unreachable(node_id{1});
    c.core(1).unreachable(node_id{2});
    c.deliver();
  }
  c.tick_all(c[1].opts.heartbeat_ticks);
  const std::vector<std::string> once{"a"};
  BOOST_TEST(c[2].applied_commands() == once, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_has_come_back_in_the_log_is_not_sent_again) {
  cluster c{3};
  c.found();
  c.propose(2, "a");
  c.deliver();
  c.sent.clear();
  c.core(2).unreachable(node_id{1});
  c.deliver();
  BOOST_TEST(requests_sent(c) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_not_sent_again) {
  cluster c{3};
  c.found();
  c.core(1).close(true);
  c.propose(2, "a");
  c.deliver();
  BOOST_REQUIRE(c[2].refused.size() == 1u);
  c.core(1).close(false);
  c.sent.clear();
  c.core(2).unreachable(node_id{1});
  c.deliver();
  BOOST_TEST(requests_sent(c) == 0u);
}

BOOST_AUTO_TEST_CASE(the_next_leader_gets_nothing_that_was_meant_for_the_one_before) {
  cluster c = that_loses_requests();
  c.isolate(1);
  c.core(2).gone(node_id{1});
  c.core(3).gone(node_id{1});
  BOOST_REQUIRE(c.run_until([&] { return c.core(2).ready() || c.core(3).ready(); }));
  c.sent.clear();
  c.core(2).unreachable(node_id{1});
  c.core(2).unreachable(node_id{3});
  c.deliver();
  BOOST_TEST(requests_sent(c) == 0u);
}

BOOST_AUTO_TEST_CASE(that_the_link_to_somebody_else_is_new_changes_nothing) {
  cluster c = that_loses_requests();
  c.core(2).unreachable(node_id{3});
  c.deliver();
  BOOST_TEST(requests_sent(c) == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_is_kept_to_be_sent_again_than_may_wait_at_the_leader) {
  options small = cluster::quick_options();
  small.max_uncommitted_bytes = 400;
  cluster c{3, small};
  c.found();
  c.keep = [](const packet& p) { return !is_request(p); };
  for (int i = 0; i < 50; ++i) {
    c.propose(2, std::string(100, 'x'));
    c.deliver();
  }
  c.sent.clear();
  c.core(2).unreachable(node_id{1});
  c.deliver();
  BOOST_TEST(requests_sent(c) > 0u);
  BOOST_TEST(requests_sent(c) <= 4u);
}

BOOST_AUTO_TEST_SUITE_END()
