#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include <caf/fwd.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "models/command/command_limits.hpp"
#include "models/schema/schema.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

class change_signal;
class loop;

/// One node: its data directory, its actor system with loops, and the groups' actors.
///
///     lithair::actors::node node{config, std::move(schema)};  // serves other nodes from here on
///     ...                                                     // an HTTP server, collections, ...
///     node.stop();                                            // after those
///
/// Construction opens the directory, brings log and state into agreement, and listens for peers; it
/// throws storage_error or std::runtime_error with one clear sentence, and leaves no thread behind
/// then. It does not wait for a leader.
///
/// The handles below are CAF's: whoever sends to them and wants an answer has to be an actor. Most
/// programs want `collection` and its kin (actors/embedded) or http::server instead.
///
/// Thread-safe where not said otherwise. Nobody may call anything here during `stop` or after it,
/// but what says that it outlives a stop, and `config`.
class node {
 public:
  /// Checks the configuration and that both addresses are free before anything is created. Then
  /// waits up to 10 s for the node's own data, if any model has fields without `replicate`.
  node(node_config config, models::schema schema);
  /// Ends everything at once, unless `stop` did so: what is in flight is not waited for, and no
  /// checkpoint is made. Nothing that was confirmed is lost.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// As it was given.
  const node_config& config() const;
  /// What commands that are made here go by.
  models::command_limits command_limits() const;
  /// What it serves; collections of it keep their addresses as long as the node lives, stopped or
  /// not.
  const models::schema& schema() const;
  /// For those who spawn actors of their own on its loops; see let_go_of_system.
  caf::actor_system& system();
  /// How many loops it has, at least one. Loop 0 hosts the groups' actors; sessions may live on
  /// each, a program's own handlers run on the last.
  std::size_t loop_count() const;
  /// Valid until `stop`; throws std::out_of_range.
  loop& loop_at(std::size_t i);

  /// Of the group that all nodes share: its writes, linearizable and leader reads, status and
  /// members.
  raft_handle raft() const;
  /// The same of one of `node_config::groups`; none for a number that is not among them.
  raft_handle raft(protocol::group_id group) const;
  /// The raft actors of all groups, by their numbers; that of the node's own data among them.
  std::map<protocol::group_id, raft_handle> rafts() const;
  /// Of the group that all nodes share: its local reads.
  aggregate_handle aggregate() const;
  /// Makes backups of the data of the group that all nodes share.
  archivist_handle archivist() const;
  /// For every model, wherever its fields live. None when one group keeps all of them: then its
  /// `raft` and `aggregate` do.
  data_handle data() const;
  /// Tells when a record of the cluster (models/schema/cluster_records.hpp) has changed here, or
  /// may have: on a loop's thread. Outlives a stop, if it is held.
  std::shared_ptr<change_signal> records() const;
  /// How many programs are connected; none: it lets none in (`node_config::programs`).
  std::shared_ptr<const level> programs() const;
  /// Of the group that keeps the collection, or its replicated fields.
  feed_handle feed(const models::collection& of) const;

  /// Has another member lead where this node does, if one can, and goes on serving: for a node that
  /// will be stopped soon. Returns at once.
  void step_aside();
  /// Hands over leadership and finishes what is in flight, for at most `limit_ms`, then makes the
  /// state durable, likewise, one group after the other; then everything has ended. Whatever else
  /// lives on the loops must have been stopped before. From any thread but a loop's; the second
  /// time it does nothing. 0: nothing is waited for.
  void stop(std::uint32_t limit_ms = 5000);

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::actors
