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

/// Node `id` starts with a log of these terms.
void diverged(cluster& c, std::uint64_t id, const std::vector<std::uint64_t>& terms,
              std::vector<std::uint64_t> members = {1, 2, 3}) {
  node& x = c.nodes_[node_id{id}];
  x.id = node_id{id};
  x.opts = cluster::quick_options();
  x.base_members = cluster::members(std::move(members));
  for (std::uint64_t i = 0; i < terms.size(); ++i) x.log.push_back(command(i + 1, terms[i], "x"));
  x.state.term = term_t{terms.empty() ? 0 : terms.back()};
  c.start(x);
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

BOOST_AUTO_TEST_CASE(the_leader_commits_and_applies_with_two_followers_while_its_own_disk_is_busy) {
  cluster c{3};
  c.found();
  c[1].slow_disk = true;
  c.propose(1, "a");
  c.deliver();
  BOOST_TEST((c[2].applied_commands() == strings{"a"}));
  BOOST_TEST((c[1].applied_commands() == strings{"a"}));
  BOOST_TEST(c.core(1).durable_index() < c.core(1).commit_index());
  c.complete_write(1);
  BOOST_TEST(c.core(1).durable_index() == c.core(1).commit_index());
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

BOOST_AUTO_TEST_CASE(section_5_3_figure_7_every_kind_of_diverged_follower_is_repaired) {
  // Terms of the followers' logs (a) to (f), and the leader's.
  const std::vector<std::uint64_t> leader = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  const std::vector<std::vector<std::uint64_t>> followers = {{1, 1, 1, 4, 4, 5, 5, 6, 6},
                                                             {1, 1, 1, 4},
                                                             {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                                                             {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                                                             {1, 1, 1, 4, 4, 4, 4},
                                                             {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}};
  for (const std::vector<std::uint64_t>& follower : followers) {
    cluster c{0};
    diverged(c, 1, leader);
    diverged(c, 2, follower);
    diverged(c, 3, {});
    c[1].state.term = term_t{7};
    c.restart(1);
    c.isolate(2);
    BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(1).ready(); }));
    c.heal();
    BOOST_TEST(c.run_until([&] { return c[2].log == c[1].log; }));
  }
}

BOOST_AUTO_TEST_CASE(section_5_3_a_long_diverged_log_is_repaired_in_few_messages) {
  // 300 entries of three terms against 300 of three others: a rejection a term, not an entry.
  auto terms = [](std::vector<std::uint64_t> each) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t term : each) all.insert(all.end(), 100, term);
    return all;
  };
  cluster c{0};
  diverged(c, 1, terms({1, 5, 7}));
  diverged(c, 2, terms({1, 4, 6}));
  diverged(c, 3, {});
  c[1].state.term = term_t{7};
  c.restart(1);
  c.isolate(2);
  BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(1).ready(); }));
  c.heal();
  c.sent.clear();
  BOOST_TEST(c.run_until([&] { return c[2].log == c[1].log; }));
  auto rejections = std::count_if(c.sent.begin(), c.sent.end(), [](const packet& p) {
    const auto* x = std::get_if<append_response>(&p.content);
    return x != nullptr && !x->success;
  });
  BOOST_TEST(rejections <= 4);
}

BOOST_AUTO_TEST_CASE(section_5_3_a_repeated_or_late_append_removes_nothing) {
  // R5
  cluster c{3};
  c.found();
  for (int i = 0; i < 5; ++i) c.propose(1, std::to_string(i));
  c.deliver();
  std::vector<packet> appends;
  for (const packet& p : c.sent) {
    if (p.to.value == 2 && std::holds_alternative<append_request>(p.content)) appends.push_back(p);
  }
  std::vector<entry> before = c[2].log;
  for (const packet& p : appends) c.inject(1, 2, p.content);
  BOOST_TEST((c[2].log == before));
  BOOST_TEST(c.core(2).last_index() == c.core(1).last_index());
}

BOOST_AUTO_TEST_CASE(an_append_that_contradicts_itself_or_what_is_committed_changes_nothing) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  index_t last = c.core(2).last_index();
  term_t term = c.core(1).current_term();
  auto append = [term](std::uint64_t prev, std::uint64_t prev_term, std::vector<entry> entries) {
    return append_request{term, index_t{prev},     term_t{prev_term}, index_t{99},
                          0,    std::move(entries)};
  };
  const append_request bad[] = {
      append(3, 2, {command(5, 2, "gap")}),
      append(3, 2, {command(4, 2, "x"), command(4, 2, "again")}),
      append(3, 2, {command(4, 9, "of the future")}),
      append(3, 2, {command(4, 1, "older than the one before")}),
      append(2, 1, {command(3, 2, "another term at a committed place")}),
      append(1, 1, {command(2, 1, "another committed entry")}),
      append(3, 2, {{index_t{4}, term, entry_kind::configuration, {}, payload{"nonsense"}}}),
  };
  for (const append_request& each : bad) {
    c.inject(1, 2, each);
    BOOST_TEST(c.core(2).last_index() == last);
    BOOST_TEST(c.core(2).commit_index() == last);
  }
}

BOOST_AUTO_TEST_CASE(
    section_5_4_2_figure_8_an_entry_of_an_older_term_is_not_committed_by_counting) {
  // R4: (c) of the figure. S1 leads in term 4 and has brought its entry of term 2 to a majority.
  cluster c{0};
  diverged(c, 1, {1, 2});
  for (std::uint64_t id : {2, 3, 4, 5}) diverged(c, id, {1}, {1, 2, 3, 4, 5});
  c[1].base_members = cluster::members({1, 2, 3, 4, 5});
  c[1].state.term = term_t{3};
  c[1].opts.max_append_bytes = c[1].opts.max_inflight_bytes = 1;
  c.restart(1);
  // Its own first entry, which would commit all before it, is in nobody's log.
  c.keep = [&c](const packet& p) {
    const auto* x = std::get_if<append_request>(&p.content);
    bool fits = x != nullptr && c.nodes_.at(p.to).core->last_index() == x->prev_index;
    return !fits || x->entries.empty() || x->entries.back().term.value < 4;
  };
  BOOST_TEST_REQUIRE(c.run_until([&] { return c.core(1).current_role() == role::leader; }));
  BOOST_TEST(c.run_until([&] { return c.core(2).last_index().value == 2; }));
  BOOST_TEST(c.run_until([&] { return c.core(3).last_index().value == 2; }));
  c.tick_all(5);
  BOOST_TEST(c.core(1).commit_index().value == 0u);
  c.keep = [](const packet&) { return true; };
  BOOST_TEST(c.run_until([&] { return c.core(1).commit_index().value == 3; }));
}

BOOST_AUTO_TEST_CASE(a_follower_takes_the_commit_index_only_as_far_as_it_was_compared) {
  // R7: its tail of an older term is not the leader's.
  cluster c{0};
  diverged(c, 1, {1, 1, 1});
  c.inject(2, 1, heartbeat{term_t{5}, index_t{3}, 1});
  BOOST_TEST(c.core(1).commit_index().value == 0u);
  c.inject(2, 1, append_request{term_t{5}, index_t{1}, term_t{1}, index_t{3}, 0, {}});
  BOOST_TEST(c.core(1).commit_index().value == 1u);
}

BOOST_AUTO_TEST_CASE(the_commit_index_never_goes_back_on_an_old_duplicate) {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.deliver();
  index_t before = c.core(2).commit_index();
  c.inject(1, 2, heartbeat{c.core(1).current_term(), index_t{1}, 1});
  c.inject(1, 2,
           append_request{c.core(1).current_term(), index_t{1}, term_t{1}, index_t{1}, 0, {}});
  BOOST_TEST(c.core(2).commit_index() == before);
}

BOOST_AUTO_TEST_CASE(appends_are_pipelined_within_the_window_and_no_further) {
  options opts = cluster::quick_options();
  opts.max_append_bytes = 100;
  opts.max_inflight_bytes = 300;
  cluster c{3, opts};
  c.found();
  c.isolate(3);
  for (int i = 0; i < 50; ++i) c.propose(1, std::string(50, 'x'));
  c.sent.clear();
  c.settle(c[1]);
  std::size_t to_two = 0;
  for (const packet& p : c.sent) to_two += p.to.value == 2 ? 1 : 0;
  BOOST_TEST(to_two > 1u);
  BOOST_TEST(to_two <= 4u);
  c.deliver();
  BOOST_TEST(c[2].log.size() == c[1].log.size());
}

BOOST_AUTO_TEST_CASE(lost_appends_are_sent_again) {
  cluster c{3};
  c.found();
  c.isolate(2);
  c.isolate(3);
  c.propose(1, "a");
  c.deliver();
  c.heal();
  BOOST_TEST(c.run_until([&] { return !c[1].applied_commands().empty(); }, 20));
}

BOOST_AUTO_TEST_CASE(too_much_that_is_not_committed_is_refused_as_busy) {
  options opts = cluster::quick_options();
  opts.max_uncommitted_bytes = 500;
  cluster c{3, opts};
  c.found();
  c.isolate(1);
  refusal why = refusal::none;
  for (int i = 0; i < 50 && why == refusal::none; ++i) {
    why = c.core(1).propose({{{node_id{1}, 100}, payload{"x"}}});
  }
  BOOST_TEST(why == refusal::busy);
  c.heal();
  BOOST_TEST(c.run_until([&] { return c.core(1).commit_index() == c.core(1).last_index(); }));
  c.propose(1, "room again");
}

BOOST_AUTO_TEST_CASE(a_repeated_request_of_a_follower_is_taken_once) {
  cluster c{3};
  c.found();
  c.propose(2, "a");
  c.settle(c[2]);
  packet request = c.sent.back();
  c.deliver();
  c.inject(2, 1, request.content);
  c.deliver();
  BOOST_TEST((c[3].applied_commands() == strings{"a"}));
}

BOOST_AUTO_TEST_CASE(a_proposal_forwarded_under_an_old_term_does_not_land) {
  cluster c{3};
  c.found();
  c.propose(2, "late");
  c.settle(c[2]);
  packet request = c.sent.back();
  c.network.clear();
  BOOST_TEST(c.core(1).transfer(node_id{3}));
  c.deliver();
  BOOST_TEST(c.core(3).ready());
  c.inject(2, 3, request.content);
  c.inject(2, 1, request.content);
  c.deliver();
  BOOST_TEST(c[3].applied_commands().empty());
  // The old leader knows that it never took it.
  BOOST_TEST_REQUIRE(c[2].refused.size() == 1u);
  BOOST_TEST(c[2].refused.front().why == refusal::not_leader);
}

BOOST_AUTO_TEST_CASE(an_old_leader_never_calls_refused_what_it_took) {
  cluster c{3};
  c.found();
  c.propose(2, "taken");
  c.settle(c[2]);
  packet request = c.sent.back();
  c.deliver();
  BOOST_TEST(c.core(1).transfer(node_id{3}));
  c.deliver();
  c.inject(2, 1, request.content);
  c.deliver();
  BOOST_TEST(c[2].refused.empty());
}

BOOST_AUTO_TEST_CASE(proposals_not_yet_sent_are_refused_when_the_leader_is_lost) {
  cluster c{3};
  c.found();
  BOOST_TEST((c.core(2).propose({{{node_id{2}, 7}, payload{"x"}}}) == refusal::none));
  c.inject(3, 2, append_request{term_t{9}, {}, {}, {}, 0, {}});
  BOOST_TEST_REQUIRE(c[2].refused.size() == 1u);
  BOOST_TEST((c[2].refused.front().serials == std::vector<std::uint64_t>{7}));
}

BOOST_AUTO_TEST_CASE(a_disk_that_does_not_give_entries_is_asked_again_later) {
  cluster c = cluster::behind_the_cache();
  c[1].hold_fetches = true;
  BOOST_TEST(c.run_until([&] { return !c[1].fetches.empty(); }));
  c.core(1).fetched(c[1].fetches.front(), {});
  c[1].hold_fetches = false;
  BOOST_TEST(c.run_until([&] { return c[3].applied_commands().size() == 5; }));
}

BOOST_AUTO_TEST_CASE(a_repeated_answer_does_not_refuse_what_was_proposed_again_since) {
  cluster c{3};
  c.found();
  const term_t term = c.core(1).current_term();
  const proposal same{{node_id{2}, 77}, payload{"once"}};
  c.core(1).close(true);
  BOOST_TEST((c.core(2).propose({same}) == refusal::none));
  c.sent.clear();
  c.deliver();
  BOOST_TEST_REQUIRE(c[2].refused.size() == 1u);
  BOOST_TEST((c[2].refused.front().serials == std::vector<std::uint64_t>{77}));
  message answer;
  for (const packet& p : c.sent)
    if (std::holds_alternative<propose_response>(p.content)) answer = p.content;
  // Busy no more: it is proposed again and taken; now the first answer comes once more.
  c.core(1).close(false);
  BOOST_TEST((c.core(2).propose({same}) == refusal::none));
  c.deliver();
  BOOST_TEST((c[2].applied_commands() == strings{"once"}));
  BOOST_TEST(c.core(2).current_term() == term);
  c.inject(1, 2, answer);
  BOOST_TEST(c[2].refused.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_request_that_was_never_made_refuses_nothing) {
  cluster c{3};
  c.found();
  c.inject(1, 2, propose_response{c.core(1).current_term(), 0, refusal::busy, {1, 2}});
  c.inject(1, 2,
           propose_response{c.core(1).current_term(), ~std::uint64_t{0}, refusal::busy, {1, 2}});
  BOOST_TEST(c[2].refused.empty());
}

BOOST_AUTO_TEST_CASE(an_entry_that_takes_longer_than_an_election_timeout_on_its_way_is_sent_once) {
  options opts = cluster::quick_options();
  opts.max_append_bytes = 100;
  opts.max_inflight_bytes = 300;
  cluster c{3, opts};
  c.found();
  const auto large = [](const packet& p) {
    const auto* append = std::get_if<append_request>(&p.content);
    return append != nullptr && !append->entries.empty() &&
           append->entries.front().data.size() > 5000;
  };
  std::vector<packet> on_the_way;
  c.keep = [&](const packet& p) {
    if (large(p) && p.to.value == 3) on_the_way.push_back(p);
    return !large(p) || p.to.value != 3;
  };
  c.propose(1, std::string(10'000, 'x'));
  c.propose(1, "after");
  for (std::uint32_t i = 0; i < 10 * opts.election_max_ticks; ++i) {
    c.core(1).receiving(node_id{3});
    c.tick_all();
  }
  BOOST_TEST_REQUIRE(on_the_way.size() == 1u);
  BOOST_TEST(std::get<append_request>(on_the_way.front().content).entries.size() == 1u);
  BOOST_TEST(c.core(1).inspect().peers.back().next ==
                 std::get<append_request>(on_the_way.front().content).prev_index + 2,
             "nothing is sent after it");
  c.keep = [](const packet&) { return true; };
  c.inject(1, 3, on_the_way.front().content);
  c.deliver();
  BOOST_TEST(c[3].applied_commands().back() == "after");
}

BOOST_AUTO_TEST_CASE(an_entry_larger_than_the_window_waits_until_nothing_else_is_on_the_way) {
  options opts = cluster::quick_options();
  opts.max_append_bytes = 100;
  opts.max_inflight_bytes = 300;
  cluster c{3, opts};
  c.found();
  c.keep = [](const packet& p) {
    return !(p.from.value == 3 && std::holds_alternative<append_response>(p.content));
  };
  c.propose(1, "small");
  c.settle(c[1]);
  c.propose(1, std::string(10'000, 'x'));
  c.deliver();
  BOOST_TEST(c.core(1).inspect().peers.back().inflight_bytes < 300u);
  BOOST_TEST(c.core(3).last_index() < c.core(1).last_index());
  c.keep = [](const packet&) { return true; };
  BOOST_TEST(c.run_until([&] { return c.core(3).last_index() == c.core(1).last_index(); }));
}

BOOST_AUTO_TEST_CASE(a_probe_carries_no_entry_larger_than_an_append_may_be) {
  options opts = cluster::quick_options();
  opts.max_append_bytes = 100;
  opts.max_inflight_bytes = 300;
  cluster c{3, opts};
  c.found();
  c.propose(1, std::string(10'000, 'x'));
  c.settle(c[1]);
  c.core(1).unreachable(node_id{3});
  c.network.clear();
  c.sent.clear();
  c.settle(c[1]);
  for (const packet& p : c.sent) {
    const auto* append = std::get_if<append_request>(&p.content);
    if (append != nullptr && p.to.value == 3) BOOST_TEST(append->entries.empty());
  }
  BOOST_TEST(c.run_until([&] { return c.core(3).last_index() == c.core(1).last_index(); }));
}

BOOST_AUTO_TEST_SUITE_END()
