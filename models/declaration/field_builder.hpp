#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Turns one declared field into a field of the schema and notes everything that is wrong with it.
/// Used once for each field. All three arguments must outlive it.
class field_builder {
 public:
  field_builder(const std::string& collection_name, const declared_field& from,
                std::vector<declaration_error>& errors);

  /// The field; what it says counts only when no error was added. Its `target_id` is that of the
  /// name; whether there is such a model is judged by the schema builder. Local unless it says
  /// `replicate`.
  field build();

 private:
  void read_type();                                     ///< first, as all else is judged by it
  void read_names(const declared_attribute& from);      ///< of an enum
  void read_attribute(const declared_attribute& from);  ///< dispatches by the word
  bool read_flag(const declared_attribute& from);       ///< true or false
  void read_default(const declared_attribute& from);    ///< last, as the rules judge it
  void read_bound(const declared_attribute& from, value& bound);  ///< validate.min and max
  /// `validate.min_length` and `max_length`.
  void read_length(const declared_attribute& from, std::optional<std::uint64_t>& bound);
  void read_pattern(const declared_attribute& from);  ///< compiles it
  void read_format(const declared_attribute& from);
  void read_choices(const declared_attribute& from);    ///< validate.one_of
  void read_reference(const declared_attribute& from);  ///< makes the field indexed
  void read_delete_rule(const declared_attribute& from);
  void read_merge_rule(const declared_attribute& from);
  void set_type(const declared_attribute& from, std::string_view name);
  void check_key_type();   ///< called when `primary_key` is met
  void check_agreement();  ///< between two words
  void check_key();        ///< a key is immutable, and found by itself

  /// The literal as a value of the field's type; an error and nothing when it can't be one.
  value to_value(const declared_attribute& from);
  /// By its word; null when it is not there.
  const declared_attribute* find(std::string_view name) const;
  void fail(const place& where, std::string message);  ///< always about this field

  const std::string& collection_name_;
  const declared_field& from_;
  std::vector<declaration_error>& errors_;
  field made_;
};

}  // namespace lithair::models
