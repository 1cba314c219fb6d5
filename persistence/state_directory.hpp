#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "persistence/lmdb_state_store.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::persistence {

/// The durable state of one group, which a snapshot replaces as a whole.
///
///     DIR/state/<group>/current      which of the directories beside it is in use, as text
///     DIR/state/<group>/<number>/    a state environment
///     DIR/state/<group>/set-aside-<number>/   one that is damaged; never removed (`set_aside.hpp`)
///
/// A snapshot is built in a new directory while the old one is in use; replacing `current` is the
/// switch. One thread at a time.
class state_directory {
 public:
  /// `states` is the data directory's `state_path()`, which must exist.
  state_directory(const std::filesystem::path& states, protocol::group_id group);

  /// Opens the state in use, creating an empty one at first, removes what is not in use and sets
  /// aside what was condemned. Any store that was opened before must be closed. Throws `damaged`
  /// when there should be a state and is none.
  std::unique_ptr<lmdb_state_store> open(const lmdb_options& options = {});

  /// The state in use is not to be used any more: `open` throws `damaged` with this reason, also
  /// after a restart, until a snapshot or `begin_anew` has replaced it. Throws what a write throws.
  void condemn(const std::string& why);

  /// Puts an empty state into the place of whatever is there, which is set aside for this reason.
  std::unique_ptr<lmdb_state_store> begin_anew(
      const lmdb_options& options = {}, const std::string& why = "another state took its place");

  /// Makes the snapshot's state the one in use, durably. A store opened before is not touched, and
  /// shows the old state until it is closed. `members` replaces those in the snapshot (for a backup
  /// that begins another cluster). Throws `foreign` for another group's snapshot, `damaged`, and
  /// what a write throws; then the old state stays in use.
  void install(const snapshot_file& snapshot,
               const std::optional<protocol::configuration>& members = std::nullopt);

 private:
  /// Of the environment with this number.
  std::filesystem::path directory_of(std::uint64_t number) const;
  /// None when there is no such file; throws `damaged` for one that makes no sense.
  std::optional<std::uint64_t> read_current() const;
  /// Higher than any that is there, in use, set aside or left over.
  std::uint64_t unused_number() const;
  /// Makes this one the one in use, durably: the moment of the switch.
  void write_current(std::uint64_t number);
  /// An empty state, number 1, where there was never any.
  void create_first(const lmdb_options& options);
  /// Of all environments that are there and not set aside.
  std::vector<std::uint64_t> numbers() const;
  /// Notes why it is not used any more, so that it is set aside and not removed.
  void condemn_what_is_in_use(const std::string& why);
  /// Fills a new environment with the snapshot.
  void build(const snapshot_file& snapshot, const std::optional<protocol::configuration>& members,
             std::uint64_t number) const;
  void tidy(std::uint64_t number);

  std::filesystem::path path_;
  protocol::group_id group_;
  std::map<std::uint64_t, std::string> condemned_;  ///< also those where it could not be noted
};

}  // namespace lithair::persistence
