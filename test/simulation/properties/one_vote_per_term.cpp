#include <map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// A node votes for one candidate a term, itself included, over all its restarts and lost disks.
class one_vote : public property {
  void on_output(const server& x, const output& out) override {
    for (const envelope& e : out.messages) {
      if (const auto* vote = std::get_if<vote_response>(&e.content)) {
        if (vote->granted && !vote->pre) voted(x.id, vote->term, e.to);
      } else if (const auto* request = std::get_if<vote_request>(&e.content)) {
        if (!request->pre) voted(x.id, request->term, x.id);
      }
    }
  }

  void voted(node_id voter, term_t term, node_id candidate) {
    auto [known, first] = votes_.emplace(std::pair{voter, term}, candidate);
    demand(first || known->second == candidate, "node " + std::to_string(voter.value) +
                                                    " votes twice in term " +
                                                    std::to_string(term.value));
  }

  std::map<std::pair<node_id, term_t>, node_id> votes_;
};

}  // namespace

std::unique_ptr<property> one_vote_per_term() { return std::make_unique<one_vote>(); }

}  // namespace lithair::simulation
