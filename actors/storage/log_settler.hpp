#pragma once

#include <caf/actor.hpp>

#include "actors/messages/storage_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::persistence {
class log_store;
}

namespace lithair::actors {

/// Brings what the log writer wrote where it stays, beside the writing: `log_store::settle`. It
/// takes as long as a large transaction, so it is detached.
class log_settler final : public detached_actor {
 public:
  using handle_type = log_settler_handle;

  /// `store` must outlive the actor, and be settled by nobody else.
  log_settler(caf::actor_config& cfg, persistence::log_store* store)
      : detached_actor(cfg), store_(store) {}

  const char* name() const override { return "log_settler"; }

 private:
  caf::behavior make_behavior() override;

  persistence::log_store* store_;
};

}  // namespace lithair::actors
