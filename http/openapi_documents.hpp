#pragma once

#include "http/json_schema.hpp"
#include "models/schema/schema.hpp"

namespace lithair::http {

/// The schemas of everything that is not data, and of what spans collections; their names begin
/// with `lithair.`, which no model's can.
json_object fixed_schemas(const models::schema& schema);

}  // namespace lithair::http
