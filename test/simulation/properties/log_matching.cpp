#include <unordered_map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// Log matching (figure 3): entries of equal index and term are equal, and so are those before
/// them. Checked step by step: equal entries must also follow entries of equal terms.
class matching : public property {
  void on_output(const server& x, const output& out) override {
    if (!out.write) return;
    for (const entry& e : out.write->entries) {
      term_t before = x.shadow.term_at(e.index - 1).value_or(term_t{});
      if (!e.index.value || e.index - 1 < x.shadow.base) continue;
      std::uint64_t place = e.term.value << 32 | e.index.value;
      std::uint64_t said = mix(fingerprint(e), before.value);
      auto [known, first] = entries_.emplace(place, said);
      demand(first || known->second == said, "logs differ at index " +
                                                 std::to_string(e.index.value) + " term " +
                                                 std::to_string(e.term.value));
    }
  }

  std::unordered_map<std::uint64_t, std::uint64_t> entries_;
};

}  // namespace

std::unique_ptr<property> log_matching() { return std::make_unique<matching>(); }

}  // namespace lithair::simulation
