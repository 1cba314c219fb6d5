#include "test/simulation/ledger.hpp"
#include "test/simulation/property.hpp"

namespace lithair::simulation {

namespace {

/// The order of log indexes is the order in which operations took effect. It explains what clients
/// saw when (1) each acknowledged write is the committed entry at its index, (2) each read gives
/// what the committed log up to its index says, and (3) it agrees with real time: an operation
/// comes after everything that anybody had seen before it began.
class witnessed : public property {
 public:
  explicit witnessed(const ledger& committed) : committed_(committed) {}

 private:
  void on_end(const client_operation& x) override {
    if (x.outcome != client_operation::end::done) return;
    std::string what = (x.write ? "write " : "read ") + std::to_string(x.id);
    demand(x.index <= committed_.last(), what + " took effect at an index that is not committed");
    if (x.write) {
      const ledger::line& line = committed_.at(x.index);
      demand(x.index > x.floor, what + " took effect before something already seen");
      demand(line.command && line.key == x.key && line.value == x.value,
             what + " is acknowledged at the place of another entry");
    } else {
      demand(x.index >= x.floor,
             what + " is stale: " + std::to_string(x.floor.value) + " was already seen");
      demand(x.value == committed_.value(x.key, x.index), what + " gives a value never held");
    }
  }

  const ledger& committed_;
};

}  // namespace

std::unique_ptr<property> linearizable(const ledger& committed) {
  return std::make_unique<witnessed>(committed);
}

}  // namespace lithair::simulation
