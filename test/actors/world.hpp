#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/messages/messages.hpp"
#include "models/schema/schema.hpp"
#include "persistence/memory_log_store.hpp"

namespace lithair::test {

/// Whole nodes (raft actor, aggregate, log writer) in one thread under virtual time: nothing
/// happens unless the test ticks, and the same test does the same each time. Disks are memory
/// stores that survive `crash`.
class world {
 public:
  using id = std::uint64_t;

  /// Nodes 1…n with one collection `items` of {id: string key, value: string unique optional}.
  explicit world(std::size_t nodes, bool init = true);
  ~world();

  void start(id node);
  void crash(id node);
  bool runs(id node) const { return nodes_.at(node).running; }

  /// The wall clock of a node is so much ahead of the right time.
  void set_clock(id node, std::int64_t ahead_us) { nodes_.at(node).clock_ahead_us = ahead_us; }
  /// Unix time, of a clock that is right.
  std::int64_t right_us() const;

  /// Messages from `from` to `to` are lost until `heal`.
  void cut(id from, id to) { cuts_.insert({from, to}); }
  void isolate(id node);
  void heal() { cuts_.clear(); }
  bool is_cut(id from, id to) const { return cuts_.contains({from, to}); }

  /// `n` ticks for every running node, delivering everything in between.
  void tick(std::size_t n = 1);
  void deliver();

  /// Ticks until some node that is not in `except` leads and is ready; fails the test after `limit`
  /// ticks.
  id await_leader(std::set<id> except = {}, std::size_t limit = 500);
  bool leads(id node);
  actors::node_status inspect(id node);

  /// Requests of a client at a node; the answer shows up in `writes` or `reads` under the token.
  std::uint64_t create(id at, const std::string& key, const std::string& value = {},
                       const std::string& idempotency_key = {});
  std::uint64_t history(id at, const std::string& key);
  std::uint64_t remove(id at, const std::string& key);
  std::uint64_t read(id at, const std::string& key,
                     actors::consistency level = actors::consistency::linearizable);
  /// The answers so far.
  std::optional<actors::submitted> write_answer(std::uint64_t token) const;
  std::optional<actors::answered> read_answer(std::uint64_t token) const;
  /// Ticks until the answer is there; fails the test after `limit` ticks.
  actors::submitted await_write(std::uint64_t token, std::size_t limit = 1000);
  actors::answered await_read(std::uint64_t token, std::size_t limit = 1000);

  /// Gives a Raft message to a node as if it came over HTTP; the answer, once there is one.
  std::uint64_t call(id at, actors::raft_call x);
  std::optional<actors::raft_answered> call_answer(std::uint64_t token) const;

  caf::actor raft(id node) const { return nodes_.at(node).raft; }
  caf::actor client() const { return client_; }
  static constexpr std::uint32_t tick_ms = 10;

 private:
  struct machine {
    persistence::memory_log_store disk;
    std::uint64_t boots = 0;  // the machine's, whatever its disk knows
    bool running = false;
    std::int64_t clock_ahead_us = 0;
    caf::actor raft, aggregate, writer;
    std::vector<caf::actor> wires;
  };

  std::uint64_t write(id at, int operation, const std::string& key, const std::string& body,
                      const std::string& idempotency_key = {});
  std::uint64_t ask_for(id at, models::query what, actors::consistency level);
  std::int64_t wall_us(id node) const;

  bool init_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  models::schema schema_;
  std::map<id, machine> nodes_;
  std::set<std::pair<id, id>> cuts_;
  std::uint64_t now_ms_ = 1;
  std::uint64_t next_token_ = 1;
  caf::actor client_;
  std::map<std::uint64_t, actors::submitted> writes_;
  std::map<std::uint64_t, actors::answered> reads_;
  std::map<std::uint64_t, actors::node_status> statuses_;
  std::map<std::uint64_t, actors::raft_answered> calls_;
};

}  // namespace lithair::test
