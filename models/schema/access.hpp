#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/schema/filter.hpp"

/// Who may do what with the items of a collection: rules that a model declares. A rule is declared
/// once, bound to who asks, and comes to conditions on the item:
///
///     "role(staff) or customer = @user.id"  ──bind, for ann──▶  customer = "ann"
///                                           ──bind, for staff─▶  (nothing)
///
/// Conditions on what is read become filters of the query; those on what is written go with the
/// command, and are judged in the log's order, where it is known what the item is. So all nodes
/// judge alike, whatever rules they have themselves.
namespace lithair::models {

/// A rule as it was declared. `models/declaration/rule_text.hpp` has the grammar.
struct rule {
  enum class kind : std::uint8_t {
    always,     ///< `true`
    never,      ///< `false`
    all,        ///< `and`
    any,        ///< `or`
    negation,   ///< `not`, of one part
    has_role,   ///< `role(NAME)`
    is_known,   ///< `@user`: somebody asks, and it is known who
    caller_is,  ///< `@user.NAME` with texts
    compares,   ///< a field with values, with what is known of who asks, or with another field
    finds,      ///< another item: `FIELD.FIELD`, `exists(...)`
  };
  kind what = kind::never;
  std::vector<rule> parts;  ///< of all, any and negation
  /// Of has_role the role, of caller_is and compares which `@user.NAME`; empty: none
  std::string name;
  std::vector<std::string> texts;  ///< of caller_is: one of them
  filter test = {};                ///< of compares; without values where `name` says whose they are
  // Of finds, see related_items; its one part is what has to hold of the other item.
  std::uint32_t target_id = 0;
  std::optional<field_side> reference;
  std::vector<related_items::tie> ties;
  std::size_t looked_up = 0;
};

/// Whether it asks about nothing but who asks.
bool is_about_caller(const rule& what);

/// What is done to items, as far as rules tell it apart. The numbers stand in commands.
enum class access_kind : std::uint8_t { read = 0, create = 1, update = 2, remove = 3 };
inline constexpr std::size_t access_kinds = 4;
/// As model files spell them: read, create, update, delete.
std::string_view name_of(access_kind what);

/// How many items there may be and how large, for whom rules bind: with `items_per` and
/// `item_bytes` the bytes of each owner are bounded, too.
struct item_quota {
  std::uint64_t items = 0;       ///< of the collection; 0: any number
  std::uint64_t items_per = 0;   ///< of each value of a field; 0: any number
  std::size_t per = 0;           ///< that field, which is indexed
  std::uint64_t item_bytes = 0;  ///< that an item takes as it is stored; 0: as of any item

  bool is_set() const { return items != 0 || items_per != 0 || item_bytes != 0; }
};
/// They are counted one by one.
inline constexpr std::int64_t most_items_per = 10'000;
/// What an item takes that has hardly more than a key.
inline constexpr std::int64_t least_item_bytes = 64;

/// The rules of a collection that has some. What has no rule is for admins alone.
struct access_rules {
  struct entry {
    std::optional<rule> what;
    std::string text;  ///< as it was declared
  };
  entry of[access_kinds];
  item_quota quota;

  const entry& at(access_kind what) const { return of[static_cast<std::size_t>(what)]; }
};

/// The rules of one field, which ask about the caller alone. None: those of the collection.
struct field_access {
  std::optional<rule> read;    ///< who is shown it
  std::optional<rule> update;  ///< who may set or change it
  std::string read_text;       ///< as they were declared
  std::string update_text;
};

}  // namespace lithair::models
