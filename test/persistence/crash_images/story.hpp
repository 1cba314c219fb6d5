#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "persistence/data_directory.hpp"
#include "persistence/journaled_log_store.hpp"
#include "persistence/state_directory.hpp"

/// What a node's stores go through, as steps that a crash leaves done or not done.
namespace lithair::persistence::images {

struct step {
  enum class kind : std::uint8_t {
    vote,
    append,
    truncate,
    checkpoint,
    large_checkpoint,
    snapshot,
    install,
    settle,
    reopen,
    condemn,
    count
  };

  kind what = kind::vote;
  std::uint64_t chance = 0;  ///< whatever the step has to choose
};

/// The same for the same seed.
std::vector<step> make_story(std::uint64_t seed, std::size_t steps);

/// A backup of a node that has applied something, as a file.
void make_backup(std::uint64_t seed, const std::filesystem::path& to);

/// A node's directory, opened as a member of a cluster opens it.
class node {
 public:
  /// `elsewhere` is a directory for what comes from other nodes.
  node(std::filesystem::path directory, std::filesystem::path elsewhere);

  /// Steps that make no sense as things are do nothing.
  void perform(const step& x);
  /// All that counts, in words; equal words, equal nodes.
  std::string describe();
  /// Why opening found the log, or the state, to be damaged; empty: it did not.
  const std::string& damaged_log() const { return damaged_log_; }
  const std::string& damaged_state() const { return damaged_state_; }
  /// How many damaged states are kept.
  std::size_t kept() const;
  bool is_empty() const { return !state_->applied().index; }

 private:
  void open();
  void checkpoint(std::uint64_t chance, bool large);
  void install(std::uint64_t chance);

  std::filesystem::path path_;
  std::filesystem::path elsewhere_;
  std::unique_ptr<data_directory> directory_;
  std::unique_ptr<journaled_log_store> log_;
  std::unique_ptr<state_directory> states_;
  std::unique_ptr<lmdb_state_store> state_;
  std::string damaged_log_;
  std::string damaged_state_;
};

}  // namespace lithair::persistence::images
