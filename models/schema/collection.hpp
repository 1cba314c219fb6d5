#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/value/value.hpp"

// So that who includes this need not have RE2's headers.
namespace re2 {
class RE2;
}

namespace lithair::models {

/// A well-known shape of text that `validate.format` asks for.
enum class text_format : std::uint8_t { none, email, url, uuid };

/// As model files spell it; empty for none.
std::string_view name_of(text_format format);

/// What `validate` asks of a field's value, besides its type.
struct constraints {
  value min;  ///< absent: no bound; else of the field's type, inclusive
  value max;  ///< likewise; `compare` orders them
  std::optional<std::uint64_t> min_length;  ///< in characters (code points)
  std::optional<std::uint64_t> max_length;  ///< likewise; of lists elements, of bytes bytes
  std::string pattern;  ///< RE2 syntax, matched anywhere in the text as in JSON Schema; empty: none
  std::shared_ptr<const re2::RE2> matcher;  ///< the compiled pattern
  text_format format = text_format::none;
  std::vector<value> one_of;  ///< empty: any value; else those that `compare` finds equal to one
};

/// What happens to items that refer to an item that is deleted.
enum class delete_rule : std::uint8_t {
  restrict_,  ///< the deletion is refused
  cascade,    ///< they are deleted too
  set_null,   ///< they lose the reference
};

/// How a PATCH of a field combines with what the field holds.
enum class merge_rule : std::uint8_t {
  last_write,  ///< the patch replaces
  add,         ///< the sum; of integer, number and money
  max,         ///< the greater; of ordered types
  min,         ///< the smaller
  union_,      ///< of lists: the elements that the patch has and the field has not are put behind
  append,      ///< of lists: all elements of the patch are put behind
};

/// As model files spell it; also part of the schema's fingerprint.
std::string_view name_of(delete_rule rule);
/// Likewise.
std::string_view name_of(merge_rule rule);

struct access_rules;
struct field_access;

/// Where a field's value comes from that is not taken from the request.
enum class stamp_source : std::uint8_t {
  none,
  now,   ///< `@now`: the time of the command
  user,  ///< `@user.NAME`: what is known of who asks
};
struct stamp_rule {
  stamp_source from = stamp_source::none;
  std::string name;  ///< of `@user.NAME`

  bool operator==(const stamp_rule&) const = default;
};
/// As model files spell it: `@now`, `@user.id`; empty for none.
std::string text_of(const stamp_rule& rule);

/// One field of a collection. Made by the declarations' builder only, so that it is consistent. Its
/// members agree with each other, so readers need not check again. Immutable once the schema is
/// built; shared by all threads.
struct field {
  std::uint32_t id = 0;  ///< from the name, so it survives re-ordering; unique in the collection
  std::string name;      ///< in JSON: letters, digits and _, at most 64
  value_type type = value_type::string;  ///< of values; the stored form is in value_codec.hpp
  bool primary_key = false;              ///< names the item; one field of a collection has it
  bool unique = false;                   ///< no other item has its value
  bool indexed = false;    ///< lists may find and order items by it without reading all
  bool immutable = false;  ///< can't change once the item exists
  bool optional = false;   ///< may be absent
  bool exposed = true;     ///< false: may be written, is never shown
  bool replicated = true;  ///< goes through consensus; false: each node has its own
  bool tracked = false;    ///< its changes are kept as events
  merge_rule merge = merge_rule::last_write;  ///< how a PATCH combines; decided while applying
  std::string references;       ///< the collection whose items' keys it holds; empty: none
  std::uint32_t target_id = 0;  ///< of that collection
  /// What a deletion of the target does to the item.
  delete_rule on_delete = delete_rule::restrict_;
  value default_value;                   ///< absent: none
  std::vector<std::string> names;        ///< of an enumeration, in declared order
  constraints rules;                     ///< what `validate` asks for
  std::shared_ptr<const field> element;  ///< of a list: type and names of its elements
  /// Who may see and change it, of those who may the item; models/schema/access.hpp
  std::shared_ptr<const field_access> access;
  stamp_rule set;            ///< what it is set to when the item is made
  stamp_rule set_on_update;  ///< and with each write

  /// Whether an item can't be without it and nothing fills it in. A key is asked for elsewhere,
  /// since a uuid key is made by the node.
  bool required() const { return !optional && !primary_key && absent(default_value); }
  /// Whether requests do not say what it is.
  bool is_stamped() const {
    return set.from != stamp_source::none || set_on_update.from != stamp_source::none;
  }
  /// Strings and names: their values are text, in which text may be looked for.
  bool is_text() const { return type == value_type::string || type == value_type::enumeration; }
};

/// Whether no two items share its value.
inline bool names_one_item(const field& f) { return f.primary_key || f.unique; }
/// Whether items can be found by its value without a look at all of them.
inline bool can_be_looked_up(const field& f) { return names_one_item(f) || f.indexed; }

/// A field that refers to items of some collection.
struct referrer {
  std::uint32_t collection_id = 0;  ///< of the collection that has the field
  std::size_t position = 0;         ///< of the field in that collection
};

/// Which fields of a collection a schema holds; see models/command/local_fields.hpp.
enum class extent : std::uint8_t {
  whole,
  replicated_part,  ///< its items have local fields too, which another group keeps on each node
  local_part,       ///< the key and those local fields
};

/// A named set of items of one shape.
struct collection {
  std::uint32_t id = 0;  ///< from the name
  std::string name;
  std::string path;  ///< where HTTP serves it, "/api/<name>" by default; no slash at the end
  std::vector<field> fields;           ///< in declared order, which is the order of rendered JSON
  std::size_t key_at = 0;              ///< position of the primary key in `fields`
  std::vector<std::uint16_t> by_id;    ///< positions in order of id: the order of stored records
  std::vector<std::uint16_t> by_name;  ///< positions in order of name

  std::vector<referrer> referrers;  ///< the fields whose values are keys of this collection
  bool tracked = false;             ///< whether any field is
  /// Who may do what, models/schema/access.hpp; none: nothing is declared
  std::shared_ptr<const access_rules> access;
  extent holds = extent::whole;

  /// There is exactly one.
  const field& key() const { return fields[key_at]; }
  /// The field's position, or `fields.size()` when there is none.
  std::size_t position(std::string_view field_name) const;
  /// The field, or null when there is none. It lies in the collection.
  const field* find(std::string_view field_name) const;
};

/// Fills `by_id` and `by_name` from the fields; at most 1000 are ordered.
void order_fields(collection& c);

/// No field is replicated: each node has its own items of it, decided by its own group.
bool is_local(const collection& c);
/// Some fields are replicated, and some are not; see models/command/local_fields.hpp.
bool is_mixed(const collection& c);

/// 32-bit FNV-1a: the id of a collection or field from its name. The same on every node and in
/// every order of declaration, so records survive fields that come and go. The builder refuses two
/// names with one id.
constexpr std::uint32_t stable_id(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  }
  return hash;
}

}  // namespace lithair::models
