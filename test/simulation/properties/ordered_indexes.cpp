#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// purged <= checkpoint <= applied <= committed <= last, and nothing unsafe is handed out.
class ordered : public property {
  void on_step(const server& x) override {
    demand(x.shadow.base <= x.state.applied, "the log begins after what is applied");
    demand(x.store.log().base <= x.store.state()->applied, "the log begins after the saved state");
    demand(x.state.applied <= x.commit, "more is applied than was handed out");
    demand(x.commit <= x.core->commit_index(), "more is handed out than is committed");
    demand(x.core->commit_index() <= x.core->last_index(), "more is committed than is in the log");
    demand(x.core->last_index() == x.shadow.last(), "the outputs do not tell the whole log");
  }
};

}  // namespace

std::unique_ptr<property> ordered_indexes() { return std::make_unique<ordered>(); }

}  // namespace lithair::simulation
