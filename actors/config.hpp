#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocol/options.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// Another member, as the operator named it.
struct peer_address {
  protocol::node_id id;
  std::string host;
  std::uint16_t http_port = 0;
  std::uint16_t peer_port = 0;

  bool operator==(const peer_address&) const = default;
};

/// What one node is told at start. Addresses are checked by the command line; `validate` checks the
/// whole.
struct node_config {
  peer_address self{protocol::node_id{1}, "127.0.0.1", 8080, 9080};
  std::vector<peer_address> peers;
  bool init = false;  ///< found the cluster, if there is no log yet
  std::string data_dir = "./lithair-data";
  protocol::options raft;
  /// Models that a Raft group of their own keeps, by name; the numbers are from 2, and the same on
  /// all nodes. All others share group 1, whose members every such group follows.
  std::map<std::string, protocol::group_id> groups = {};
  std::uint32_t tick_ms = 10;
  std::size_t loops = 0;       ///< 0: one for two cores
  std::uint64_t map_size = 0;  ///< bytes that an LMDB map may grow to; 0: as the disk allows
  std::uint64_t checkpoint_bytes = 32 << 20;  ///< changes held in memory before a checkpoint begins
  std::uint64_t checkpoint_entries = 50'000;  ///< entries applied before a checkpoint begins
  /// A checkpoint is due so long after the last one
  std::uint32_t checkpoint_interval_ms = 30'000;
  std::uint64_t checkpoint_part_bytes =
      16 << 20;                          ///< what one transaction writes of a checkpoint, about
  std::uint64_t log_margin = 10'000;     ///< entries kept in the log behind a checkpoint
  std::uint32_t max_pending = 8192;      ///< proposals and reads in flight on this node; more: 503
  std::uint32_t max_subscribers = 4096;  ///< streams of changes on this node; more: 503
  std::uint32_t request_timeout_ms = 5000;  ///< then 504, or 503 when certainly not applied
  std::uint32_t leaderless_wait_ms = 2000;  ///< a request waits this long for an election, then 503

  /// Empty, or one sentence saying what is wrong.
  std::string validate() const;
};

}  // namespace lithair::actors
