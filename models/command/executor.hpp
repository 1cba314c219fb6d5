#pragma once

#include <list>
#include <string>

#include "models/command/decide.hpp"
#include "models/state/changed_view.hpp"

namespace lithair::models {

/// Executes operations one after the other, each on what those before it left, and with each
/// deletion what the references to the item ask for. The changes are kept until taken; who is
/// refused throws all of them away, so a command is done as a whole or not at all. References are
/// followed breadth first, in the order of their index entries, so all nodes do it in one order.
/// Used on the thread of the state, for one command.
class executor {
 public:
  /// Both must outlive it. `state` is as before the command.
  executor(const setting& with, const state_view& state);

  /// The decision of the operation itself, or the first refusal, its own or that of an item which
  /// refers to what it deletes. Not to be used again after a refusal.
  result<decision> run(const collection& c, const operation_part& part);

  /// All changes of all operations, in their order. Once, at the end.
  change_set take_changes() { return std::move(changes_); }

 private:
  /// An item that is gone, by its key.
  struct removed_item {
    const collection* c;  ///< of the item
    std::string key;      ///< in stored form
  };

  /// Decides one operation and notes what it removes.
  result<decision> step(const collection& c, const operation_part& part);
  /// Settles everything that refers to the item.
  std::optional<problem> follow_references(const removed_item& item);
  /// Of one referring field; restricts, or settles each item that the index names.
  std::optional<problem> follow(const removed_item& item, const referrer& from);
  /// Deletes the item that referred, or takes the reference from it.
  std::optional<problem> settle(const collection& c, const field& f, const std::string& key);

  // Kept by reference: `application` in apply.cpp owns it for the whole command.
  const setting& with_;
  change_set changes_;               // of all operations so far
  changed_view view_;                // the state with these
  std::list<removed_item> removed_;  // whose referrers are still to be looked at
  std::size_t followed_ = 0;         // items that references led to
};

}  // namespace lithair::models
