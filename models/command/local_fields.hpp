#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

/// A model whose fields have no `replicate` is local: each node has its own items. A model may also
/// be mixed: items whose replicated fields go through consensus and whose local fields stay with
/// the node that wrote them. The group that all nodes share and the one that a node has for itself
/// each serve their part of the schema, and what concerns both is put together here. Pure.
///
///     request ─▶ command ─▶ without local fields ─▶ shared log ─▶ outcome with parts
///                                                                      │
///                             own group ◀── the local fields ◀─────────┘
///                                 └─▶ outcome ─▶ both joined ─▶ client
///
/// (joint_command.hpp). Local records carry, in the place of fields, when the item
/// that they belong to was created, so that a later item of the same key never gets them, and with
/// which of its versions they were written.
namespace lithair::models {

/// The fields of one record of an item behind those of another; neither has one of the other's.
/// What can't be read, or is of an item that is gone, is left out.
std::string join_records(std::string_view replicated, std::string_view local);

/// A replicated item that is deleted takes its local fields along: the command for that, if `local`
/// has any for it. `deleted` is its record as it was; fields of a later item of the same key stay,
/// for a deletion is applied again after a crash, when they may be there already.
std::optional<std::string> removal_of_local_part(const schema& replicated,
                                                 std::string_view record_key,
                                                 std::string_view deleted, const state_view& local);

/// The commands that remove local fields whose item is gone, or is a later one of the same key:
/// where the two groups come from backups, nobody applies the deletions again. `local`: the local
/// part of the schema, with the state `own`.
std::vector<std::string> removals_without_item(const schema& local, const state_view& own,
                                               const state_view& replicated);

/// The items of `replicated` with the local fields that `local` has for them. For reading
/// replicated items on this node. Counts and keys are those of the replicated state, so a local
/// record alone shows nothing.
class joined_view final : public state_view {
 public:
  /// All three must outlive the view. `models` is the replicated part of the schema.
  joined_view(const schema& models, const state_view& replicated, const state_view& local)
      : models_(models), replicated_(replicated), local_(local) {}

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, direction order,
            const visitor& visit) const override;
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override {
    return replicated_.count(lower, upper, most, last);
  }

 private:
  bool has_local_part(std::string_view key) const;

  const schema& models_;
  const state_view& replicated_;
  const state_view& local_;
};

}  // namespace lithair::models
