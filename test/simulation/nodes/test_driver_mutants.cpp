#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "test/actors/broken_duties.hpp"
#include "test/simulation/nodes/world.hpp"

using namespace lithair::simulation::nodes;
using lithair::actors::active_mutant;
using lithair::actors::mutant;
using lithair::test::broken_duties;

BOOST_AUTO_TEST_SUITE(driver_mutants)

// Those that chance brings up too rarely are left to the tests of single actors, which that table
// names.
BOOST_DATA_TEST_CASE(the_simulator_of_whole_nodes_notices_a_broken_duty,
                     boost::unit_test::data::make(broken_duties)) {
  if (sample.within == 0) {
    BOOST_TEST((sample.test != nullptr));
    return;
  }
  const auto place =
      std::filesystem::path{"/dev/shm"} / ("lithair-test-mutants-" + std::to_string(::getpid()));
  active_mutant = sample.duty;
  report found;
  for (std::uint64_t seed = 1; seed <= sample.within && found.broken.empty(); ++seed)
    found = simulate(seed, place);
  active_mutant = mutant::none;
  BOOST_TEST(!found.broken.empty(), "nothing was noticed in " << sample.within << " seeds");
  BOOST_TEST_MESSAGE(sample.name << ": seed " << found.seed << ", " << found.broken);
}

BOOST_AUTO_TEST_SUITE_END()
