#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "models/schema/schema.hpp"

/// What a user declared, before it is judged. The C++ face and the model file both produce this,
/// and one builder turns it into a schema, so both faces know the same words and mean the same.
namespace lithair::models {

/// Where something was declared. C++ declarations have no file, line 0 and column 0.
struct place {
  std::string file;          ///< as the user named it
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1
};

/// One thing that is wrong with a declaration.
struct declaration_error {
  place where;
  std::string subject;  ///< "products.price", or "products", or empty
  std::string message;  ///< one sentence
};

/// `shop.toml:4:9: products.price: ...`
std::string to_string(const declaration_error& error);

/// A value as it was written; an amount of money or a moment is text. A list is text, whatever its
/// elements are, and is parsed by the type of the field.
using literal = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// One word about a field and its value: ("primary_key", true), ("validate.min", "0.01").
struct declared_attribute {
  std::string name;  ///< with "validate." before the words of `validate`
  literal what;      ///< what it was set to
  place where;
  place text_begins = {};  ///< where a text was written on one line, behind its quote
};

/// One field, as a bag of words: unknown ones are kept for the builder to complain of.
struct declared_field {
  std::string name;
  place where;
  std::vector<declared_attribute> attributes;  ///< "type" among them
};

/// One model.
struct declared_collection {
  std::string name;
  std::string path;  ///< empty: the default
  place where;
  std::vector<declared_field> fields;
  std::vector<declared_attribute> access;  ///< "read" and the others, and their rules
};

/// A table that follows a collection; see models/schema/projection.hpp.
struct declared_projection {
  std::string name;
  std::string collection;
  place where;
  std::vector<std::string> group_by;             ///< names of at most two fields
  std::vector<declared_attribute> where_clause;  ///< field and filter, as in the query of a list
  std::vector<declared_attribute> measures;      ///< name and "count" or "sum(field)"
};

/// What a declaration makes, or all errors that were found; never an empty list of them.
template <class T>
using declared = tl::expected<T, std::vector<declaration_error>>;

}  // namespace lithair::models
