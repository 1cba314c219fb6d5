#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "models/schema/attribute_words.hpp"

/// The words of the C++ declaration, which are those of the model file.
namespace lithair::models {

/// One attribute of one field. `T` is bool, int64, double, const char* or an array of const char*.
template <word Word, class T = bool>
struct attribute {
  static constexpr word which = Word;
  T what;
};

/// The types that the value of an attribute may be written in, brought to the four that are kept.
template <std::same_as<bool> T>
constexpr bool literal_of(T x) {
  return x;
}
template <std::integral T>
requires(!std::same_as<T, bool>) constexpr std::int64_t literal_of(T x) {
  return static_cast<std::int64_t>(x);
}
constexpr double literal_of(double x) { return x; }
constexpr const char* literal_of(const char* x) { return x; }

template <class T>
using literal_type = decltype(literal_of(std::declval<T>()));

}  // namespace lithair::models

namespace lithair {

/// The attributes of fields, for declarations to say them without a prefix:
///
///     template <>
///     struct lithair::model<note> : lithair::attributes { ...
///
/// Values only; nothing is to be made of this type.
struct attributes {
  // -- keys and indexes

  /// The field that names the item; exactly one per model.
  static constexpr models::attribute<models::word::primary_key> primary_key{true};
  /// No two items of the collection may share a value.
  static constexpr models::attribute<models::word::unique> unique{true};
  /// Lists find and order items by the field without reading all of them.
  static constexpr models::attribute<models::word::indexed> indexed{true};

  /// Holds the key of an item of that collection, which must exist.
  static constexpr models::attribute<models::word::references, const char*> references(
      const char* name) {
    return {name};
  }
  /// What becomes of the item when the one it refers to is deleted: "restrict", "cascade" or
  /// "set_null".
  static constexpr models::attribute<models::word::on_delete, const char*> on_delete(
      const char* rule) {
    return {rule};
  }
  /// How a PATCH combines with what is there: "last_write", "add", "max", "min", "union", "append".
  static constexpr models::attribute<models::word::merge, const char*> merge(const char* rule) {
    return {rule};
  }

  // -- what a field may be

  /// Can't change once the item exists.
  static constexpr models::attribute<models::word::immutable> immutable{true};
  /// May be absent. A `std::optional` member has this by itself.
  static constexpr models::attribute<models::word::optional> optional{true};
  /// What the field is when a request leaves it out.
  template <class T>
  static constexpr auto default_value(T x) {
    return models::attribute<models::word::default_value, models::literal_type<T>>{
        models::literal_of(x)};
  }

  // -- what clients see

  /// Shown in answers; what fields are anyway, for declarations that like to say so.
  static constexpr models::attribute<models::word::expose> expose{true};
  /// May be written, is never shown, and can't be asked for.
  static constexpr models::attribute<models::word::expose> hidden{false};

  // -- where it is kept

  /// Goes through consensus to every node.
  static constexpr models::attribute<models::word::replicate> replicate{true};
  /// Its changes are kept as events, also behind the item's deletion.
  static constexpr models::attribute<models::word::track_history> track_history{true};

  // -- what values are allowed

  /// Inclusive bounds of integer, number, money (as text: "0.01") and timestamp (as text).
  template <class T>
  static constexpr auto min(T x) {
    return models::attribute<models::word::min, models::literal_type<T>>{models::literal_of(x)};
  }
  template <class T>
  static constexpr auto max(T x) {
    return models::attribute<models::word::max, models::literal_type<T>>{models::literal_of(x)};
  }
  /// In characters.
  static constexpr models::attribute<models::word::min_length, std::int64_t> min_length(
      std::int64_t n) {
    return {n};
  }
  static constexpr models::attribute<models::word::max_length, std::int64_t> max_length(
      std::int64_t n) {
    return {n};
  }
  /// RE2 syntax, matched anywhere in the text unless anchored.
  static constexpr models::attribute<models::word::pattern, const char*> pattern(const char* x) {
    return {x};
  }
  /// "email", "url" or "uuid".
  static constexpr models::attribute<models::word::format, const char*> format(const char* x) {
    return {x};
  }
  /// The only values that are allowed, each as text.
  template <class... Ts>
  static constexpr auto one_of(Ts... xs) {
    using list = std::array<const char*, sizeof...(Ts)>;
    return models::attribute<models::word::one_of, list>{list{xs...}};
  }
};

}  // namespace lithair
