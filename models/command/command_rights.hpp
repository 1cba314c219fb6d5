#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/command/command.hpp"
#include "models/schema/access_binding.hpp"
#include "models/schema/schema.hpp"

/// What who asks may do, as a command carries it:
///
///     rights := [[collection id, [filters or nil of each access_kind], [unseen id, ...],
///                 [fixed id, ...], quota], ...]
///     quota  := nil | [items, items of each value, field id] | [these, bytes of an item]
///
/// of each collection with rules that it is about; models/schema/filter_codec.hpp has the filters.
/// So a command is judged in the log's order by what held where it was made, and by every node
/// alike: one that was made with a token which is revoked meanwhile has one outcome, too.
namespace lithair::models {

/// What it may do to the items of one collection.
struct command_rights {
  std::uint32_t collection_id = 0;
  /// By access_kind; none: the command does nothing of the kind.
  std::array<std::optional<filter_list>, access_kinds> rules;
  std::vector<std::uint32_t> unseen;  ///< ids of fields that it is not shown
  std::vector<std::uint32_t> fixed;   ///< ids of fields that it can't change
  item_quota quota;

  bool is_unseen(std::uint32_t field_id) const;
  bool is_fixed(std::uint32_t field_id) const;
};

/// None: these are no rights, or they are about what is not known here.
std::optional<std::vector<command_rights>> read_rights(const schema& s, std::string_view bytes);
/// Of one collection the fields that are not shown, as ids; without a look at its filters.
std::vector<std::uint32_t> unseen_fields(std::string_view rights, std::uint32_t collection_id);

/// Gathers what a command needs while it is made, each collection once.
class rights_gathering {
 public:
  /// None: nobody is bound. `s` must outlive it.
  rights_gathering(const schema& s, std::shared_ptr<const subject> who)
      : schema_(s), who_(std::move(who)) {}

  /// Notes that the command does this to items of the collection. Whether it can be allowed in any
  /// state; if not, why not.
  std::optional<problem> add(const collection& c, operation op);
  /// Whether who asks may set the field of an item that is new.
  bool may_set(const collection& c, std::size_t position);
  /// Whether a field that a replace leaves out stays: who asks can't change it, or does not see it.
  bool keeps(const collection& c, std::size_t position);
  /// The bytes; empty: nobody is bound.
  std::string write() const;

 private:
  struct entry {
    const collection* c = nullptr;
    command_rights rights;
    std::vector<bool> changeable;
  };
  entry* find(const collection& c);
  const filter_list& bound(entry& of, access_kind what);

  const schema& schema_;
  std::shared_ptr<const subject> who_;
  std::list<entry> all_;
};

}  // namespace lithair::models
