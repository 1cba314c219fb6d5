#include <map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// Election safety (Raft figure 3): at most one leader is elected in a term.
class one_leader : public property {
  void on_output(const server& x, const output& out) override {
    if (!out.role || out.role->now != role::leader) return;
    auto [known, first] = leaders_.emplace(out.role->term, x.id);
    demand(first || known->second == x.id,
           "term " + std::to_string(out.role->term.value) + " has two leaders");
  }

  std::map<term_t, node_id> leaders_;
};

}  // namespace

std::unique_ptr<property> one_leader_per_term() { return std::make_unique<one_leader>(); }

}  // namespace lithair::simulation
