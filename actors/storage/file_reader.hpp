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

/// A file to be opened for reading; answered with `file_opened`.
struct open_file {
  std::string path;
};
struct file_opened {
  std::shared_ptr<const persistence::file> file;
  std::string failed;  ///< not empty: it can't be opened, and why
};

/// Reads for those who live on loops and must not wait for the disk: entries that lagging peers
/// need, chunks of snapshots for them. Detached; one a node.
///
/// Takes read_log, which it answers to the asker it names, read_chunk, open_file, release_file and
/// measure_directory.
class file_reader final : public detached_actor {
 public:
  struct setup {
    const persistence::log_store* log = nullptr;  ///< outlives the actor
    std::filesystem::path directory;
    std::shared_ptr<std::atomic<std::uint64_t>>
        directory_bytes;  ///< what measure_directory found last
  };

  file_reader(caf::actor_config& cfg, setup s) : detached_actor(cfg), setup_(std::move(s)) {}

  const char* name() const override { return "file_reader"; }

 private:
  caf::behavior make_behavior() override;

  setup setup_;
};

/// Bytes of all files in a directory and below.
std::uint64_t bytes_below(const std::filesystem::path& path);

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::open_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::file_opened)
