#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/core.hpp"
#include "test/simulation/machine.hpp"

namespace lithair::simulation {

struct server;

/// A property does not hold; ends the run.
struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void demand(bool holds, const char* sentence) {
  if (!holds) throw violation{sentence};
}
inline void demand(bool holds, const std::string& sentence) {
  if (!holds) throw violation{sentence};
}

/// What clients saw of an operation.
struct client_operation {
  std::uint64_t id = 0;
  bool write = false;
  std::size_t key = 0;
  std::uint64_t value = 0;  ///< to write, or what was read
  node_id at;
  index_t floor;  ///< everything up to here was seen by somebody before this began
  index_t index;  ///< where it took effect
  enum class end { open, done, refused, unknown } outcome = end::open;
};

/// Something that must always hold. Each is told what happens, looks at it from outside the cores,
/// and throws `violation`. One property a file.
class property {
 public:
  virtual ~property() = default;

  /// `x` made an output of this; it's about to be performed.
  virtual void on_output(const server&, const output&) {}
  /// An input and what followed from it are complete.
  virtual void on_step(const server&) {}
  virtual void on_apply(const server&, const entry&) {}
  virtual void on_start(const server&) {}
  virtual void on_wipe(const server&) {}
  virtual void on_end(const client_operation&) {}
  /// The servers of the final configuration, after healing.
  virtual void on_healed(const std::vector<const server*>&) {}
};

using servers = std::vector<std::unique_ptr<server>>;
class ledger;

std::unique_ptr<property> bounded_windows();
std::unique_ptr<property> commit_on_a_quorum(const servers& all);
std::unique_ptr<property> committed_never_changes(ledger& committed);
std::unique_ptr<property> durable_before_said();
std::unique_ptr<property> honest_refusals(const ledger& committed);
std::unique_ptr<property> leader_completeness(const ledger& committed);
std::unique_ptr<property> linearizable(const ledger& committed);
std::unique_ptr<property> log_matching();
std::unique_ptr<property> nothing_goes_back();
std::unique_ptr<property> one_change_at_a_time();
std::unique_ptr<property> one_leader_per_term();
std::unique_ptr<property> one_vote_per_term();
std::unique_ptr<property> ordered_indexes();
std::unique_ptr<property> same_state_at_same_index();

/// `committed` is filled by one of them and must live as long as they do.
std::vector<std::unique_ptr<property>> all_properties(const servers& all, ledger& committed);

}  // namespace lithair::simulation
