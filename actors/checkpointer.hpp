#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include <caf/actor.hpp>

#include "actors/hosted.hpp"
#include "actors/messages.hpp"
#include "persistence/incoming_snapshot.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/state_directory.hpp"

namespace lithair::actors {

/// Tells the checkpointer, whose thread has the time, that much memory has become free: piece by piece, so that it
/// would else stay with the process.
struct give_back_memory {};

/// The only writer of a group's durable state: makes checkpoints durable, writes snapshot files, receives them and
/// puts a received one in the state's place. It blocks on the disk, so it is detached.
///
/// Takes checkpoint (aggregate), make_snapshot, keep_chunk and condemn_state (raft actor), state_released (aggregate).
class checkpointer final : public detached_actor {
 public:
  struct setup {
    protocol::group_id group;
    std::filesystem::path snapshots;
    std::shared_ptr<persistence::state_directory> directory;
    std::shared_ptr<persistence::lmdb_state_store> state;  ///< the one in use, opened from `directory`
    persistence::lmdb_options options;
    std::function<std::uint64_t()> cluster;
    caf::actor aggregate;
    std::shared_ptr<group_meters> meters = std::make_shared<group_meters>();
  };

  checkpointer(caf::actor_config& cfg, setup s);

  const char* name() const override { return "checkpointer"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  checkpointed commit(const checkpoint& x);
  snapshot_made snapshot();
  chunk_kept keep(const protocol::snapshot_request& chunk);
  void replace_state();
  void measure();
  void condemn(const std::string& why);

  setup setup_;
  persistence::incoming_snapshot incoming_;
  snapshot_made latest_;  // none when its index is
  // A snapshot that is being put in place, and who wants to know.
  std::optional<protocol::snapshot_meta> installing_;
  caf::strong_actor_ptr installer_;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::give_back_memory)
