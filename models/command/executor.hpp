#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "models/command/decide.hpp"
#include "models/state/overlaid_view.hpp"

namespace lithair::models {

/// What all that one command changes, tells the feed and answers may take together, in bytes of
/// keys and values; what is written over and over counts each time. A bulk whose body has 16 MiB
/// stays below it, history and indexes included; a command beyond is refused as a whole. It is the
/// same on every node, for it decides.
inline constexpr std::uint64_t max_command_bytes = 128 << 20;

/// Executes operations one after the other, each on what those before it left, and with each
/// deletion what the references to the item ask for. The changes are kept until taken; who is
/// refused throws all of them away, so a command is done as a whole or not at all. References are
/// followed breadth first, in the order of their index entries, so all nodes do it in one order.
///
///     begin ──▶ go_on ──late──▶ go_on ──done──▶ made ──▶ begin ──▶ … ──▶ take_changes
///
/// Used on the thread of the state, for one command.
class executor {
 public:
  /// Both must outlive it. `state` is as before the command, and stays so until the end.
  executor(const setting& with, const state_view& state);
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

  /// One more operation, once the one before is done. Both must live until it is done. Not after a
  /// refusal.
  void begin(const collection& c, const operation_part& part);
  /// Works on it until it is done or `is_late`, which is asked between two items. Whether it is
  /// done.
  bool go_on(const std::function<bool()>& is_late);
  /// Once it is done: the decision of the operation itself, or the first refusal, its own or that
  /// of an item which refers to what it deletes.
  result<decision>& made() { return *made_; }

  /// What all operations change: of each pair the last change. Once, at the end.
  pair_map take_changes() { return std::move(changes_); }
  /// Gives back the memory of changes that are not taken, see `application::clear`.
  bool clear(const std::function<bool()>& is_late);

 private:
  /// An item that is gone, by its key.
  struct removed_item {
    const collection* c;  ///< of the item
    std::string key;      ///< in stored form
  };

  /// Decides one operation and notes what it removes.
  result<decision> step(const collection& c, const operation_part& part);
  /// The next thing that follows from a deletion.
  std::optional<problem> follow();
  /// Of one referring field; restricts, or notes each item that the index names.
  std::optional<problem> find_referring(const referrer& from);
  /// Deletes the item that referred, or takes the reference from it.
  std::optional<problem> settle(const std::string& key);
  /// Counts what was added just now.
  bool is_too_large(const decision& made);

  // Kept by reference: `application` owns it for the whole command.
  const setting& with_;
  pair_map changes_;    // of all operations so far
  overlaid_view view_;  // the state with these
  change_set added_;    // by one of them; its memory is used again
  std::uint64_t bytes_ = 0;

  // The operation that was begun.
  const collection* c_ = nullptr;
  const operation_part* part_ = nullptr;
  std::optional<result<decision>> made_;

  // What follows from it.
  std::deque<removed_item> removed_;  // the first one's referrers are being looked at
  std::size_t referrer_ = 0;          // the next of them
  const collection* referring_ = nullptr;
  const field* reference_ = nullptr;  // of `referring_`
  std::deque<std::string> settling_;  // items of it that are still to be settled
  std::size_t followed_ = 0;          // items that references led to
};

}  // namespace lithair::models
