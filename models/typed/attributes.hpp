#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "models/schema/attribute_words.hpp"

/// The words of the C++ declaration, which are those of the model file.
///
/// All of it is constexpr and costs nothing at run time. A word that does not fit the type of the
/// field, a word that is there twice and an unknown word do not compile, or are errors of
/// `schema_of`.
namespace lithair::models {

/// One attribute of one field. `T` is bool, int64, double, const char* or an array of const char*.
/// The words are found by their types, so `which` is part of the type and only `what` a member.
/// Text is kept as a pointer: it must be a literal or live as long as the declaration.
template <word Word, class T = bool>
struct attribute {
  static constexpr word which = Word;
  T what;
};

/// The types that the value of an attribute may be written in, brought to the four that are kept. A
/// flag stays a flag: it must not become the integer 1.
template <std::same_as<bool> T>
constexpr bool literal_of(T flag) {
  return flag;
}
/// Every other integer becomes one of 64 bits. A greater unsigned value wraps and is then judged as
/// the number that it has become.
template <std::integral T>
requires(!std::same_as<T, bool>) constexpr std::int64_t literal_of(T integer) {
  return static_cast<std::int64_t>(integer);
}
/// Of a number field.
constexpr double literal_of(double number) { return number; }
/// Text, and whatever is written as text: money, timestamps, uuids, names of an enum, bytes in
/// base64.
constexpr const char* literal_of(const char* text) { return text; }

/// What `literal_of` makes of a `T`.
template <class T>
using literal_type = decltype(literal_of(std::declval<T>()));

}  // namespace lithair::models

namespace lithair {

/// Who may do what with the items of a model, as rules; see models/declaration/rule_text.hpp for
/// what they say. What has no rule is for admins alone. Programs in a node are not asked.
///
///     static constexpr lithair::access_declaration access{.read = "customer = @user.id",
///                                                         .create = "customer = @user.id"};
struct access_declaration {
  const char* read = nullptr;
  const char* create = nullptr;
  const char* update = nullptr;
  const char* remove = nullptr;
  std::int64_t items = 0;      ///< how many there may be; 0: any number
  std::int64_t items_per = 0;  ///< and with each value of `per`, an indexed field; 0: any number
  const char* per = nullptr;
  std::int64_t item_bytes = 0;  ///< that an item takes; 0: as of any item
};

/// The attributes of fields, for declarations to say them without a prefix:
///
///     template <>
///     struct lithair::model<user> : lithair::attributes {
///       static constexpr auto declaration = declare(
///           "users", field<&user::email>("email", unique, format("email"), replicate), ...);
///     };
///
/// Values only; nothing is to be made of this type.
struct attributes {
  // -- keys and indexes

  /// The field that names the item; exactly one per model. For integer, string, uuid, timestamp and
  /// enum fields. It is immutable and shown, can't be optional and has no default. A uuid key that
  /// a request leaves out is made by the node (version 7, RFC 9562 §5.7); any other must be given
  /// (422 "required").
  static constexpr models::attribute<models::word::primary_key> primary_key{true};
  /// No two items of the collection may share a value. A write that would break it is refused with
  /// 409 "conflict" and the field's name. Absent values never collide. Not for json and list
  /// fields.
  static constexpr models::attribute<models::word::unique> unique{true};
  /// Lists find and order items by the field without reading all of them. Each write maintains the
  /// index, so it is never behind. Not for json and list fields. A field with `references` is
  /// indexed by itself.
  static constexpr models::attribute<models::word::indexed> indexed{true};

  /// Holds the key of an item of that collection, which must exist. A write that names no item of
  /// it is refused with 422 "reference". The field has the type of that collection's key, and both
  /// collections are replicated or both are local. `name` is the collection's name, which may be
  /// declared later.
  static constexpr models::attribute<models::word::references, const char*> references(
      const char* name) {
    return {name};
  }
  /// What becomes of the item when the one it refers to is deleted: "restrict", "cascade" or
  /// "set_null". "restrict" is the default and refuses the deletion with 409; "set_null" needs an
  /// optional field that is not immutable. A deletion that would touch more than 10,000 items is
  /// refused with 409.
  static constexpr models::attribute<models::word::on_delete, const char*> on_delete(
      const char* rule) {
    return {rule};
  }
  /// How a PATCH combines with what is there: "last_write", "add", "max", "min", "union", "append".
  /// The default, "last_write", replaces. "add" is for integer, number and money and refuses a sum
  /// that does not fit (422 "overflow"); "max" and "min" are for these and timestamp; "union" and
  /// "append" for lists. Two clients that patch with "add" at the same time lose nothing: both are
  /// combined in the order of the log. What comes out must keep the field's `validation`.
  static constexpr models::attribute<models::word::merge, const char*> merge(const char* rule) {
    return {rule};
  }

  // -- what a field may be

  /// Can't change once the item exists. A PATCH or PUT with another value is refused with 422
  /// "immutable". A PUT that leaves it out keeps it.
  static constexpr models::attribute<models::word::immutable> immutable{true};
  /// May be absent. A `std::optional` member has this by itself. An absent field is left out of
  /// answers; `null` in a request removes it.
  static constexpr models::attribute<models::word::optional> optional{true};
  /// What the field is when a request leaves it out. Also what items read as that were stored
  /// before the field was declared, and what `null` in a PATCH returns the field to. The value must
  /// fit the field's type and rules, else `schema_of` gives an error. Money, timestamps and uuids
  /// are written as text: default_value("0.00"). Lists have no default here; a model file can give
  /// them one.
  template <class T>
  static constexpr auto default_value(T value) {
    return models::attribute<models::word::default_value, models::literal_type<T>>{
        models::literal_of(value)};
  }

  // -- what clients see

  /// Shown in answers; what fields are anyway, for declarations that like to say so.
  static constexpr models::attribute<models::word::expose> expose{true};
  /// May be written, is never shown, and can't be asked for. Lists can't filter, sort or select by
  /// it either, and errors do not name it to who did not name it first. A primary key can't be
  /// hidden.
  static constexpr models::attribute<models::word::expose> hidden{false};

  /// Who is shown it, of those who may read the item: a rule about the caller alone, "role(staff)".
  /// To others it is like a hidden field. For models with an `access_declaration`.
  static constexpr models::attribute<models::word::access_read, const char*> readable_by(
      const char* rule) {
    return {rule};
  }
  /// Who may set and change it, likewise; 403 "forbidden" for others.
  static constexpr models::attribute<models::word::access_update, const char*> changeable_by(
      const char* rule) {
    return {rule};
  }
  /// What it is when the item is made, whatever the request says: "@now", "@user.id" or a claim
  /// "@user.team". It is immutable. Items that a program makes say it themselves, but for "@now".
  static constexpr models::attribute<models::word::set, const char*> set(const char* from) {
    return {from};
  }
  /// What it becomes with each write, likewise.
  static constexpr models::attribute<models::word::set_on_update, const char*> set_on_update(
      const char* from) {
    return {from};
  }

  // -- where it is kept

  /// Goes through consensus to every node. A model none of whose fields has it is local: each node
  /// has its own items. A model may mix both: then the key is replicated, and local fields are
  /// optional or have a default and are not unique, indexed, immutable, tracked, references or
  /// merged. Local values are in no snapshot or backup.
  static constexpr models::attribute<models::word::replicate> replicate{true};
  /// Its changes are kept as events, also behind the item's deletion. Needed for `GET
  /// .../{id}/history` and `?as_of=`, which tell of tracked fields only. Events are never dropped,
  /// so the state grows with each change.
  static constexpr models::attribute<models::word::track_history> track_history{true};

  // -- what values are allowed

  /// Inclusive bounds of integer, number, money (as text: "0.01") and timestamp (as text). `min(1)`
  /// allows 1.
  template <class T>
  static constexpr auto min(T bound) {
    return models::attribute<models::word::min, models::literal_type<T>>{models::literal_of(bound)};
  }
  /// `max(10)` allows 10.
  template <class T>
  static constexpr auto max(T bound) {
    return models::attribute<models::word::max, models::literal_type<T>>{models::literal_of(bound)};
  }
  /// In code points of a string, bytes of a bytes field, elements of a list.
  static constexpr models::attribute<models::word::min_length, std::int64_t> min_length(
      std::int64_t n) {
    return {n};
  }
  /// Counts like `min_length`. Lists can be sorted by the index of a string alone, without a look
  /// at every item, where it has a max_length of at most 16 and is never absent (see
  /// `index_orders`).
  static constexpr models::attribute<models::word::max_length, std::int64_t> max_length(
      std::int64_t n) {
    return {n};
  }
  /// RE2 syntax, matched anywhere in the text unless anchored. RE2 has no back-references and takes
  /// time linear in the text, so no pattern can stall a node. A pattern that RE2 can't compile is
  /// an error of `schema_of`.
  static constexpr models::attribute<models::word::pattern, const char*> pattern(const char* text) {
    return {text};
  }
  /// "email", "url" or "uuid". "email" is the dot-atom form of RFC 5321 §4.1.2 with a domain name;
  /// "url" needs a scheme and "://" (RFC 3986 §3); "uuid" is the form of 36 characters.
  static constexpr models::attribute<models::word::format, const char*> format(const char* text) {
    return {text};
  }
  /// The only values that are allowed, each as text. For integer, number, string, uuid, money and
  /// timestamp fields; an enum has its names anyway.
  template <class... Ts>
  static constexpr auto one_of(Ts... xs) {
    using list = std::array<const char*, sizeof...(Ts)>;
    return models::attribute<models::word::one_of, list>{list{xs...}};
  }
};

}  // namespace lithair
