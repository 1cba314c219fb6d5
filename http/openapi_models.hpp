#pragma once

#include <boost/json/array.hpp>

#include "models/schema/schema.hpp"

namespace lithair::http {

/// What was declared of each collection and its fields, as programs that make forms and tables want
/// it: `x-models` of the description. Hidden fields are as little in it as anywhere else.
boost::json::array models_described(const models::schema& schema);

}  // namespace lithair::http
