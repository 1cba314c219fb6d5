#include "test/simulation/property.hpp"

namespace lithair::simulation {

std::vector<std::unique_ptr<property>> all_properties(const servers& all, ledger& committed) {
  std::vector<std::unique_ptr<property>> result;
  // First, because others look into the ledger that it fills.
  result.push_back(committed_never_changes(committed));
  result.push_back(bounded_windows());
  result.push_back(commit_on_a_quorum(all));
  result.push_back(durable_before_said());
  result.push_back(honest_refusals(committed));
  result.push_back(leader_completeness(committed));
  result.push_back(linearizable(committed));
  result.push_back(log_matching());
  result.push_back(nothing_goes_back());
  result.push_back(one_change_at_a_time());
  result.push_back(one_leader_per_term());
  result.push_back(one_vote_per_term());
  result.push_back(ordered_indexes());
  result.push_back(same_state_at_same_index());
  return result;
}

}  // namespace lithair::simulation
