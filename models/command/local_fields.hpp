#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

/// A model whose fields have no `replicate` is local: each node has its own items. A model may also
/// be mixed: items whose replicated fields go through consensus and whose local fields stay with
/// the node that wrote them. The group that all nodes share and the one that a node has for itself
/// each serve their part of the schema, and what concerns both is put together here. Pure.
///
///     request ─▶ full command ─▶ replicated_command ─▶ shared log ─▶ outcome with parts
///                                                                         │
///                                  own group ◀── local_command ◀──────────┘
///                                      └─▶ outcome ─▶ join_outcomes ─▶ client
///
/// `full` is the schema of all fields. Local records carry, in the place of fields, when the item
/// that they belong to was created, so that a later item of the same key never gets them, and with
/// which of its versions they were written.
namespace lithair::models {

/// The ids of the collections that a command writes to, each as often as it does. Empty for bytes
/// that are no command.
std::vector<std::uint32_t> collections_of(std::string_view command);
/// Whether a command writes items that have both replicated and local fields.
bool has_local_part(const schema& full, std::string_view command);

/// The same command without local fields. `command` must be one that `read_command` takes.
std::string replicated_command(const schema& full, std::string_view command);
/// What the node's own group has to do once the other has answered with `parts`; empty: nothing.
/// Its operations are those on mixed collections that wrote an item and say something of local
/// fields, in their order. `again`: the other group had answered the request before; what was
/// written here later, with the item or with a later one of its key, stays then.
std::string local_command(const schema& full, std::string_view command,
                          const std::vector<written_part>& parts, bool again = false);
/// The answer to the client: `replicated`, with the local fields that `written` tells of, or
/// `local` has where none were written. The body is rendered anew, in the order of the full
/// schema's fields.
outcome join_outcomes(const schema& full, std::string_view command, outcome replicated,
                      const outcome& written, const state_view& local);

/// A replicated item that is deleted takes its local fields along: the command for that, if `local`
/// has any for it. `deleted` is its record as it was; fields of a later item of the same key stay,
/// for a deletion is applied again after a crash, when they may be there already.
std::optional<std::string> removal_of_local_part(const schema& replicated,
                                                 std::string_view record_key,
                                                 std::string_view deleted, const state_view& local);

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
