#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "actors/raft/raft_calls.hpp"
#include "test/actors/world.hpp"

namespace raft_calls_test {

using namespace lithair;
using namespace lithair::actors;
using namespace lithair::protocol;
using lithair::test::world;
namespace data = boost::unit_test::data;

namespace {

/// Three nodes with a leader, and messages in its name to a follower.
struct fixture {
  world w{3};
  world::id leader = w.await_leader();
  world::id follower = leader % 3 + 1;
  status before = w.inspect(follower).raft;

  raft_call from_leader(message content) const {
    return {0, 7, group_id{1}, node_id{leader}, node_id{follower}, std::move(content)};
  }
  raft_answered answer_to(raft_call x) {
    auto token = w.call(follower, std::move(x));
    w.tick();
    auto answer = w.call_answer(token);
    BOOST_REQUIRE(answer.has_value());
    return *answer;
  }
};

struct pairing {
  std::string name;
  message answer;
  message question;
  bool matches;
};
std::ostream& operator<<(std::ostream& out, const pairing& x) { return out << x.name; }

const append_request two_entries{term_t{2}, index_t{4}, term_t{2}, {}, 0, std::vector<entry>(2)};
const snapshot_request last_chunk{
    term_t{2}, {index_t{9}, term_t{2}, {}, 3, 0}, 0, payload{"abc"}, true};

const std::vector<pairing> pairings{
    {"a vote", vote_response{term_t{2}, true, false}, vote_request{term_t{2}, {}, {}, false, false},
     true},
    {"a vote for a pre-vote", vote_response{term_t{2}, true, false},
     vote_request{term_t{2}, {}, {}, true, false}, false},
    {"all entries match", append_response{term_t{2}, true, index_t{6}, {}, {}, {}, 0}, two_entries,
     true},
    {"one entry is not durable yet", append_response{term_t{2}, true, index_t{5}, {}, {}, {}, 0},
     two_entries, false},
    {"a rejection", append_response{term_t{2}, false, {}, index_t{4}, {}, {}, 0}, two_entries,
     true},
    {"a rejection of another append", append_response{term_t{2}, false, {}, index_t{3}, {}, {}, 0},
     two_entries, false},
    {"a later term", append_response{term_t{3}, false, {}, {}, {}, {}, 0}, two_entries, true},
    {"a round", heartbeat_response{term_t{2}, 5, {}}, heartbeat{term_t{2}, {}, 5}, true},
    {"an earlier round", heartbeat_response{term_t{2}, 4, {}}, heartbeat{term_t{2}, {}, 5}, false},
    {"received, not installed", snapshot_response{term_t{2}, index_t{9}, 3, false, false},
     last_chunk, false},
    {"installed", snapshot_response{term_t{2}, index_t{9}, 3, true, false}, last_chunk, true},
    {"damaged", snapshot_response{term_t{2}, index_t{9}, 0, false, true}, last_chunk, true},
    {"another kind", vote_response{term_t{2}, true, false}, two_entries, false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(calls_to_raft)

BOOST_DATA_TEST_CASE(an_answer_belongs_to_the_message_that_it_is_done_with, data::make(pairings)) {
  BOOST_TEST(answers(sample.answer, sample.question) == sample.matches);
}

BOOST_FIXTURE_TEST_CASE(the_cores_answer_goes_to_the_caller_in_its_envelope, fixture) {
  auto x = answer_to(from_leader(heartbeat{before.term, index_t{1'000'000}, 1'000'000}));
  BOOST_TEST(x.status == 200);
  BOOST_TEST(x.from.value == follower);
  BOOST_TEST(x.to.value == leader);
  auto* beat = std::get_if<heartbeat_response>(&x.content);
  BOOST_REQUIRE(beat != nullptr);
  BOOST_TEST(beat->match.value == before.last_index.value);
  BOOST_TEST(w.inspect(follower).raft.commit.value <= before.last_index.value);
}

BOOST_FIXTURE_TEST_CASE(an_envelope_for_somebody_else_is_refused, fixture) {
  auto good = from_leader(heartbeat{before.term, {}, 1});
  auto refused = [&](auto change) {
    auto x = good;
    change(x);
    return answer_to(std::move(x));
  };
  BOOST_TEST(refused([](raft_call& x) { x.cluster = 8; }).code == "other_cluster");
  BOOST_TEST(refused([](raft_call& x) { x.group = group_id{2}; }).code == "no_such_group");
  BOOST_TEST(refused([](raft_call& x) { x.to = x.from; }).code == "other_receiver");
  BOOST_TEST(refused([](raft_call& x) { x.from = node_id{9}; }).code == "unknown_member");
  BOOST_TEST(refused([](raft_call& x) { x.from = x.to; }).status == 422);
  BOOST_TEST(refused([](raft_call& x) {
               x.content = heartbeat{term_t{UINT64_MAX}, {}, 1};
             }).status == 422);
  BOOST_TEST(w.inspect(follower).raft.term.value == before.term.value);
}

BOOST_FIXTURE_TEST_CASE(a_message_that_the_core_never_answers_ends_with_504, fixture) {
  // These nodes have nobody to keep a chunk.
  snapshot_request chunk;
  chunk.term = before.term;
  chunk.meta = {before.last_index + 50, before.term, before.members, 3, 1};
  chunk.data = payload{"a"};
  auto token = w.call(follower, from_leader(chunk));
  w.tick(400);
  BOOST_TEST(!w.call_answer(token).has_value());
  w.tick(200);
  BOOST_REQUIRE(w.call_answer(token).has_value());
  BOOST_TEST(w.call_answer(token)->status == 504);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace raft_calls_test
