#pragma once

#include <list>
#include <string>

#include "models/command/decide.hpp"
#include "models/state/changed_view.hpp"

namespace lithair::models {

/// Executes operations one after the other, each on what those before it left, and with each
/// deletion what the references to the item ask for. The changes are kept until taken; who is
/// refused throws all of them away, so a command is done as a whole or not at all.
class executor {
 public:
  executor(const setting& with, const state_view& state);

  /// Not to be used again after a refusal.
  result<decision> run(const collection& c, const operation_part& part);

  change_set take_changes() { return std::move(changes_); }

 private:
  struct removed_item {
    const collection* c;
    std::string key;
  };

  result<decision> step(const collection& c, const operation_part& part);
  std::optional<problem> follow_references(const removed_item& item);
  std::optional<problem> follow(const removed_item& item, const referrer& from);
  std::optional<problem> settle(const collection& c, const field& f, const std::string& key);

  const setting& with_;
  change_set changes_;
  changed_view view_;
  std::list<removed_item> removed_;  // whose referrers are still to be looked at
  std::size_t followed_ = 0;
};

}  // namespace lithair::models
