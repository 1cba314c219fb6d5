#pragma once

#include <boost/json/fwd.hpp>

#include "http/json_schema.hpp"
#include "models/schema/schema.hpp"

/// What a collection's items look like, and what may be asked of them, as JSON Schema.
namespace lithair::http {

/// Why an item is described.
enum class usage : std::uint8_t {
  shown,     ///< in an answer, whole
  selected,  ///< in an answer, with `fields` of it
  created,   ///< to be created
  keyed,     ///< to be created under a key that stands elsewhere
  replaced,  ///< in full, in the place of another one
  patched,   ///< a merge patch
};

/// A field's values, without null.
json_object schema_of(const models::field& f, usage why);
/// An item. Hidden fields may be sent, and are shown here as little as anywhere else.
json_object schema_of(const models::collection& c, usage why);

/// All the schemas that are a collection's: `products` and those whose names begin with `products.`
void add_schemas(const models::collection& c, json_object& to);

/// The parameters that are filters: of a list and a count, or of a stream.
boost::json::array filter_parameters(const models::collection& c, bool of_stream);
/// What `sort` may look like.
std::string sort_pattern(const models::collection& c);
/// What `fields` may look like.
std::string fields_pattern(const models::collection& c);

/// A row of a projection.
json_object row_schema(const models::collection& c, const models::projection& p);
/// A page of such items or rows.
json_object page_schema(json_object item);

}  // namespace lithair::http
