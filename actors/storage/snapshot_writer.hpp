#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <caf/actor.hpp>

#include "actors/messages/state_messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "persistence/pinned_state.hpp"

namespace lithair::persistence {
class lmdb_state_store;
}

namespace lithair::actors {

/// Asks for a snapshot file of the state as of one commit; the answer is `snapshot_written`.
struct write_snapshot {
  std::shared_ptr<const persistence::lmdb_state_store>
      state;  ///< below the next, which refers to it
  std::shared_ptr<const persistence::pinned_state> what;
  protocol::group_id group;
  std::uint64_t cluster = 0;
  std::filesystem::path path;
};
struct snapshot_written {
  snapshot_made made;
  std::uint64_t bytes = 0;
};

/// Writes snapshot files, beside the checkpointer, whose commits go on meanwhile however long it
/// takes. It blocks on the disk, so it is detached.
class snapshot_writer final : public detached_actor {
 public:
  using detached_actor::detached_actor;

  const char* name() const override { return "snapshot_writer"; }

 private:
  caf::behavior make_behavior() override;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::write_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::snapshot_written)
