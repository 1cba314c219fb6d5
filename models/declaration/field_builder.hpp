#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Turns one declared field into a field of the schema and notes everything that is wrong with it.
class field_builder {
 public:
  field_builder(const std::string& collection_name, const declared_field& from,
                std::vector<declaration_error>& errors);

  /// The field; what it says counts only when no error was added.
  field build();

 private:
  void read_type();
  void read_names(const declared_attribute& from);
  void read_attribute(const declared_attribute& from);
  bool read_flag(const declared_attribute& from);
  void read_default(const declared_attribute& from);
  void read_bound(const declared_attribute& from, value& bound);
  void read_length(const declared_attribute& from, std::optional<std::uint64_t>& bound);
  void read_pattern(const declared_attribute& from);
  void read_format(const declared_attribute& from);
  void read_choices(const declared_attribute& from);
  void read_reference(const declared_attribute& from);
  void read_delete_rule(const declared_attribute& from);
  void read_merge_rule(const declared_attribute& from);
  void set_type(const declared_attribute& from, std::string_view name);
  void check_key_type();
  void check_agreement();
  void check_key();

  /// The literal as a value of the field's type; an error and nothing when it can't be one.
  value to_value(const declared_attribute& from);
  const declared_attribute* find(std::string_view name) const;
  void fail(const place& where, std::string message);

  const std::string& collection_name_;
  const declared_field& from_;
  std::vector<declaration_error>& errors_;
  field made_;
};

}  // namespace lithair::models
