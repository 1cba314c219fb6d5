#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/lithairctl/caller.hpp"

/// What is known of a collection: where it is, and of which types its fields are.
namespace lithair::ctl {

enum class field_kind { text, boolean, integer, number, json };

struct item_field {
  std::string name;
  field_kind kind = field_kind::text;
  bool required = false;      ///< a new item must have it
  boost::json::object rules;  ///< its JSON Schema as a node shows it
};

/// A collection's fields as nodes describe them. What is hidden is not in it.
class item_model {
 public:
  item_model() = default;
  /// From /openapi.json. Throws `failure` (not_found) where it has no such collection.
  item_model(const boost::json::object& description, const std::string& collection);

  const std::vector<item_field>& fields() const { return fields_; }
  const item_field* find(std::string_view name) const;
  /// The value that a text stands for in that field; of a hidden one it is text. Where it is none,
  /// `wrong` says what is asked for.
  std::optional<boost::json::value> value_of(std::string_view field, std::string_view text,
                                             std::string& wrong) const;

 private:
  std::vector<item_field> fields_;
};

/// The path of a collection, as a node tells it; what begins with / is one already. Throws
/// `failure` (not_found), naming those that there are.
std::string path_of(caller& by, const std::string& collection);
/// The same for its fields.
item_model model_of(caller& by, const std::string& collection);

}  // namespace lithair::ctl
