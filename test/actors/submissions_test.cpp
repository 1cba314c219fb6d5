#include "actors/raft/submissions.hpp"

#include <boost/test/unit_test.hpp>

namespace submissions_test {

using namespace lithair;
using namespace lithair::protocol;
using actors::submissions;

namespace {

constexpr std::uint64_t all = 1 << 20;

struct three_commands {
  submissions under_test{node_id{2}, 77};

  three_commands() {
    for (std::uint64_t token : {1, 2, 3}) under_test.add({nullptr, token}, "command", 10 * token);
  }

  static std::vector<std::uint64_t> serials(const std::vector<proposal>& proposals) {
    std::vector<std::uint64_t> result;
    for (auto& each : proposals) result.push_back(each.from.serial);
    return result;
  }
};

using list = std::vector<std::uint64_t>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(submissions_of_clients, three_commands)

BOOST_AUTO_TEST_CASE(carry_the_run_of_the_process_that_took_them) {
  for (auto& each : under_test.take_waiting(term_t{5}, all)) {
    BOOST_TEST(each.from.node.value == 2u);
    BOOST_TEST(each.from.run == 77u);
  }
}

BOOST_AUTO_TEST_CASE(are_proposed_once_in_order_with_serials_of_this_node) {
  auto proposals = under_test.take_waiting(term_t{5}, all);
  BOOST_TEST(serials(proposals) == (list{1, 2, 3}));
  BOOST_CHECK(proposals[0].from.node == node_id{2});
  BOOST_TEST(!under_test.has_waiting());
  BOOST_TEST(under_test.take_waiting(term_t{5}, all).empty());
}

BOOST_AUTO_TEST_CASE(are_taken_in_batches_of_bounded_size) {
  BOOST_TEST(under_test.take_waiting(term_t{5}, 8).size() == 2u);
  BOOST_TEST(under_test.take_waiting(term_t{5}, 8).size() == 1u);
}

BOOST_AUTO_TEST_CASE(that_a_leader_refused_are_proposed_again_before_younger_ones) {
  auto first = under_test.take_waiting(term_t{5}, 8);
  under_test.refused(serials(first), term_t{5});
  BOOST_TEST(serials(under_test.take_waiting(term_t{6}, all)) == (list{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(are_not_proposed_again_for_the_refusal_of_an_older_attempt) {
  auto first = under_test.take_waiting(term_t{5}, all);
  under_test.refused(serials(first), term_t{5});
  (void)under_test.take_waiting(term_t{6}, all);
  under_test.refused(serials(first), term_t{5});
  BOOST_TEST(!under_test.has_waiting());
}

BOOST_AUTO_TEST_CASE(
    that_a_dead_leader_never_committed_are_proposed_again_once_a_later_term_is_applied) {
  (void)under_test.take_waiting(term_t{5}, all);
  BOOST_TEST(under_test.finish(2).token == 2u);  // This one did get into the log.
  under_test.entered(term_t{5});
  BOOST_TEST(!under_test.has_waiting());
  under_test.entered(term_t{6});
  BOOST_TEST(serials(under_test.take_waiting(term_t{6}, all)) == (list{1, 3}));
}

BOOST_AUTO_TEST_CASE(under_the_new_term_stay_when_its_first_entry_is_applied) {
  (void)under_test.take_waiting(term_t{6}, all);
  under_test.entered(term_t{6});
  BOOST_TEST(!under_test.has_waiting());
}

BOOST_AUTO_TEST_CASE(are_answered_once) {
  (void)under_test.take_waiting(term_t{5}, all);
  BOOST_TEST(under_test.finish(1).token == 1u);
  BOOST_TEST(under_test.finish(1).token == 0u);
  BOOST_TEST(under_test.finish(999).token == 0u);
  BOOST_TEST(under_test.size() == 2u);
}

BOOST_AUTO_TEST_CASE(out_of_time_are_certain_while_waiting_and_unknown_once_proposed) {
  (void)under_test.take_waiting(term_t{5}, 8);  // the first two
  auto gone = under_test.expire(3001, 11);
  BOOST_REQUIRE_EQUAL(gone.size(), 2u);
  BOOST_TEST(gone[0].who.token == 1u);
  BOOST_TEST(gone[0].was_proposed);
  BOOST_TEST(gone[1].who.token == 3u);
  BOOST_TEST(!gone[1].was_proposed);
  BOOST_TEST(under_test.size() == 1u);
  BOOST_TEST(under_test.expire(9999, 9999).size() == 1u);
  BOOST_TEST(under_test.size() == 0u);
}

BOOST_AUTO_TEST_CASE(that_expired_are_not_proposed_later) {
  (void)under_test.expire(9999, 9999);
  BOOST_TEST(under_test.take_waiting(term_t{5}, all).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace submissions_test
