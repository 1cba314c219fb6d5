// What a group beyond the first does to get the members of the main one, step by step.

#include <boost/test/unit_test.hpp>

#include "actors/peers/member_address.hpp"
#include "actors/raft/membership_plan.hpp"

namespace membership_plan_test {

using namespace lithair::actors;
using lithair::protocol::configuration;
using lithair::protocol::index_t;
using lithair::protocol::member;
using lithair::protocol::node_id;

namespace {

std::string at(std::uint16_t port, std::uint64_t added = 0, bool promote = false) {
  return to_text(member_address{"h", port, 9, promote, added});
}
member voter(std::uint64_t id, std::uint64_t added = 0, std::uint16_t port = 8) {
  return {node_id{id}, true, at(port, added)};
}
member learner(std::uint64_t id, bool promote, std::uint64_t added = 0) {
  return {node_id{id}, false, at(8, added, promote)};
}

using members = std::vector<member>;

std::optional<members> next(members now, members wanted, std::uint64_t as_of = 100) {
  return next_membership(configuration{std::move(now), {}},
                         committed_members{index_t{as_of}, {std::move(wanted), {}}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(membership_plans)

BOOST_AUTO_TEST_CASE(
    an_address_tells_when_its_member_was_added_and_those_of_earlier_versions_do_not) {
  for (const auto* text : {"h:8/9", "h:8/9+", "h:8/9@20", "h:8/9@20+"}) {
    const auto read = parse_member_address(text);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(to_text(*read) == text);
  }
  BOOST_TEST(parse_member_address("h:8/9@20+")->added == 20u);
  BOOST_TEST(parse_member_address("h:8/9+")->added == 0u);
  for (const auto* text : {"h:8/9@", "h:8/9@0", "h:8/9@x", "h:8/@2", "h:8/9+@2"})
    BOOST_TEST(!parse_member_address(text));
}

BOOST_AUTO_TEST_CASE(who_agrees_takes_no_step) {
  BOOST_CHECK(!next({voter(1), voter(2)}, {voter(1), voter(2)}));
  // It votes here as soon as it has caught up here.
  BOOST_CHECK(!next({voter(1), learner(2, true)}, {voter(1), voter(2)}));
}

BOOST_AUTO_TEST_CASE(a_member_that_was_removed_goes_and_one_that_was_added_comes_as_a_learner) {
  BOOST_CHECK(
      (next({voter(1), voter(2), voter(3)}, {voter(1), voter(2)}) == members{voter(1), voter(2)}));
  BOOST_CHECK(
      (next({voter(1)}, {voter(1), voter(2, 20)}) == members{voter(1), learner(2, true, 20)}));
  BOOST_CHECK((next({voter(1)}, {voter(1), learner(2, false, 20)}) ==
               members{voter(1), learner(2, false, 20)}));
}

BOOST_AUTO_TEST_CASE(one_that_was_removed_and_added_again_goes_first_and_then_comes) {
  const members wanted{voter(1), voter(2), voter(3, 20)};
  auto step = next({voter(1), voter(2), voter(3)}, wanted);
  BOOST_CHECK((step == members{voter(1), voter(2)}));
  step = next(*step, wanted);
  BOOST_CHECK((step == members{voter(1), voter(2), learner(3, true, 20)}));
  BOOST_CHECK(!next(*step, wanted));
}

BOOST_AUTO_TEST_CASE(no_vote_goes_before_those_that_are_to_stay_have_theirs) {
  const members wanted{voter(1), voter(4, 20)};
  auto step = next({voter(1), voter(2)}, wanted);
  BOOST_CHECK((step == members{voter(1), voter(2), learner(4, true, 20)}));
  BOOST_CHECK(!next(*step, wanted));
  BOOST_CHECK((next({voter(1), voter(2), voter(4, 20)}, wanted) == wanted));
  // Who has none may go at any time.
  BOOST_CHECK((next({voter(1), learner(3, false), learner(4, true, 20)}, wanted) ==
               members{voter(1), learner(4, true, 20)}));
}

BOOST_AUTO_TEST_CASE(the_last_voter_stays_as_it_is_until_another_one_votes) {
  const members wanted{voter(2, 20)};
  auto step = next({voter(1)}, wanted);
  BOOST_CHECK((step == members{voter(1), learner(2, true, 20)}));
  BOOST_CHECK(!next(*step, wanted));
  BOOST_CHECK((next({voter(1), voter(2, 20)}, wanted) == members{voter(2, 20)}));
  // Also when it was itself added again.
  BOOST_CHECK(
      (next({voter(1)}, {voter(1, 30), voter(2, 20)}) == members{voter(1), learner(2, true, 20)}));
}

BOOST_AUTO_TEST_CASE(moves_and_promotions_follow) {
  BOOST_CHECK((next({voter(1), voter(2)}, {voter(1), voter(2, 0, 18)}) ==
               members{voter(1), voter(2, 0, 18)}));
  BOOST_CHECK((next({voter(1), learner(2, false)}, {voter(1), voter(2)}) ==
               members{voter(1), learner(2, true)}));
}

BOOST_AUTO_TEST_CASE(nothing_is_done_by_what_is_old_or_not_known_or_while_a_change_is_under_way) {
  BOOST_CHECK(!next({voter(1), voter(2, 20)}, {voter(1)}, 19));
  BOOST_CHECK(!next({voter(1), voter(2)}, {}, 0));
  BOOST_CHECK(!next({}, {voter(1)}));
  const configuration joint{{voter(1)}, {voter(1), voter(2)}};
  BOOST_CHECK(!next_membership(joint, {index_t{100}, {{voter(1)}, {}}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace membership_plan_test
