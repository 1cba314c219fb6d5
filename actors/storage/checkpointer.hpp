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

/// From the aggregate: tells the checkpointer, whose thread has the time, that much memory has
/// become free: piece by piece, so that it would else stay with the process. No answer.
struct give_back_memory {
  /// The last of it, which takes a while to go: a layer that the state has now, or all of a state
  /// that is replaced. Nobody else has it
  std::shared_ptr<const void> last;
};

/// The only writer of a group's durable state: makes checkpoints durable, has snapshot files
/// written, receives them and puts a received one in the state's place. It blocks on the disk, so
/// it is detached.
///
/// A snapshot is of the state as of one commit; later ones go on while it is written. When they
/// have changed very much that it has not come to, the next waits for it. One that nobody waits for
/// is written at the pace it was asked for with, until somebody does or much has changed.
///
/// How a received snapshot takes the state's place, so that nobody reads what is taken away and a
/// crash at any point leaves one whole state:
///
///     keep_chunk × n ──▶ the file is whole, checked and made ready beside the state in use
///     release_state ──▶ aggregate lets go ──▶ state_released, and the snapshot under way ends
///     the new state is opened ──▶ state_replaced, to the aggregate and the raft actor
///
/// Takes checkpoint (from the aggregate, by way of the raft actor), make_snapshot (raft actor,
/// archivist), keep_chunk and condemn_state (raft actor), state_released and give_back_memory
/// (aggregate), snapshot_written (its writer).
class checkpointer final : public detached_actor {
 public:
  using handle_type = checkpointer_handle;

  /// What it works with; handles and pointers outlive it or end with it.
  struct setup {
    protocol::group_id group;         ///< in file names and snapshots
    std::filesystem::path snapshots;  ///< the folder of snapshot files
    /// where the state is, and what is set beside it
    std::shared_ptr<persistence::state_directory> directory;
    /// The one in use, opened from `directory`
    std::shared_ptr<persistence::lmdb_state_store> state;
    persistence::lmdb_options options;       ///< as the state was opened, for the next one
    std::function<std::uint64_t()> cluster;  ///< 0 until known; any thread
    aggregate_handle aggregate;              ///< lets go of a state that is replaced
    snapshot_writer_handle writer;           ///< its own
    /// What it counts, for /metrics
    std::shared_ptr<group_meters> meters = std::make_shared<group_meters>();
    /// Of what changed while a snapshot is written; beyond that the next checkpoint waits
    std::size_t max_kept_bytes = 128 << 20;
    std::function<void()> give_back_memory{};  ///< has it handed to the system; may be none
  };

  /// To be spawned detached; it owns the state's only writing handle.
  checkpointer(caf::actor_config& cfg, setup s);

  const char* name() const override { return "checkpointer"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  // Checkpoints: committed at once, or held for the snapshot that is being written.
  void take(const caf::strong_actor_ptr& asker, const checkpoint& wanted);
  checkpointed commit(const checkpoint& wanted);
  // Snapshots that others want of this state.
  void snapshot(const make_snapshot& order);
  void begin_snapshot();
  void hurry_snapshot();
  void cancel_snapshot();
  void on_written(snapshot_written& news);
  // A snapshot that takes this state's place, and damage.
  chunk_kept keep(const protocol::snapshot_request& chunk);
  void install(const std::filesystem::path& complete);
  void replace_state();
  void measure();
  void condemn(const condemn_state& order);
  template <class Removal>
  void remove_old(Removal remove);

  setup setup_;
  persistence::incoming_snapshot incoming_;
  snapshot_made latest_;                               // none when its index is
  std::shared_ptr<persistence::pinned_state> pinned_;  // what a snapshot is written of now
  std::shared_ptr<persistence::pace> pace_;            // at which that is done; none: it hurries
  // Who wants a snapshot, and what it must be as of.
  struct snapshot_asker {
    caf::actor who;
    protocol::index_t at_least;
    std::shared_ptr<persistence::pace> pace;  // none: it waits
  };
  std::vector<snapshot_asker> askers_;
  // A checkpoint that waits for the snapshot to be written, and who asked.
  std::optional<std::pair<caf::strong_actor_ptr, checkpoint>> waiting_;
  std::string half_done_;  // why a commit may be in the state by half; it is tried again
  // A snapshot that is being put in place, and who wants to know.
  std::optional<protocol::snapshot_meta> installing_;
  caf::strong_actor_ptr installer_;
  std::uint64_t replacements_ = 0;  // of states, see state_damaged
  bool released_ = false;           // the aggregate reads the old state no more
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::give_back_memory)
