#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/messages/state_messages.hpp"
#include "actors/messages/storage_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// Makes backups: everything applied so far is made durable by a checkpoint, then the state becomes
/// a snapshot file, which stays readable for whoever got it even when a newer one replaces it.
/// Askers that come while one is being made share the next; those that wait end the rests of one
/// that nobody waited for. It holds no data itself, and never
/// waits.
///
///   idle ──take_backup──▶ checkpointing (twice) ──▶ writing the file ──▶ idle, or at once the next
///
/// The first checkpoint may be one that was under way already, and so end before what its asker has
/// seen.
///
/// Takes take_backup (sessions), checkpointed (aggregate), snapshot_made (checkpointer),
/// file_opened (file reader).
class archivist final : public hosted_actor {
 public:
  using handle_type = archivist_handle;

  /// Whom it asks, one after the other.
  struct setup {
    std::function<std::uint64_t()> cluster;  ///< whose data they are
    taking<checkpoint_now> aggregate;
    taking<make_snapshot> checkpointer;
    /// The file reader: takes open_file
    file_reader_handle reader;
  };

  archivist(caf::actor_config& cfg, loop* home, setup s)
      : hosted_actor(cfg, home), setup_(std::move(s)) {}

  const char* name() const override { return "archivist"; }

 private:
  // Who wants a backup, and its number for it.
  struct asker {
    caf::strong_actor_ptr who;
    std::uint64_t token = 0;
    std::shared_ptr<persistence::pace> pace;  // none: it waits
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  // One after the other: begin, two checkpoints, the file, finish.
  void begin();
  void on_checkpointed(const checkpointed& news);
  void finish(backup_taken made);

  setup setup_;
  std::vector<asker> waiting_;  // for the next
  std::vector<asker> served_;   // by the one that is being made
  int checkpoints_left_ = 0;
  std::shared_ptr<persistence::pace> pace_;  // of the one that is being made
  backup_taken made_;                        // whose file is being opened
};

}  // namespace lithair::actors
