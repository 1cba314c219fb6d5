#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/command/command.hpp"
#include "models/command/command_answer.hpp"
#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// A command of which two groups may each do a part, see local_fields.hpp. Its stages come in this
/// order, each begun once the one before is done, and each done bit by bit: a bulk has many items.
///
///     read ─▶ split ─▶ the shared group's answer ─▶ localize ─▶ the own group's answer ─▶ join
///
/// Each takes `is_late`, which is asked between some items, and tells whether it is done. On one
/// thread.
class joint_command {
 public:
  using lateness = std::function<bool()>;

  /// `full`: of all fields; outlives it. `bytes`: of the command.
  joint_command(const schema& full, std::string bytes);
  joint_command(const joint_command&) = delete;
  joint_command& operator=(const joint_command&) = delete;

  bool read(const lateness& is_late);
  /// The ids of the collections that it writes to, each once. None for bytes that are no command.
  const std::vector<std::uint32_t>& collections() const { return collections_; }
  /// Whether it writes items that have both replicated and local fields. Else there is nothing to
  /// be split.
  bool is_joint() const { return joint_; }
  /// The command as it was given, in the place of all that follows.
  std::string take_bytes();

  bool split(const lateness& is_late);
  /// The command without local fields. Once.
  std::string take_replicated() { return std::move(written_); }

  /// `replicated`: what the shared group has done; it must have been accepted. Kept for `join`.
  void decided(outcome replicated);
  bool localize(const lateness& is_late);
  /// What the node's own group has to do; empty: nothing. Once. Its operations are those on mixed
  /// collections that wrote an item and say something of local fields, in their order. If the other
  /// group had answered the request before, what was written here later, with the item or with a
  /// later one of its key, stays.
  std::string take_local() { return std::move(written_); }

  /// What the node's own group has done. Not if it had nothing to do.
  void localized(outcome local) { local_ = std::move(local); }
  /// `local`: the own group's state, which may be another at each call; none: there is none now,
  /// and local fields that were not written just now are left out.
  bool join(const state_view* local, const lateness& is_late);
  /// The answer to the client: the shared group's, with the local fields. The body is rendered
  /// anew, in the order of the full schema's fields.
  outcome take_outcome() { return std::move(replicated_); }

  /// Gives back the memory of what has many items, before its destructor does. At any stage.
  bool clear(const lateness& is_late);

 private:
  const collection* mixed_collection(const operation_part& part) const;
  void note(const operation_part& part);
  void strip(operation_part& part);
  std::optional<operation_part> local_part(std::size_t operation);
  bool write_part(const lateness& is_late);
  void join_part(std::size_t operation, const state_view* local);
  void finish_join();

  const schema& full_;
  std::string bytes_;
  std::optional<command_reader> reader_;
  std::optional<command> what_;  // its views lie in `bytes_`
  std::vector<std::uint32_t> collections_;
  bool joint_ = false;
  std::size_t next_ = 0;         // operation, in the stage that goes on
  command part_;                 // for one of the groups
  std::list<std::string> kept_;  // operations of it lie in them
  std::vector<bool> asked_;      // by operation: whether the own group was asked for it
  std::unique_ptr<command_writer> writer_;
  std::string written_;
  outcome replicated_;
  outcome local_;
  std::size_t next_local_ = 0;  // of its parts
  std::uint64_t index_ = 0;     // of the entry, or an earlier one where nothing was changed
  std::optional<answer_writer> answer_;
};

}  // namespace lithair::models
