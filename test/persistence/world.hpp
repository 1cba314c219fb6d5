#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "persistence/data_directory.hpp"
#include "persistence/incoming_snapshot.hpp"
#include "persistence/journaled_log_store.hpp"
#include "persistence/memory_log_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/state_directory.hpp"
#include "test/persistence/support.hpp"

/// One node's persistence as a whole, on disk and in memory, and a story of everything it does.
/// What the disk holds after a crash in the middle of the story is compared with the memory after
/// each step.
namespace lithair::persistence::test {

class world {
 public:
  virtual ~world() = default;
  virtual log_store& log() = 0;
  virtual state_store& state() = 0;
  /// Writes a snapshot of the state, and lets go of the log before its index.
  virtual void write_snapshot_and_purge() = 0;
  /// Receives this snapshot and installs it: state first, then log.
  virtual void install(const std::filesystem::path& snapshot) = 0;

  /// All that can be seen of log and state.
  std::string describe();
};

class memory_world : public world {
 public:
  log_store& log() override { return log_; }
  state_store& state() override { return *state_; }
  void write_snapshot_and_purge() override;
  void install(const std::filesystem::path& snapshot) override;

 private:
  memory_log_store log_;
  std::unique_ptr<memory_state_store> state_ = std::make_unique<memory_state_store>();
};

class disk_world : public world {
 public:
  /// Opens and recovers what is there.
  explicit disk_world(const std::filesystem::path& path);

  log_store& log() override { return log_; }
  state_store& state() override { return *state_; }
  void write_snapshot_and_purge() override;
  void install(const std::filesystem::path& snapshot) override;
  /// Every snapshot that has its name is whole.
  void check_snapshots() const;

 private:
  data_directory directory_;
  journaled_log_store log_;
  state_directory states_;
  std::unique_ptr<lmdb_state_store> state_;
};

/// A step of the story; the snapshot is one of a later state, for `install`.
using story_step = std::function<void(world&, const std::filesystem::path& snapshot)>;

/// Votes, appends, truncates, checkpoints, writes snapshots, purges, installs one and goes on. Each
/// step is one that a crash may leave done or not done, never half done.
const std::vector<story_step>& story();

/// The snapshot that the story installs, written to `path`.
void write_story_snapshot(const std::filesystem::path& path);

/// What the world looks like before the first step, after it, and so on.
std::vector<std::string> story_in_memory(const std::filesystem::path& snapshot);

}  // namespace lithair::persistence::test
