#pragma once

#include "http/json_schema.hpp"
#include "http/operations.hpp"

/// The part of the description that says what callers show.
namespace lithair::http {

/// What one of `callers` may show, as an operation tells it.
boost::json::array security_of(caller callers);
/// All that may be shown, for the components.
json_object security_schemes();

}  // namespace lithair::http
