#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "actors/messages/handles.hpp"
#include "actors/messages/state_messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "persistence/pace.hpp"
#include "persistence/pinned_state.hpp"

namespace lithair::persistence {
class lmdb_state_store;
}

namespace lithair::actors {

/// From the checkpointer: asks for a snapshot file of the state as of one commit; the answer is
/// `snapshot_written`.
struct write_snapshot {
  /// Below the next, which refers to it
  std::shared_ptr<const persistence::lmdb_state_store> state;
  /// the state as of that commit; the checkpointer cancels it to end the writing
  std::shared_ptr<const persistence::pinned_state> what;
  protocol::group_id group;                   ///< for the file's head
  std::uint64_t cluster = 0;                  ///< likewise
  std::filesystem::path path;                 ///< of the file; it is there only when it is whole
  std::shared_ptr<persistence::pace> pace{};  ///< none: it hurries
};
/// The answer to `write_snapshot`. No reference to the state is left by then.
struct snapshot_written {
  snapshot_made made;       ///< for those who asked the checkpointer
  std::uint64_t bytes = 0;  ///< of the file; 0 when it failed
};

/// Writes snapshot files, beside the checkpointer, whose commits go on meanwhile however long it
/// takes. It blocks on the disk, so it is detached. One at a time; one a group.
class snapshot_writer final : public detached_actor {
 public:
  using handle_type = snapshot_writer_handle;

  using detached_actor::detached_actor;

  const char* name() const override { return "snapshot_writer"; }

 private:
  caf::behavior make_behavior() override;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::write_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::snapshot_written)
