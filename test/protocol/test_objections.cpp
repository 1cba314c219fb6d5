#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocol/objection.hpp"
#include "test/protocol/cluster.hpp"

using namespace lithair::test;
namespace data = boost::unit_test::data;

namespace {

constexpr std::uint64_t all_ones = UINT64_MAX;
constexpr std::uint64_t beyond_members = (std::uint64_t{1} << 32) + 100;

/// What is said to node 2, a follower of node 1 in term 2 that has committed entries 1 to 4.
struct saying {
  std::string name;
  std::uint64_t from;
  message content;
  objection expected;
};
std::ostream& operator<<(std::ostream& out, const saying& x) { return out << x.name; }

message append(std::uint64_t term, std::uint64_t prev, std::uint64_t prev_term,
               std::vector<entry> entries = {}) {
  return append_request{term_t{term},      index_t{prev}, term_t{prev_term}, index_t{99}, 1,
                        std::move(entries)};
}

entry members_entry(const std::string& text) {
  return {index_t{5}, term_t{2}, entry_kind::configuration, {}, payload{text}};
}

message vote(std::uint64_t term, bool transfer = true) {
  return vote_request{term_t{term}, index_t{9}, term_t{2}, false, transfer};
}

message chunk(std::uint64_t term, std::uint64_t index, std::uint64_t of_term) {
  const snapshot_meta meta{index_t{index}, term_t{of_term}, cluster::members({1, 2, 3}), 10, 1};
  return snapshot_request{term_t{term}, meta, 0, payload{"0123456789"}, true};
}

const std::vector<saying> impossible{
    {"nobody", 0, append(2, 4, 2), objection::sender},
    {"itself", 2, append(2, 4, 2), objection::sender},
    {"an append in term 0", 1, append(0, 0, 0), objection::no_term},
    {"a vote in term 0", 1, vote(0), objection::no_term},
    {"a stranger's vote", 9, vote(3), objection::stranger},
    {"a stranger's append", 9, append(3, 4, 2), objection::stranger},
    {"a stranger's answer", 9, append_response{term_t{3}, true, index_t{4}, {}, {}, {}, 0},
     objection::stranger},
    {"a member's vote in the last term", 3, vote(all_ones), objection::term_too_far},
    {"a member's vote far ahead", 3, vote(beyond_members), objection::term_too_far},
    {"a member's append far ahead", 3, append(beyond_members, 4, 2), objection::term_too_far},
    {"an answer far ahead", 1, vote_response{term_t{all_ones}, false, false},
     objection::term_too_far},
    {"an append after no possible entry", 1, append(2, all_ones, 2), objection::index_too_far},
    {"a heartbeat's impossible commit", 1, heartbeat{term_t{2}, index_t{all_ones}, 1},
     objection::index_too_far},
    {"a snapshot of an impossible index", 1, chunk(2, all_ones, 2), objection::index_too_far},
    {"a gap", 1, append(2, 4, 2, {command(6, 2, "x")}), objection::gap},
    {"one index twice", 1, append(2, 4, 2, {command(5, 2, "x"), command(5, 2, "y")}),
     objection::gap},
    {"an entry of a future term", 1, append(2, 4, 2, {command(5, 9, "x")}), objection::disorder},
    {"terms that go back", 3, append(3, 4, 2, {command(5, 3, "x"), command(6, 2, "y")}),
     objection::disorder},
    {"another entry at a committed place", 3, append(3, 2, 2, {command(3, 3, "x")}),
     objection::contradiction},
    {"another term before a committed place", 3, append(3, 3, 1), objection::contradiction},
    {"members that nobody can read", 1, append(2, 4, 2, {members_entry("nonsense")}),
     objection::bad_payload},
    {"a snapshot of nothing", 1, chunk(2, 0, 2), objection::bad_snapshot},
    {"a snapshot of a later term", 1, chunk(2, 50, 3), objection::disorder},
    {"a second leader's append", 3, append(2, 4, 2), objection::second_leader},
    {"a second leader's heartbeat", 3, heartbeat{term_t{2}, {}, 1}, objection::second_leader},
    {"a second leader's snapshot", 3, chunk(2, 50, 2), objection::second_leader},
    {"a vote while a leader is alive", 3, vote(3, false), objection::leader_alive},
};

cluster followers() {
  cluster c{3};
  c.found();
  c.propose(1, "a");
  c.propose(1, "b");
  c.deliver();
  BOOST_REQUIRE(c.core(2).commit_index() == index_t{4});
  c.sent.clear();
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(objections)

BOOST_DATA_TEST_CASE(what_no_honest_node_says_changes_neither_term_vote_log_nor_timers,
                     data::make(impossible)) {
  cluster c = followers();
  const status before = c.core(2).inspect();
  const auto due = c.core(2).ticks_until_due();
  BOOST_TEST(describe(c.core(2).objection_to(node_id{sample.from}, sample.content)) ==
             describe(sample.expected));
  c.tick(2, 2);
  c.inject(sample.from, 2, sample.content);
  const status after = c.core(2).inspect();
  BOOST_TEST(after.term == before.term);
  BOOST_TEST(after.voted_for == before.voted_for);
  BOOST_TEST(after.leader == before.leader);
  BOOST_TEST(after.last_index == before.last_index);
  BOOST_TEST(after.commit == before.commit);
  BOOST_TEST(c.core(2).ticks_until_due() == due - 2);
  BOOST_TEST(c.sent.empty());
}

BOOST_AUTO_TEST_CASE(what_honest_nodes_say_meets_no_objection) {
  cluster c = followers();
  for (const message& x :
       {append(2, 4, 2), append(2, 4, 2, {command(5, 2, "x")}), append(2, 9, 2),
        message{heartbeat{term_t{2}, index_t{99}, 7}}, vote(3), chunk(2, 50, 2)}) {
    BOOST_TEST((c.core(2).objection_to(node_id{1}, x) == objection::none), x);
  }
}

BOOST_AUTO_TEST_CASE(a_term_has_one_leader_also_when_its_contact_was_lost) {
  cluster c = followers();
  c.isolate(2);
  c.tick(2, 100);
  const auto term = c.core(2).current_term();
  BOOST_TEST(!c.core(2).leader());
  c.inject(3, 2, append(term.value, 4, 2));
  c.sent.clear();
  BOOST_TEST(!c.core(2).leader());
  BOOST_TEST(
      (c.core(2).objection_to(node_id{3}, append(term.value, 4, 2)) == objection::second_leader));
  BOOST_TEST((c.core(2).objection_to(node_id{1}, append(term.value, 4, 2)) == objection::none));
}

BOOST_AUTO_TEST_CASE(an_old_leader_that_knows_nothing_of_a_commit_is_told_the_term_it_missed) {
  cluster c = followers();
  c.tick(2, 100);
  c.isolate(1);
  BOOST_TEST(c.run_until([&] { return c.core(2).ready() || c.core(3).ready(); }));
  const std::uint64_t follower = c.core(2).ready() ? 3 : 2;
  const auto term = c.core(follower).current_term();
  c.sent.clear();
  // Entry 5 is committed in a later term by now.
  c.inject(1, follower, append(2, 5, 2));
  BOOST_REQUIRE(c.sent.size() == 1u);
  const auto* told = std::get_if<append_response>(&c.sent.front().content);
  BOOST_REQUIRE(told != nullptr);
  BOOST_TEST(told->term == term);
}

BOOST_AUTO_TEST_SUITE_END()
