#pragma once

#include <string>

#include "models/schema.hpp"

namespace lithair::http {

/// The OpenAPI 3.1 description of what a node with these models serves.
std::string openapi_text(const models::schema& schema);

/// A page that shows the description, without anything from elsewhere.
std::string_view docs_html();

}  // namespace lithair::http
