#include "test/simulation/ledger.hpp"
#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// Leader completeness (figure 3): what was committed in earlier terms is in each new leader's log.
class completeness : public property {
 public:
  explicit completeness(const ledger& committed) : committed_(committed) {}

 private:
  void on_output(const server& x, const output& out) override {
    if (!out.role || out.role->now != role::leader) return;
    for (index_t i = x.shadow.base + 1; i <= committed_.last(); ++i) {
      const ledger::line& line = committed_.at(i);
      if (line.committed_in >= out.role->term) continue;
      demand(x.shadow.term_at(i) == line.term,
             "the leader of term " + std::to_string(out.role->term.value) +
                 " lacks the committed entry " + std::to_string(i.value));
    }
  }

  const ledger& committed_;
};

}  // namespace

std::unique_ptr<property> leader_completeness(const ledger& committed) {
  return std::make_unique<completeness>(committed);
}

}  // namespace lithair::simulation
