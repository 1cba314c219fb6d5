#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/fwd.hpp>

#include "models/schema/schema.hpp"
#include "protocol/options.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

class loop;

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

/// One node: its data directory, its actor system with loops, and the group's actors. Thread-safe
/// where not said otherwise. Construction throws storage_error or std::runtime_error with one clear
/// sentence.
class node {
 public:
  node(node_config config, models::schema schema);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  const node_config& config() const;
  const models::schema& schema() const;
  caf::actor_system& system();
  /// Loop 0 hosts the group's actors; sessions may live on each.
  std::size_t loop_count() const;
  loop& loop_at(std::size_t i);

  /// Of the group that all nodes share: takes submit, ask (linearizable and leader), inspect_node,
  /// probe_ready.
  caf::actor raft() const;
  /// The same of one of `node_config::groups`; none for a number that is not among them.
  caf::actor raft(protocol::group_id group) const;
  /// The raft actors of all groups.
  std::map<protocol::group_id, caf::actor> rafts() const;
  /// Of the group that all nodes share: takes ask (local).
  caf::actor aggregate() const;
  /// Takes take_backup.
  caf::actor archivist() const;
  /// Takes submit and ask for every model, wherever its fields live. None when all of them are
  /// replicated: then the two above do.
  caf::actor data() const;
  /// Of the group that keeps the collection, or its replicated fields: takes follow, nudge,
  /// unfollow.
  caf::actor feed(const models::collection& of) const;

  /// Hands over leadership and finishes what is in flight, for at most `limit_ms`; then everything
  /// has ended. Whatever else lives on the loops must have been stopped before.
  void stop(std::uint32_t limit_ms = 5000);

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::actors
