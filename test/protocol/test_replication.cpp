#include <boost/test/unit_test.hpp>

#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

using strings = std::vector<std::string>;

template <class Message>
std::size_t count_sent(const cluster& c) {
  return static_cast<std::size_t>(std::count_if(c.sent.begin(), c.sent.end(), [](const packet& p) {
    return std::holds_alternative<Message>(p.content);
  }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replication)

BOOST_AUTO_TEST_CASE(a_founded_group_elects_its_founder_and_commits_what_it_proposes) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  for (std::uint64_t id : {1, 2, 3}) {
    BOOST_TEST((c[id].applied_commands() == strings{"a"}));
    BOOST_TEST(c.core(id).leader().value == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_follower_forwards_proposals_to_the_leader) {
  cluster c{3};
  c.found();
  c.propose(2, "from a follower");
  c.deliver();
  BOOST_TEST((c[3].applied_commands() == strings{"from a follower"}));
  BOOST_TEST(c[3].applied.back().from.node.value == 2u);
}

BOOST_AUTO_TEST_CASE(a_single_voter_commits_only_once_its_own_disk_has_it) {
  cluster c{1};
  c.found();
  c[1].slow_disk = true;
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST(c[1].applied_commands().empty());
  c.complete_write(1);
  c.deliver();
  BOOST_TEST((c[1].applied_commands() == strings{"a"}));
}

BOOST_AUTO_TEST_CASE(proposals_before_one_output_share_a_write_and_an_append_per_peer) {
  cluster c{3};
  c.found();
  c.sent.clear();
  for (int i = 0; i < 100; ++i) c.propose(1, "x");
  output out = c.core(1).take_output();
  BOOST_TEST(out.write->entries.size() == 100u);
  BOOST_TEST(out.messages.size() == 2u);
  for (const envelope& x : out.messages) {
    BOOST_TEST(std::get<append_request>(x.content).entries.size() == 100u);
  }
}

BOOST_AUTO_TEST_CASE(a_quiet_write_costs_two_appends_two_answers_and_two_notices_of_the_commit) {
  cluster c{3};
  c.found();
  c.sent.clear();
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST(count_sent<append_request>(c) == 2u);
  BOOST_TEST(count_sent<append_response>(c) == 2u);
  BOOST_TEST(count_sent<heartbeat>(c) == 2u);
  BOOST_TEST(c.sent.size() == 6u);
}

BOOST_AUTO_TEST_CASE(the_leader_commits_with_two_followers_while_its_own_disk_is_busy) {
  cluster c{3};
  c.found();
  c[1].slow_disk = true;
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST((c[2].applied_commands() == strings{"a"}));
  BOOST_TEST(c[1].applied_commands().empty());
  c.complete_write(1);
  c.deliver();
  BOOST_TEST((c[1].applied_commands() == strings{"a"}));
}

BOOST_AUTO_TEST_CASE(a_follower_acknowledges_only_what_its_disk_has) {
  cluster c{3};
  c.found();
  c.isolate(3);
  c[2].slow_disk = true;
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST(c[1].applied_commands().empty());
  c.complete_write(2);
  c.deliver();
  BOOST_TEST((c[1].applied_commands() == strings{"a"}));
}

BOOST_AUTO_TEST_CASE(a_follower_that_was_away_is_brought_up_from_the_log_on_disk) {
  options opts = cluster::quick_options();
  opts.max_cached_bytes = 0;
  opts.max_append_bytes = 200;
  opts.max_inflight_bytes = 400;
  cluster c{3, opts};
  c.found();
  c.isolate(3);
  for (int i = 0; i < 50; ++i) {
    c.propose(1, std::to_string(i));
    c.deliver();
  }
  c.heal();
  BOOST_TEST(c.run_until([&] { return c[3].applied_commands().size() == 50; }));
}

BOOST_AUTO_TEST_CASE(a_restarted_group_keeps_what_was_committed) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  for (std::uint64_t id : {1, 2, 3}) c.restart(id);
  BOOST_TEST(c.run_until([&] { return c[2].applied_commands() == strings{"a"}; }));
}

BOOST_AUTO_TEST_CASE(a_restarted_follower_learns_the_commit_index_of_an_idle_leader) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  c.restart(2);
  BOOST_TEST(c.run_until([&] { return c[2].applied_commands() == strings{"a"}; }, 10));
}

BOOST_AUTO_TEST_CASE(reads_at_leader_and_follower_share_one_round) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  c.sent.clear();
  for (std::uint64_t i = 1; i <= 50; ++i) c.core(1).read(read_token{i});
  c.deliver();
  BOOST_TEST(c[1].reads.size() == 50u);
  BOOST_TEST(count_sent<heartbeat>(c) == 2u);
  for (std::uint64_t i = 1; i <= 50; ++i) c.core(2).read(read_token{i});
  c.sent.clear();
  c.deliver();
  BOOST_TEST(c[2].reads.size() == 50u);
  BOOST_TEST(count_sent<read_request>(c) == 1u);
  for (const read_ready& x : c[2].reads) BOOST_TEST(x.index.value == c[1].commit.value);
}

BOOST_AUTO_TEST_CASE(another_node_takes_over_when_the_leader_is_gone) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(2).ready(); }));
  BOOST_TEST(c.run_until([&] { return c.core(1).current_role() != role::leader; }, 20));
  c.propose(2, "b");
  c.deliver();
  c.heal();
  BOOST_TEST(c.run_until([&] { return c[1].applied_commands() == strings{"a", "b"}; }));
}

BOOST_AUTO_TEST_SUITE_END()
