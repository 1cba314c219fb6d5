#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/schema/collection.hpp"

/// The attributes of fields: their words, once for C++ declarations, model files and the text that
/// is made of a schema.
namespace lithair::models {

/// Numbers the attributes, so that a declaration can be searched for one while compiling. The
/// numbers are never stored.
enum class word : std::uint8_t {
  primary_key,    ///< the field's value names the item
  unique,         ///< no two items share a value
  indexed,        ///< kept in an index, for lists
  immutable,      ///< fixed once the item exists
  optional,       ///< may be absent
  default_value,  ///< what a create or replace puts in where the request has nothing
  expose,         ///< whether answers show it
  replicate,      ///< goes through consensus
  track_history,  ///< changes are kept as events
  references,     ///< holds the key of another item
  on_delete,      ///< what a deletion of that item does
  merge,          ///< how a PATCH combines
  access_read,    ///< who is shown it
  access_update,  ///< who may set or change it
  set,            ///< what it is set to when the item is made
  set_on_update,  ///< what it is set to with each write
  min,            ///< the least value, inclusive
  max,            ///< the greatest value, inclusive
  min_length,     ///< the shortest length
  max_length,     ///< the greatest length
  pattern,        ///< a regular expression
  format,         ///< a well-known shape of text
  one_of,         ///< the only values allowed
};

/// What `validate` holds begins so in the name of a word.
inline constexpr std::string_view validate_prefix = "validate.";

/// As they are spelled, in the order of `word`; people are told them in this order.
inline constexpr std::array<std::string_view, 23> word_names{"primary_key",
                                                             "unique",
                                                             "indexed",
                                                             "immutable",
                                                             "optional",
                                                             "default",
                                                             "expose",
                                                             "replicate",
                                                             "track_history",
                                                             "references",
                                                             "on_delete",
                                                             "merge",
                                                             "access.read",
                                                             "access.update",
                                                             "set",
                                                             "set_on_update",
                                                             "validate.min",
                                                             "validate.max",
                                                             "validate.min_length",
                                                             "validate.max_length",
                                                             "validate.pattern",
                                                             "validate.format",
                                                             "validate.one_of"};

constexpr std::string_view name_of(word which) {
  return word_names[static_cast<std::size_t>(which)];
}

/// Within `validate`: "min" of `word::min`.
constexpr std::string_view short_name_of(word which) {
  const auto name = name_of(which);
  return name.starts_with(validate_prefix) ? name.substr(validate_prefix.size()) : name;
}

/// None: no attribute is called so.
constexpr std::optional<word> word_named(std::string_view name) {
  const auto at = std::ranges::find(word_names, name);
  return at == word_names.end() ? std::nullopt
                                : std::optional(static_cast<word>(at - word_names.begin()));
}

/// The attributes that are true or false, and where a field has them.
struct flag_word {
  word which;
  bool field::*member;
};
inline constexpr std::array<flag_word, 8> flag_words{{{word::primary_key, &field::primary_key},
                                                      {word::unique, &field::unique},
                                                      {word::indexed, &field::indexed},
                                                      {word::immutable, &field::immutable},
                                                      {word::optional, &field::optional},
                                                      {word::replicate, &field::replicated},
                                                      {word::track_history, &field::tracked},
                                                      {word::expose, &field::exposed}}};

}  // namespace lithair::models
