#pragma once

#include <boost/json/value.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// JSON Schemas in the words of JSON Schema 2020-12, as OpenAPI 3.1 has them.
namespace lithair::http {

using json_object = boost::json::object;

/// A member of a record; with a '?' behind the name it may be missing.
using record_member = std::pair<std::string_view, json_object>;

/// An object with these members and no others.
json_object record(std::initializer_list<record_member> members);
/// A list of such values.
json_object list_of(json_object items);
/// One of the named schemas.
json_object schema_ref(std::string_view name);
/// A whole number from 0.
json_object whole_number();
/// Text; with a pattern where there is one.
json_object text_schema(std::string_view pattern = {});
/// One of these words.
json_object word_of(std::initializer_list<std::string_view> words);
json_object flag_schema();
/// The same type, or null.
json_object or_null(json_object type);
/// One of these; what has only one is that one.
json_object any_of(boost::json::array choices);
/// The same with a sentence about it.
json_object described(json_object schema, std::string_view about);

}  // namespace lithair::http
