#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/core.hpp"
#include "test/simulation/machine.hpp"
#include "test/simulation/random.hpp"

namespace lithair::simulation {

/// The log on a disk: what is there, as of the operations completed so far.
struct log_image {
  hard_state state;
  index_t base;
  term_t base_term;
  configuration base_members;
  std::deque<entry> entries;  ///< after base

  index_t last() const { return base + entries.size(); }
  const entry* find(index_t index) const;
  std::optional<term_t> term_at(index_t index) const;

  void write(const log_write& x);
  void purge(const snapshot_meta& through);
  void reset(const snapshot_meta& to);
};

struct purge_log {
  snapshot_meta through;
};
struct reset_log {
  snapshot_meta to;
};
using log_operation = std::variant<log_write, purge_log, reset_log>;

/// The state on a disk is replaced as a whole; `install` when it came as a snapshot.
struct state_operation {
  std::shared_ptr<const machine> state;
  std::optional<snapshot_meta> install;
};

/// A node's disk: two files, each with a queue of operations not yet durable. Operations of one
/// queue become durable whole and in order; a crash keeps any number of them from the front (torn
/// tail).
class disk {
 public:
  const log_image& log() const { return log_; }
  const std::shared_ptr<const machine>& state() const { return state_; }

  void queue(log_operation x) { log_queue_.push_back(std::move(x)); }
  void queue(state_operation x) { state_queue_.push_back(std::move(x)); }
  /// Makes the oldest operation durable and returns it.
  log_operation complete_log();
  state_operation complete_state();

  void crash(random_source& random);
  void wipe();
  /// What a driver finds at start. Repairs a crash between installing a snapshot and the reset of
  /// the log that belongs to it.
  restored_state restore();

 private:
  void perform(const log_operation& x);

  log_image log_;
  std::shared_ptr<const machine> state_ = std::make_shared<const machine>();
  std::deque<log_operation> log_queue_;
  std::deque<state_operation> state_queue_;
};

}  // namespace lithair::simulation
