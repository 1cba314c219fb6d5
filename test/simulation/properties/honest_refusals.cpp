#include <set>

#include "test/simulation/ledger.hpp"
#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// What was called refused or lost is not in the log and never will be.
class honest : public property {
 public:
  explicit honest(const ledger& committed) : committed_(committed) {}

 private:
  void on_end(const client_operation& x) override {
    if (!x.write || x.outcome != client_operation::end::refused) return;
    demand(!committed_.holds(x.value), "a write was called refused and is committed");
    refused_.insert(x.value);
  }

  void on_step(const server&) override {
    for (; checked_ < committed_.last(); ++checked_) {
      const ledger::line& line = committed_.at(checked_ + 1);
      demand(!line.command || !refused_.contains(line.serial),
             "a write is committed that was called refused");
    }
  }

  const ledger& committed_;
  std::set<std::uint64_t> refused_;
  index_t checked_;
};

}  // namespace

std::unique_ptr<property> honest_refusals(const ledger& committed) {
  return std::make_unique<honest>(committed);
}

}  // namespace lithair::simulation
