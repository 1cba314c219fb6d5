#include <map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// State machine safety (figure 3): nodes that have applied up to one index have one state, whether
/// they came there by the log or by a snapshot.
class same_state : public property {
  void on_apply(const server& x, const entry& applied) override {
    demand(applied.index == x.state.applied, "an entry is applied out of order");
    compare(x);
  }
  void on_start(const server& x) override {
    if (x.state.applied) compare(x);
  }
  void on_healed(const std::vector<const server*>& members) override {
    for (const server* x : members) compare(*x);
  }

  void compare(const server& x) {
    auto [known, first] = digests_.emplace(x.state.applied, x.state.digest);
    demand(first || known->second == x.state.digest,
           "states differ at index " + std::to_string(x.state.applied.value));
  }

  std::map<index_t, std::uint64_t> digests_;
};

}  // namespace

std::unique_ptr<property> same_state_at_same_index() { return std::make_unique<same_state>(); }

}  // namespace lithair::simulation
