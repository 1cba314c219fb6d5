#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "protocol/mutants.hpp"
#include "test/simulation/world.hpp"

using namespace lithair::simulation;

namespace {

/// A broken rule, and the number of seeds within which the simulator must notice.
struct broken_rule {
  mutant rule;
  const char* name;
  std::uint64_t within;
};

std::ostream& operator<<(std::ostream& out, const broken_rule& x) {
  return out << x.name;
}

const broken_rule rules[] = {
    {mutant::commits_old_terms_by_counting, "commits entries of old terms by counting", 1000},
    {mutant::forgets_its_vote, "forgets its vote", 50},
    {mutant::speaks_before_durable, "speaks before it is durable", 50},
    {mutant::acknowledges_before_durable, "acknowledges before it is durable", 50},
    {mutant::votes_for_shorter_logs, "votes for shorter logs", 200},
    {mutant::truncates_on_late_appends, "truncates on late appends", 50},
    {mutant::reads_without_a_round, "reads without a round", 200},
    {mutant::reads_before_its_first_commit, "reads before its first commit", 500},
    {mutant::takes_old_answers_for_the_round, "takes old answers for the round", 1000},
    {mutant::follows_commit_unchecked, "follows the commit index unchecked", 200},
    {mutant::counts_one_majority_when_joint, "counts one majority when joint", 200},
    {mutant::counts_learners, "counts learners", 100},
    {mutant::changes_members_at_once, "begins two changes of members at once", 100},
    {mutant::counts_truncated_writes, "counts truncated writes", 200},
    {mutant::installs_over_its_log, "installs a late snapshot over its log", 1500},
    {mutant::proposes_repeated_requests, "takes a repeated request twice", 50},
    {mutant::refuses_what_it_took, "calls refused what it took", 1500},
    {mutant::votes_after_losing_its_disk, "votes after losing its disk", 1000},
    {mutant::keeps_the_lease_in_transfers, "keeps its lease while handing over", 1000},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mutants)

BOOST_DATA_TEST_CASE(the_simulator_notices_a_broken_rule, boost::unit_test::data::make(rules)) {
  active_mutant = sample.rule;
  report found;
  for (std::uint64_t seed = 1; seed <= sample.within && found.broken.empty(); ++seed) {
    found = simulate(seed);
  }
  active_mutant = mutant::none;
  BOOST_TEST(!found.broken.empty(), "nothing was noticed in " << sample.within << " seeds");
  BOOST_TEST_MESSAGE(sample.name << ": seed " << found.seed << ", " << found.broken);
}

BOOST_AUTO_TEST_CASE(every_broken_rule_is_in_the_table) {
  BOOST_TEST(std::size(rules) + 1 == static_cast<std::size_t>(mutant::count));
}

BOOST_AUTO_TEST_CASE(with_no_rule_broken_it_notices_nothing) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) BOOST_TEST(simulate(seed).broken == "");
}

BOOST_AUTO_TEST_SUITE_END()
