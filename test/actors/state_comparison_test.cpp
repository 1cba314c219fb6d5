#include <boost/test/unit_test.hpp>

#include "actors/raft/state_comparison.hpp"

namespace state_comparison_test {

using namespace lithair::actors;
using lithair::protocol::index_t;
using lithair::protocol::node_id;
using lithair::protocol::term_t;

BOOST_AUTO_TEST_SUITE(state_comparisons)

BOOST_AUTO_TEST_CASE(equal_digests_agree_whoever_is_first) {
  state_comparison x;
  BOOST_TEST(x.begin(index_t{10}, term_t{1}));
  BOOST_TEST(!x.peers(node_id{2}, index_t{10}, 7));
  BOOST_TEST(x.agreed().value == 0u);
  BOOST_TEST(!x.own(index_t{10}, 7));
  BOOST_TEST(x.agreed().value == 10u);
  BOOST_TEST(!x.first().index);
}

BOOST_AUTO_TEST_CASE(the_first_difference_is_kept_and_told_once_a_peer) {
  state_comparison x;
  (void)x.begin(index_t{10}, term_t{1});
  (void)x.own(index_t{10}, 7);
  BOOST_TEST(x.peers(node_id{2}, index_t{10}, 8));
  BOOST_TEST(!x.peers(node_id{2}, index_t{10}, 8));
  (void)x.begin(index_t{20}, term_t{1});
  (void)x.own(index_t{20}, 9);
  BOOST_TEST(!x.peers(node_id{2}, index_t{20}, 8));
  BOOST_TEST(x.peers(node_id{3}, index_t{20}, 8));
  BOOST_TEST(x.first().index.value == 10u);
  BOOST_TEST(x.first().peer.value == 2u);
}

BOOST_AUTO_TEST_CASE(digests_of_another_index_say_nothing) {
  state_comparison x;
  (void)x.begin(index_t{10}, term_t{1});
  (void)x.own(index_t{10}, 7);
  BOOST_TEST(!x.peers(node_id{2}, index_t{9}, 8));
  BOOST_TEST(!x.begin(index_t{10}, term_t{1}));
  BOOST_TEST(!x.begin(index_t{9}, term_t{1}));
  BOOST_TEST(!x.first().index);
}

BOOST_AUTO_TEST_CASE(a_later_leader_may_name_an_index_before_that_of_a_deposed_one) {
  state_comparison x;
  (void)x.begin(index_t{1000}, term_t{2});
  BOOST_TEST(!x.begin(index_t{2000}, term_t{1}));
  BOOST_TEST(x.begin(index_t{10}, term_t{3}));
  BOOST_TEST(!x.begin(index_t{10}, term_t{3}));
  BOOST_TEST(!x.begin(index_t{10}, term_t{4}));
  (void)x.own(index_t{10}, 7);
  BOOST_TEST(!x.peers(node_id{2}, index_t{10}, 7));
  BOOST_TEST(x.agreed().value == 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace state_comparison_test
