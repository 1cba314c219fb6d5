#include <boost/test/unit_test.hpp>

#include <vector>

#include "test/simulation/world.hpp"

using namespace lithair::simulation;

namespace {

/// How many seeds are run; LITHAIR_SEEDS says otherwise.
std::uint64_t seeds_to_run() {
  const char* chosen = std::getenv("LITHAIR_SEEDS");
  return chosen == nullptr ? 4000 : std::strtoull(chosen, nullptr, 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(every_property_holds_in_thousands_of_clusters) {
  report sum;
  std::uint64_t seeds = seeds_to_run();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    report x = simulate(seed);
    BOOST_TEST_REQUIRE(x.broken == "", "seed " << seed << ": " << x.broken);
    sum.acknowledged += x.acknowledged;
    sum.reads += x.reads;
    sum.leaders += x.leaders;
    sum.changes += x.changes;
    sum.aborts += x.aborts;
    sum.snapshots += x.snapshots;
    sum.crashes += x.crashes;
  }
  // A run in which too little happens proves nothing.
  BOOST_TEST(sum.acknowledged > seeds * 50);
  BOOST_TEST(sum.reads > seeds * 50);
  BOOST_TEST(sum.leaders > seeds * 2);
  BOOST_TEST(sum.changes > seeds);
  BOOST_TEST(sum.aborts > seeds / 10);
  BOOST_TEST(sum.snapshots > seeds);
  BOOST_TEST(sum.crashes > seeds);
}

BOOST_AUTO_TEST_CASE(a_seed_replays_bit_for_bit) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<std::string> first;
    std::vector<std::string> second;
    report a = simulate(seed, [&first](const std::string& line) { first.push_back(line); });
    report b = simulate(seed, [&second](const std::string& line) { second.push_back(line); });
    BOOST_TEST(a.fingerprint == b.fingerprint);
    BOOST_TEST((first == second));
    BOOST_TEST(a.fingerprint == simulate(seed).fingerprint);
  }
}

BOOST_AUTO_TEST_SUITE_END()
