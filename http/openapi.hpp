#pragma once

#include <string>

#include "http/published_projections.hpp"
#include "models/schema/schema.hpp"

namespace lithair::http {

/// The OpenAPI 3.1 description of what a node with these models and projections of its own serves.
/// JSON; made once at start.
std::string openapi_text(const models::schema& schema, const published_projections& published = {});

/// A page that shows the description, without anything from elsewhere.
std::string_view api_html();

}  // namespace lithair::http
