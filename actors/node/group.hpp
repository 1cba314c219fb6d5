#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "actors/node/surroundings.hpp"
#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_setup.hpp"
#include "models/schema/schema.hpp"

namespace lithair::persistence {
class data_directory;
class lmdb_state_store;
class state_directory;
struct lmdb_options;
struct opened_state;
}  // namespace lithair::persistence

namespace lithair::actors {

class change_signal;
class state_window;

/// One Raft group on this node: its durable state and the actors that drive it. Groups share the
/// node's log and its writer, its peer port and its loops, and nothing else. Owned by the node,
/// made and ended by its owner's thread.
///
///     group(setup) ──begin──▶ actors live ──settle──▶ nothing in flight ──end──▶ all have ended
class group {
 public:
  /// Handles and pointers outlive the group.
  struct setup : group_basis {
    const models::schema* schema = nullptr;  ///< what the group keeps; outlives it
    /// Threads, clocks, chance and the way to peers
    surroundings where;
    const persistence::data_directory* directory = nullptr;  ///< the node's
    link_identity identity;                                  ///< what its links know and check
    gate_handle gate;                                        ///< introduces peers to its shippers
    /// Of local data: see aggregate::setup; none where no model has local fields
    std::shared_ptr<state_window> window;
    /// Of the cluster's records: see aggregate::setup; none where another group keeps them
    std::shared_ptr<change_signal> records;
    /// Who keeps the local fields of its items: likewise; `begin` fills it in
    data_handle local_raft;
    /// Is told what the log held when it was opened: term and last entry; may be none
    std::function<void(protocol::term_t, protocol::index_t)> opened;
  };

  /// Opens the state and brings it and the log into agreement; nothing lives yet. Throws
  /// storage_error. Blocks on the disk.
  explicit group(setup s);
  /// Spawns the actors; once. `local_raft`: of the node's own data, or none.
  void begin(const data_handle& local_raft);
  ~group();
  group(const group&) = delete;
  group& operator=(const group&) = delete;

  /// As it was given.
  protocol::group_id id() const { return setup_.group; }
  /// The part of the models that it keeps.
  const models::schema& schema() const { return *setup_.schema; }
  /// None before it begins and after it has ended; so are those below.
  const raft_handle& raft() const { return raft_; }
  const aggregate_handle& aggregate() const { return aggregate_; }
  const archivist_handle& archivist() const { return archivist_; }
  const feed_handle& feed() const { return feed_; }
  /// What its actors count; outlives it, if it is held.
  std::shared_ptr<const group_meters> meters() const { return counts_; }

  /// All its actors, the shippers that live now included; none before it begins. Any thread while
  /// it lives.
  std::vector<caf::actor> actors();

  /// Finishes what is in flight, hands leadership over and makes the state durable, each for at
  /// most so long; waits for it. What was not done in time is logged, and lost to nobody: the log
  /// has it.
  void settle(caf::scoped_actor& self, std::uint32_t limit_ms);
  /// Ends the actors, and returns when they have ended. The writer, the gate and the reader must
  /// still live.
  void end(caf::scoped_actor& self);

 private:
  persistence::lmdb_options state_options() const;
  persistence::opened_state open_state();
  void spawn_raft(persistence::opened_state opened);
  shipper_handle make_shipper(const peer_address& peer);
  void end_shipper(protocol::node_id peer, const shipper_handle& shipper);

  setup setup_;
  std::shared_ptr<persistence::state_directory> states_;
  std::shared_ptr<group_meters> counts_ = std::make_shared<group_meters>();
  std::unique_ptr<tick_source> ticks_;
  std::unique_ptr<persistence::opened_state> opened_;  // until it begins
  aggregate_handle aggregate_;
  snapshot_writer_handle snapshot_writer_;
  checkpointer_handle checkpointer_;
  archivist_handle archivist_;
  feed_handle feed_;
  raft_handle raft_;
  // Those that have not ended.
  struct living {
    std::mutex mutex;
    std::vector<shipper_handle> shippers;
  };
  std::shared_ptr<living> living_ = std::make_shared<living>();
};

/// Sends each of them a reason to exit and waits until they have ended. Not on a loop that one of
/// them lives on. None may be null.
void end_actors(caf::scoped_actor& self, const std::vector<caf::actor>& actors);

}  // namespace lithair::actors
