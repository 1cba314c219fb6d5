#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/encoding/msgpack.hpp"
#include "models/schema/schema.hpp"
#include "models/state/pause.hpp"

/// An item as it is stored:
///
///     record := [version, changes, age, {field id: value, ...}]   in msgpack, ids rising, absent
///     fields left out; age is how far the version lies behind the item's creation
///
/// Records may hold fields that this node's schema does not know, from a node whose schema is
/// newer; they are kept and never shown.
namespace lithair::models {

/// In a record of local fields beside replicated ones, in the place of a field: when the item that
/// they belong to was created. No field has this id.
inline constexpr std::uint32_t created_id = 0;
/// Likewise: the version of the replicated part that they were written with last. In a patch of the
/// replicated part, as nil: it says something of local fields, too.
inline constexpr std::uint32_t written_id = UINT32_MAX;

/// A field's id and its value's bytes, which lie in the record or command they were read from.
struct stored_field {
  std::uint32_t id = 0;    ///< rising in records and commands
  std::string_view bytes;  ///< one value as value_codec.hpp writes it, or nil
};

/// Sorted by id.
using stored_fields = std::vector<stored_field>;

/// A record taken apart; its fields lie in the bytes that it was read from.
struct stored_record {
  std::uint64_t version = 0;  ///< the log index of the last change: the ETag
  std::uint64_t changes = 0;  ///< how often the item was written, its creation included
  std::uint64_t created = 0;  ///< the log index of its creation: no two items of a key share it
  stored_fields fields;
};

/// The field with this id; null when it is not there. By halves: the list must be sorted.
const stored_field* find(const stored_fields& fields, std::uint32_t id);

/// Reads `record` into `out`, whose memory is used again. False for bytes that are no record. The
/// fields' views lie in `bytes`. Their values are not looked at.
[[nodiscard]] bool read_record(std::string_view bytes, stored_record& out);
/// In the grammar above; `x.created` is at most `x.version`.
std::string write_record(const stored_record& record);

/// The map alone, which commands carry too. Reads from `in`; nil values are taken as they are.
[[nodiscard]] bool read_fields(msgpack::reader& in, stored_fields& out);
/// `fields` must rise by id.
void write_fields(std::string& out, const stored_fields& fields);

/// Appends the item as JSON: the exposed fields in declared order, absent ones left out. A field
/// that is missing has its default, for it was added after the record was written.
void append_json(std::string& out, const collection& c, const stored_fields& fields);
/// The same with only the fields whose positions are marked. Hidden fields are shown when they are
/// marked: who marks decides.
void append_json(std::string& out, const collection& c, const stored_fields& fields,
                 const std::vector<bool>& wanted);

/// Renders items as JSON as `append_json` does, bit by bit: a list may have many elements. Of one
/// item at a time; the collection must outlive it.
class item_writer {
 public:
  /// `wanted` must outlive it too: per field, whether it is shown; null: those that are exposed.
  item_writer(const collection& c, const std::vector<bool>* wanted) : c_(c), wanted_(wanted) {}

  /// Appends what follows. True: the item is whole, and another one may be begun. False: `now` said
  /// to pause; then it is to be called again, with the same fields, wherever their bytes lie by
  /// then.
  [[nodiscard]] bool go_on(std::string& out, const stored_fields& fields, const pause& now);

 private:
  bool append_list(std::string& out, const field& element, std::string_view stored,
                   const pause& now);
  bool is_to_pause(const std::string& out, const pause& now);

  const collection& c_;
  const std::vector<bool>* wanted_;
  std::size_t at_ = 0;        // the field
  char separator_ = '{';      // before the next one
  std::size_t read_ = 0;      // bytes of the list; 0: not begun
  std::size_t left_ = 0;      // elements of it
  std::size_t asked_at_ = 0;  // the size of the text when `now` was asked
};

/// The bytes of the field's value, or of its default when the record lacks it: those lie in `made`.
/// None: it is absent.
std::optional<std::string_view> stored_value(const field& f, const stored_fields& fields,
                                             std::string& made);
/// The field's value, its default when it is missing, or absent. Absent too for bytes that are no
/// value of the field's type.
value value_of(const field& f, const stored_fields& fields);

}  // namespace lithair::models
