#include <algorithm>
#include <map>

#include "test/simulation/ledger.hpp"
#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// State machine safety (figure 3), at the level of the log: whoever believes an entry committed
/// believes the same entry committed there. Writes the ledger.
class unchanging : public property {
 public:
  explicit unchanging(ledger& committed) : committed_(committed) {}

 private:
  void on_start(const server& x) override { seen_[x.id] = x.shadow.base; }

  void on_step(const server& x) override {
    index_t commit = x.core->commit_index();
    index_t& seen = seen_[x.id];
    for (seen = std::max(seen, x.shadow.base); seen < commit;) {
      ++seen;
      const entry* e = x.shadow.find(seen);
      demand(e != nullptr, "an entry is committed that was never written");
      if (seen > committed_.last()) {
        demand(seen == committed_.last() + 1, "entries are committed with a gap");
        committed_.append(*e, x.core->current_term());
      }
      demand(committed_.at(seen).fingerprint == fingerprint(*e),
             "the committed entry " + std::to_string(seen.value) + " changed");
    }
  }

  void on_healed(const std::vector<const server*>& members) override {
    for (const server* x : members) {
      demand(x->state.applied == committed_.last(), "a committed entry is missing after healing");
    }
  }

  ledger& committed_;
  std::map<node_id, index_t> seen_;
};

}  // namespace

std::unique_ptr<property> committed_never_changes(ledger& committed) {
  return std::make_unique<unchanging>(committed);
}

}  // namespace lithair::simulation
