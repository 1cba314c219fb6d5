#include <map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// Terms, and within one life commit and applied indexes, only rise; a register's writer too.
class rising : public property {
  void on_start(const server& x) override {
    seen& last = seen_[x.id];
    demand(x.core->current_term() >= last.durable_term, "a durable term is lost");
    last.commit = last.applied = index_t{};
    last.term = x.core->current_term();
    last.cells = x.state.cells;
  }
  void on_wipe(const server& x) override { seen_[x.id] = seen{}; }

  void on_step(const server& x) override {
    seen& last = seen_[x.id];
    demand(x.core->current_term() >= last.term, "the term goes back");
    demand(x.core->commit_index() >= last.commit, "the commit index goes back");
    // A state that was lost begins anew from a copy, which may be older.
    if (x.stateless) last.applied = index_t{}, last.cells = {};
    demand(x.state.applied >= last.applied, "the applied index goes back");
    for (std::size_t key = 0; key < machine::keys; ++key) {
      demand(x.state.cells[key].writer >= last.cells[key].writer,
             "an older write overwrites a newer");
    }
    last.durable_term = x.store.log().state.term;
    last.term = x.core->current_term();
    last.commit = x.core->commit_index();
    if (x.stateless) return;
    last.applied = x.state.applied;
    last.cells = x.state.cells;
  }

  struct seen {
    term_t durable_term;
    term_t term;
    index_t commit;
    index_t applied;
    std::array<cell, machine::keys> cells;
  };
  std::map<node_id, seen> seen_;
};

}  // namespace

std::unique_ptr<property> nothing_goes_back() { return std::make_unique<rising>(); }

}  // namespace lithair::simulation
