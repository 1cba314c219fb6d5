#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/core.hpp"
#include "test/simulation/disk.hpp"
#include "test/simulation/machine.hpp"

namespace lithair::simulation {

/// A snapshot on its way to a peer.
struct outgoing_snapshot {
  term_t term;  ///< of the leader that sends it; never that of a later one
  snapshot_meta meta;
  std::uint64_t offset = 0;  ///< the peer has received up to here
  std::uint64_t began = 0;
};

/// A command given to the core, of which the outcome is not known yet.
struct pending_write {
  std::uint64_t operation = 0;
  term_t under;
};

/// One simulated node: the core, its disk, and the volatile part of its driver.
struct server {
  node_id id;
  bool alive = false;
  bool wiped = false;      ///< lost its disk and has not been taken back yet
  bool stateless = false;  ///< lost its state, not its log, and waits for a copy
  std::uint64_t life = 0;  ///< raised by each start and stop; events of another life are void
  protocol::options options;
  std::uint64_t tick_us = 10000;
  std::uint64_t last_tick = 0;
  std::uint64_t wakes_at = 0;  ///< when a tick event is due
  std::uint64_t paused_until = 0;
  disk store;
  std::unique_ptr<raft_core> core;

  log_image shadow;  ///< the core's log, as its outputs tell
  machine state;
  index_t commit;  ///< what the core told to apply
  bool applying = false;
  bool settling = false;  ///< its output is to be taken later
  std::uint64_t log_free_at = 0;
  std::uint64_t state_free_at = 0;
  bool saving = false;  ///< a checkpoint or snapshot is on its way to the disk
  std::optional<snapshot_meta> installing;

  std::map<std::uint64_t, pending_write> writes;           ///< by serial
  std::map<std::uint64_t, std::uint64_t> reads;            ///< token, operation
  std::vector<std::pair<index_t, std::uint64_t>> waiting;  ///< for this applied index: operation
  std::map<node_id, outgoing_snapshot> sending;
  snapshot_meta receiving;
  std::uint64_t received = 0;
};

}  // namespace lithair::simulation
