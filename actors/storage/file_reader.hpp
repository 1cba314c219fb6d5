#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <caf/actor.hpp>

#include "actors/messages/storage_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::persistence {
class file;
class log_store;
}  // namespace lithair::persistence

namespace lithair::actors {

/// From the archivist: a file to be opened for reading; answered with `file_opened`. Whoever holds
/// it reads on even when the file is removed.
struct open_file {
  std::string path;  ///< of the file
};
/// The file reader's answer to `open_file`.
struct file_opened {
  std::shared_ptr<const persistence::file> file;  ///< none when it failed
  std::string failed;                             ///< not empty: it can't be opened, and why
};

/// Reads for those who live on loops and must not wait for the disk: entries that lagging peers or
/// the state need, chunks of snapshots for peers, files for backups. Detached; one a node. It
/// writes nothing. One request at a time, in the order they come; a failure is an answer.
///
/// Takes read_log, which it answers to the asker it names, read_chunk, open_file, release_file and
/// measure_directory.
class file_reader final : public detached_actor {
 public:
  using handle_type = file_reader_handle;

  /// What it reads.
  struct setup {
    const persistence::log_store* log = nullptr;  ///< outlives the actor
    std::filesystem::path directory;              ///< what measure_directory counts
    /// What measure_directory found last, for any thread to read
    std::shared_ptr<std::atomic<std::uint64_t>> directory_bytes;
  };

  file_reader(caf::actor_config& cfg, setup s) : detached_actor(cfg), setup_(std::move(s)) {}

  const char* name() const override { return "file_reader"; }

 private:
  caf::behavior make_behavior() override;

  setup setup_;
};

/// Bytes of all files in a directory and below; what goes away meanwhile counts or not. Never
/// throws for a file that can't be looked at. Blocks on the disk.
std::uint64_t bytes_below(const std::filesystem::path& path);

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::open_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::file_opened)
