#pragma once

#include <cstdint>
#include <string>

#include "test/simulation/random.hpp"

namespace lithair::simulation::nodes {

/// What one run is like, drawn from its seed. Times are simulated milliseconds.
struct weather {
  std::uint64_t nodes = 3;     ///< that exist
  std::uint64_t founders = 3;  ///< that vote at first; the others join later
  bool groups = false;         ///< a model has a Raft group of its own
  bool local = false;          ///< there are node-local fields and models
  std::uint64_t chaos_ms = 6000;
  std::uint64_t client_every_ms = 20;
  std::uint64_t fault_every_ms = 300;
  std::uint64_t delay_us = 500;     ///< typical, of a message
  std::uint64_t spike_percent = 0;  ///< of messages that are late
  std::uint64_t spike_ms = 0;
  std::uint64_t bytes_per_ms = 0;          ///< of a link; 0: no limit
  std::uint64_t disk_us = 800;             ///< typical, of what a detached actor does in one turn
  std::uint64_t clock_spread_percent = 0;  ///< of the rates of steady clocks
  std::uint64_t wall_spread_ms = 0;  ///< of wall clocks, apart from those that are plainly wrong
  bool wrong_wall = false;           ///< one node's wall clock is days ahead
  std::uint64_t checkpoint_entries = 40;
  std::uint64_t log_margin = 10;
  std::uint64_t part_kb = 16384;  ///< checkpoints beyond it go in parts
  std::uint64_t map_mb = 0;       ///< limit of LMDB's maps; 0: none
  std::uint64_t big_kb = 0;       ///< size of some values; 0: all are small
  bool crashes = false;
  bool crash_points = false;  ///< crashes in the middle of the stores' work
  bool partitions = false;
  bool pauses = false;
  bool slow_disks = false;
  bool full_disks = false;
  bool failing_disks = false;
  bool membership = false;
  bool wipes = false;
  bool old_copies = false;
  bool moves = false;  ///< nodes come back at other addresses

  static weather draw(random_source& random);
};

std::string to_string(const weather& x);

}  // namespace lithair::simulation::nodes
