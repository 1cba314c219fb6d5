#include "actors/raft/read_requests.hpp"

#include <boost/test/unit_test.hpp>

namespace read_requests_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;
using protocol::read_token;

namespace {

read_requests::request request(std::uint64_t token, std::uint64_t since_ms = 0,
                               std::uint64_t min_index = 0) {
  read_requests::request x;
  x.what.token = token;
  x.what.min_index = min_index;
  x.since_ms = since_ms;
  return x;
}

std::vector<std::uint64_t> tokens(const std::vector<read_requests::request>& x) {
  std::vector<std::uint64_t> out;
  for (auto& each : x) out.push_back(each.what.token);
  return out;
}

using list = std::vector<std::uint64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(requests_for_reads)

BOOST_AUTO_TEST_CASE(those_that_came_together_share_a_token_and_wait_for_one_index) {
  read_requests reads;
  reads.add(request(1));
  reads.add(request(2));
  const auto token = reads.begin();
  BOOST_TEST(!reads.has_new());
  BOOST_TEST(reads.release(index_t{100}, index_t{100}).empty());
  reads.finish({token, index_t{7}});
  BOOST_TEST(reads.release(index_t{6}, index_t{6}).empty());
  const auto out = reads.release(index_t{7}, index_t{0});
  BOOST_TEST(tokens(out) == (list{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(out.front().what.read_index == 7u);
  BOOST_TEST(reads.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_released_bears_the_later_of_its_indexes) {
  read_requests reads;
  reads.add(request(1, 0, 9), index_t{5});
  reads.add(request(2, 0, 3), index_t{5});
  auto out = reads.release(index_t{5}, index_t{5});
  BOOST_TEST(tokens(out) == (list{2}), boost::test_tools::per_element());
  BOOST_TEST(out.front().what.read_index == 5u);
  out = reads.release(index_t{9}, index_t{5});
  BOOST_TEST(tokens(out) == (list{1}), boost::test_tools::per_element());
  BOOST_TEST(out.front().what.read_index == 9u);
}

BOOST_AUTO_TEST_CASE(a_probe_waits_until_its_index_is_applied_and_not_only_given) {
  read_requests reads;
  auto probe = request(1);
  probe.is_probe = true;
  reads.add(std::move(probe), index_t{5});
  BOOST_TEST(reads.release(index_t{8}, index_t{4}).empty());
  BOOST_TEST(reads.release(index_t{8}, index_t{5}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_leader_refused_is_asked_again) {
  read_requests reads;
  reads.add(request(1));
  reads.finish({reads.begin(), {}, protocol::refusal::not_leader});
  BOOST_TEST(reads.has_new());
  BOOST_TEST(reads.size() == 1u);
  reads.finish({reads.begin(), index_t{2}});
  BOOST_TEST(reads.release(index_t{2}, index_t{2}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(those_that_are_late_are_taken_out_of_every_stage_once) {
  read_requests reads;
  reads.add(request(1, 10));
  const auto token = reads.begin();
  reads.add(request(2, 20));
  reads.add(request(3, 10), index_t{5});
  reads.add(request(4, 20), index_t{6});
  const auto late = reads.expire(15, 15);
  BOOST_REQUIRE(late.size() == 2u);
  BOOST_TEST(late[0].what.what.token == 1u);
  BOOST_TEST(late[0].index == 0u);
  BOOST_TEST(late[1].what.what.token == 3u);
  BOOST_TEST(late[1].index == 5u);
  BOOST_TEST(reads.size() == 2u);
  // The core's answer comes for nobody.
  reads.finish({token, index_t{1}});
  BOOST_TEST(tokens(reads.drain()) == (list{2, 4}), boost::test_tools::per_element());
  BOOST_TEST(reads.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace read_requests_test
