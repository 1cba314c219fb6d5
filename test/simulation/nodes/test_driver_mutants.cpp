#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

#include "actors/mutants.hpp"
#include "test/simulation/nodes/world.hpp"

using namespace lithair::simulation::nodes;
using lithair::actors::active_mutant;
using lithair::actors::mutant;

namespace {

/// A broken duty, and the number of seeds within which the simulator must notice.
struct broken_duty {
  mutant duty;
  const char* name;
  std::uint64_t within;
};

std::ostream& operator<<(std::ostream& out, const broken_duty& x) { return out << x.name; }

// Those that chance brings up soon; the others are caught by tests of their own.
const broken_duty duties[] = {
    {mutant::applies_before_committing, "applies before committing", 20},
    {mutant::answers_before_applying, "answers reads before applying", 20},
    {mutant::purges_past_the_checkpoint, "purges past the checkpoint", 40},
    {mutant::purges_what_a_snapshot_needs, "purges what a snapshot needs", 60},
    {mutant::calls_full_failed, "calls a full disk failed", 30},
    {mutant::snapshots_without_members, "writes snapshots without members", 20},
    {mutant::checkpoints_without_the_feed, "makes checkpoints without the feed", 20},
    {mutant::checkpoints_without_answers, "forgets at restart what it carried out", 40},
    {mutant::piece_acknowledged_not_kept, "acknowledges pieces that it throws away", 60},
    {mutant::peer_met_before_noted, "meets peers before they are noted", 120},
    {mutant::keeps_ways_to_old_addresses, "looks for members where they were", 80},
    {mutant::answers_for_earlier_lives, "answers for its earlier lives", 20},
    {mutant::other_groups_keep_their_members, "lets other groups keep their members", 20},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(driver_mutants)

BOOST_DATA_TEST_CASE(the_simulator_of_whole_nodes_notices_a_broken_duty, boost::unit_test::data::make(duties)) {
  const auto place = std::filesystem::path{"/dev/shm"} / ("lithair-test-mutants-" + std::to_string(::getpid()));
  active_mutant = sample.duty;
  report found;
  for (std::uint64_t seed = 1; seed <= sample.within && found.broken.empty(); ++seed) found = simulate(seed, place);
  active_mutant = mutant::none;
  BOOST_TEST(!found.broken.empty(), "nothing was noticed in " << sample.within << " seeds");
  BOOST_TEST_MESSAGE(sample.name << ": seed " << found.seed << ", " << found.broken);
}

BOOST_AUTO_TEST_SUITE_END()
