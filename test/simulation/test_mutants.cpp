#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "protocol/mutants.hpp"
#include "test/protocol/cluster.hpp"
#include "test/simulation/world.hpp"

using namespace lithair::simulation;

namespace {

/// A broken rule, and the number of seeds within which the simulator must notice.
struct broken_rule {
  mutant rule;
  const char* name;
  std::uint64_t within;
};

std::ostream& operator<<(std::ostream& out, const broken_rule& x) { return out << x.name; }

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
    {mutant::keeps_the_lease_in_transfers, "keeps its lease while handing over", 4000},
    {mutant::leads_without_state, "leads without a state", 1000},
    {mutant::heeds_repeated_answers, "heeds a repeated answer", 1000},
    {mutant::leaves_gone_leaders_early, "leaves leaders that have a lease", 1000},
    {mutant::aborts_what_it_inherited, "goes back from another leader's change", 1000},
};

// -- what hurts no safety, or needs more than chance: a script shows it --------------------------

using lithair::test::cluster;

/// Whether a change that a dead member would have to confirm is begun.
bool begins_what_cannot_end() {
  cluster c{3};
  c.found();
  c.isolate(3);
  c.tick_all(c[1].opts.election_max_ticks + 1);
  return c.core(1).reconfigure(cluster::members({1, 3}).members) ==
         lithair::protocol::raft_core::change_refusal::none;
}

/// Whether the time of the log is that of one clock, which is wrong.
bool dates_by_one_clock() {
  cluster c{3};
  const auto show = [&c](std::int64_t at_us) {
    for (std::uint64_t id = 1; id <= 3; ++id)
      c.core(id).clock(at_us + (id == 1 ? 1'000'000'000 : 0), at_us);
  };
  show(1'000);
  c.found();
  show(2'000);
  c.tick_all(c[1].opts.election_max_ticks);
  c.propose(1, "x");
  c.deliver();
  return c[1].log.back().time_us > 2'000;
}

/// Whether an entry that is still on its way is sent once more.
bool sends_twice_what_still_moves() {
  cluster c{3};
  c.found();
  int sent = 0;
  c.keep = [&sent](const lithair::test::packet& p) {
    const auto* append = std::get_if<lithair::protocol::append_request>(&p.content);
    const bool is_it = p.to.value == 3 && append != nullptr && !append->entries.empty();
    sent += is_it;
    return !is_it;
  };
  c.propose(1, "slow");
  for (std::uint32_t i = 0; i < 5 * c[1].opts.election_max_ticks; ++i) {
    c.core(1).receiving(lithair::protocol::node_id{3});
    c.tick_all();
  }
  return sent > 1;
}

/// Whether the end of a snapshot that an earlier leadership sent ends the one under way.
bool ends_a_snapshot_of_another_term() {
  cluster c{3};
  c.found();
  c.isolate(3);
  for (int i = 0; i < 10; ++i) c.propose(1, "x");
  c.deliver();
  auto& x = c[1];
  x.base_members = x.core->members();
  x.base_term = x.find(lithair::protocol::index_t{8})->term;
  x.log.erase(x.log.begin(), x.log.begin() + 8);
  x.base = x.checkpoint = lithair::protocol::index_t{8};
  x.core->purged(x.base);
  c.heal();
  c.tick_all(15);
  c.core(1).snapshot_sent(lithair::protocol::node_id{3}, c.core(1).current_term() - 1, x.base,
                          false);
  c.tick_all(10);
  return x.snapshots_wanted.size() > 1;
}

/// Whether a node that recovered votes in a term in which it may have voted before.
bool votes_in_the_term_of_its_recovery() {
  using namespace lithair::protocol;
  cluster c{5};
  c.found();
  auto& x = c[5];
  x.state = {};
  x.state.recovering = true;
  x.log.clear();
  c.restart(5);
  (void)c.core(1).reconfigure(cluster::members({1, 2, 3, 4}, {5}).members);
  if (!c.run_until([&] { return !c.core(5).recovering(); })) return false;
  c.isolate(5);
  c.tick(5, 100);
  const term_t term = c.core(5).current_term();
  c.sent.clear();
  c.inject(4, 5, vote_request{term, index_t{999}, term, false, false});
  return !c.sent.empty() && std::get<vote_response>(c.sent.back().content).granted;
}

struct script {
  mutant rule;
  const char* name;
  bool (*notices)();
};

std::ostream& operator<<(std::ostream& out, const script& x) { return out << x.name; }

const script scripts[] = {
    {mutant::begins_changes_that_cannot_end, "begins changes that cannot end",
     begins_what_cannot_end},
    {mutant::dates_by_the_leaders_clock, "dates by the leader's clock", dates_by_one_clock},
    {mutant::gives_up_what_still_moves, "gives up what still moves", sends_twice_what_still_moves},
    {mutant::votes_again_after_recovering, "votes again after recovering",
     votes_in_the_term_of_its_recovery},
    {mutant::heeds_old_transfers, "heeds old transfers", ends_a_snapshot_of_another_term},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mutants)

BOOST_DATA_TEST_CASE(a_script_notices_a_broken_rule, boost::unit_test::data::make(scripts)) {
  BOOST_TEST(!sample.notices(), "noticed with the rule whole");
  active_mutant = sample.rule;
  const bool noticed = sample.notices();
  active_mutant = mutant::none;
  BOOST_TEST(noticed);
}

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
  BOOST_TEST(std::size(rules) + std::size(scripts) + 1 == static_cast<std::size_t>(mutant::count));
}

BOOST_AUTO_TEST_CASE(with_no_rule_broken_it_notices_nothing) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) BOOST_TEST(simulate(seed).broken == "");
}

BOOST_AUTO_TEST_SUITE_END()
