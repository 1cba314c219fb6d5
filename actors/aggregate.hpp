#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <caf/actor.hpp>

#include "actors/hosted.hpp"
#include "actors/messages.hpp"
#include "models/memory_state.hpp"
#include "models/service.hpp"

namespace lithair::actors {

/// The state of one group's models: decides committed commands in log order and answers queries. One
/// aggregate holds all collections of its group, for the group is what a transaction or a reference may span.
///
/// Takes apply_entries (from the raft actor, answered with applied), run_queries (from the raft actor) and
/// ask (local reads, from sessions); each query is answered to its asker with answered. What arrives first
/// takes effect first: a query sees every entry whose apply_entries was sent before it.
class aggregate final : public hosted_actor {
 public:
  /// `schema` must outlive the actor. `self` is the node whose commands' outcomes somebody waits for.
  aggregate(caf::actor_config& cfg, loop* home, const models::schema* schema, protocol::node_id self);

  const char* name() const override { return "aggregate"; }

 private:
  caf::behavior make_behavior() override;
  applied apply(const std::vector<protocol::entry>& entries);
  void answer(const caf::strong_actor_ptr& asker, const ask& what);
  void release_waiting();
  void expire_waiting();

  struct waiting_read {
    caf::strong_actor_ptr asker;
    ask what;
    std::chrono::steady_clock::time_point deadline;
  };

  const models::schema* schema_;
  protocol::node_id self_;
  models::memory_state state_;
  models::change_set changes_;  // scratch
  protocol::index_t applied_;
  std::string stopped_;
  std::vector<waiting_read> waiting_;  // for an index not yet applied
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace lithair::actors
