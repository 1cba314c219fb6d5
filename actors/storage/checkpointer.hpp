#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <caf/actor.hpp>

#include "actors/messages/state_messages.hpp"
#include "actors/messages/storage_messages.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/storage/snapshot_writer.hpp"
#include "persistence/incoming_snapshot.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/state_directory.hpp"

namespace lithair::actors {

/// Tells the checkpointer, whose thread has the time, that much memory has become free: piece by
/// piece, so that it would else stay with the process.
struct give_back_memory {};

/// The only writer of a group's durable state: makes checkpoints durable, has snapshot files
/// written, receives them and puts a received one in the state's place. It blocks on the disk, so
/// it is detached.
///
/// A snapshot is of the state as of one commit; later ones go on while it is written. When they
/// have changed very much that it has not come to, the next waits for it.
///
/// Takes checkpoint (from the aggregate, by way of the raft actor), make_snapshot (raft actor,
/// archivist), keep_chunk and condemn_state (raft actor), state_released (aggregate),
/// snapshot_written (its writer).
class checkpointer final : public detached_actor {
 public:
  struct setup {
    protocol::group_id group;
    std::filesystem::path snapshots;
    std::shared_ptr<persistence::state_directory> directory;
    std::shared_ptr<persistence::lmdb_state_store>
        state;  ///< the one in use, opened from `directory`
    persistence::lmdb_options options;
    std::function<std::uint64_t()> cluster;
    caf::actor aggregate;
    caf::actor writer;  ///< a snapshot_writer of its own
    std::shared_ptr<group_meters> meters = std::make_shared<group_meters>();
    std::size_t max_kept_bytes = 128 << 20;    ///< of what changed while a snapshot is written
    std::function<void()> give_back_memory{};  ///< to the system, what is free; may be none
  };

  checkpointer(caf::actor_config& cfg, setup s);

  const char* name() const override { return "checkpointer"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  void take(const caf::strong_actor_ptr& asker, const checkpoint& x);
  checkpointed commit(const checkpoint& x);
  void snapshot(const make_snapshot& x);
  void begin_snapshot();
  void on_written(snapshot_written& x);
  chunk_kept keep(const protocol::snapshot_request& chunk);
  void replace_state();
  void measure();
  void condemn(const std::string& why);

  setup setup_;
  persistence::incoming_snapshot incoming_;
  snapshot_made latest_;                               // none when its index is
  std::shared_ptr<persistence::pinned_state> pinned_;  // what a snapshot is written of now
  std::vector<std::pair<caf::actor, protocol::index_t>>
      askers_;  // for a snapshot, and what it must be as of
  std::optional<std::pair<caf::strong_actor_ptr, checkpoint>>
      waiting_;            // for the snapshot to be written
  std::string half_done_;  // why a commit may be in the state by half; it is tried again
  // A snapshot that is being put in place, and who wants to know.
  std::optional<protocol::snapshot_meta> installing_;
  caf::strong_actor_ptr installer_;
  bool released_ = false;  // the aggregate reads the old state no more
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::give_back_memory)
