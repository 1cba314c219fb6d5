#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <caf/actor.hpp>

#include "actors/messages/handles.hpp"
#include "actors/messages/local_message.hpp"
#include "actors/runtime/hosted.hpp"
#include "persistence/backup_files.hpp"
#include "persistence/pace.hpp"

namespace lithair::actors {

/// From the log archiver: asks for a backup's copy in the directory of backups, and for the removal
/// of what it makes superfluous. The answer is `base_kept`.
struct keep_base {
  std::shared_ptr<const persistence::file> file;  ///< a snapshot file, open for reading
  persistence::backup_name name;                  ///< of the copy
  std::shared_ptr<persistence::pace> pace;        ///< at which; stopped, it gives up what it does
};
/// The base keeper's answer to `keep_base`.
struct base_kept {
  std::uint64_t index = 0;  ///< as of which it is
  std::uint64_t bytes = 0;  ///< of the copy; 0 when it failed
  std::string failed;       ///< not empty: it is not there, and why
};

/// Copies backups to where they are kept, reads each back before it gets its name, and removes a
/// node's older ones after that. Beside the log archiver, which goes on meanwhile however long it
/// takes. It blocks on the disk, so it is detached. One at a time.
class base_keeper final : public detached_actor {
 public:
  using handle_type = base_keeper_handle;

  /// What it is told once.
  struct setup {
    std::filesystem::path directory;  ///< is there
    std::size_t keep = 1;             ///< bases of this node that stay
  };

  base_keeper(caf::actor_config& cfg, setup s) : detached_actor(cfg), setup_(std::move(s)) {}

  const char* name() const override { return "base_keeper"; }

 private:
  caf::behavior make_behavior() override;
  base_kept keep(const keep_base& order);
  void remove_superseded(const persistence::backup_name& of) const;

  setup setup_;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(keep_base)
LITHAIR_LOCAL_MESSAGE(base_kept)
