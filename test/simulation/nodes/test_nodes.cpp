#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include "test/simulation/nodes/world.hpp"

using namespace lithair::simulation::nodes;

namespace {

/// How many seeds are run; LITHAIR_NODE_SEEDS says otherwise.
std::uint64_t seeds_to_run() {
  const char* chosen = std::getenv("LITHAIR_NODE_SEEDS");
  return chosen == nullptr ? 300 : std::strtoull(chosen, nullptr, 10);
}

std::filesystem::path place() {
  return std::filesystem::path{"/dev/shm"} / ("lithair-test-nodes-" + std::to_string(::getpid()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(whole_nodes)

BOOST_AUTO_TEST_CASE(keep_every_promise_in_hundreds_of_lives) {
  report sum;
  const auto seeds = seeds_to_run();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto x = simulate(seed, place());
    BOOST_TEST_REQUIRE(x.broken == "", "seed " << seed << ": " << x.broken);
    sum.acknowledged += x.acknowledged;
    sum.reads += x.reads;
    sum.starts += x.starts;
    sum.deaths += x.deaths;
    sum.changes += x.changes;
    sum.streamed += x.streamed;
  }
  // A run in which too little happens proves nothing.
  BOOST_TEST(sum.acknowledged > seeds * 50);
  BOOST_TEST(sum.reads > seeds * 50);
  BOOST_TEST(sum.streamed > seeds * 50);
  BOOST_TEST(sum.starts > seeds * 4);
  BOOST_TEST(sum.deaths > seeds / 20);
  BOOST_TEST(sum.changes > seeds / 10);
}

BOOST_AUTO_TEST_CASE(do_the_same_again_from_the_same_seed) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::vector<std::string> first;
    std::vector<std::string> second;
    const auto a =
        simulate(seed, place(), [&first](const std::string& line) { first.push_back(line); });
    const auto b =
        simulate(seed, place(), [&second](const std::string& line) { second.push_back(line); });
    BOOST_TEST(a.fingerprint == b.fingerprint, "seed " << seed);
    BOOST_TEST((first == second), "seed " << seed);
    BOOST_TEST(a.fingerprint == simulate(seed, place()).fingerprint, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
